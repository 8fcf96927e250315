import assert from "node:assert/strict";
import { Decisive, Tail } from "#src/operate/logs/decisive.js";

function decisive(log: string): readonly string[] {
  const found = new Decisive();
  for (const line of log.split("\n")) found.add(line);
  return found.lines();
}

/** As Oozie's launcher ends every failure. */
const launcherEnd = `
java.lang.reflect.InvocationTargetException
	at java.base/java.lang.reflect.Method.invoke(Method.java:569)
Caused by: org.apache.oozie.action.hadoop.LauncherMainException
	at org.apache.oozie.action.hadoop.ShellMain.run(ShellMain.java:77)
Failing Oozie Launcher, Main Class [org.apache.oozie.action.hadoop.ShellMain], exit code [1]
`;

describe("operate: decisive lines of a log", () => {
  it("puts the error of a Python traceback first, then where it happened", () => {
    const lines = decisive(`24/01/01 10:00:00 INFO Client: started
Traceback (most recent call last):
  File "/a/job.py", line 5, in <module>
    main()
  File "/a/job.py", line 3, in main
    rows = table["day"]
KeyError: 'day'
24/01/01 10:00:01 INFO ShutdownHookManager: Shutdown hook called`);
    assert.deepEqual(lines, ["KeyError: 'day'", '  File "/a/job.py", line 3, in main', '    rows = table["day"]']);
  });

  it("shows the user's own frame rather than those of Spark below it", () => {
    const lines = decisive(`Traceback (most recent call last):
  File "/a/job.py", line 5, in <module>
    spark.sql("select nope")
  File "/x/pyspark.zip/pyspark/sql/session.py", line 9, in sql
  File "/x/pyspark.zip/pyspark/errors/captured.py", line 185, in deco
pyspark.errors.AnalysisException: no column nope`);
    const own = ['  File "/a/job.py", line 5, in <module>', '    spark.sql("select nope")'];
    assert.deepEqual(lines, ["pyspark.errors.AnalysisException: no column nope", ...own]);
  });

  it("takes the last traceback, and one that the log breaks off in", () => {
    const one = (name: string): string =>
      `Traceback (most recent call last):\n  File "a.py", line 1\n    x()\n${name}: no`;
    assert.deepEqual(decisive(`${one("FirstError")}\n${one("SecondError")}`)[0], "SecondError: no");
    assert.deepEqual(decisive('Traceback (most recent call last):\n  File "a.py", line 1'), ['  File "a.py", line 1']);
  });

  it("takes the check that failed, its rows, its query and what to do with the error of a run", () => {
    const below = [
      "  rank is there of db.top: 2 of 9 rows",
      "  userid  rank",
      // An empty text.
      "          null",
      "  a       null",
      "  select userid, rank",
      "next: the partitions were kept aside in /data: mend what is wrong, and run again",
    ];
    const said = ["error: top 20200101_03: check failed: rank is there", ...below];
    const lines = decisive(`Caused by: java.io.IOException: other\n${said.join("\n")}\n  not below it${launcherEnd}`);
    assert.deepEqual(lines.slice(0, said.length), said);
    assert.ok(lines.includes("Caused by: java.io.IOException: other") && !lines.includes("  not below it"));
  });

  it("finds what beeline, Spark SQL and the shell say, and not what every launcher does", () => {
    const hive =
      "Error: Error while compiling statement: FAILED: SemanticException Table not found 'x' (state=42S02,code=10001)";
    assert.equal(decisive(`TRACE StatusLogger ERROR nothing\n${hive}\nClosing: 0: jdbc:hive2://h/d`)[0], hive);
    assert.match(
      decisive(`org.apache.spark.sql.AnalysisException: cannot resolve 'nope'${launcherEnd}`)[0]!,
      /cannot resolve/,
    );
    const shell = decisive(`run.sh: line 2: nosuch: command not found${launcherEnd}`);
    assert.equal(shell[0], "run.sh: line 2: nosuch: command not found");
    assert.ok(
      !shell.some((line) => line.includes("LauncherMainException") || line.includes("InvocationTarget")),
      shell.join("\n"),
    );
  });

  it("ranks a container killed for its memory before anything that follows from it", () => {
    const killed =
      "Container [pid=7] is running beyond physical memory limits. Current usage: 2.1 GB of 2 GB physical memory used";
    const lines = decisive(`Caused by: java.io.IOException: lost\n${killed}\nExit code: 143`);
    assert.deepEqual(lines, [killed, "Caused by: java.io.IOException: lost", "Exit code: 143"]);
  });

  it("keeps the deepest causes and a bounded number of lines of a log of any length", () => {
    const causes = Array.from({ length: 5000 }, (_, i) => `Caused by: a.b.CException: ${i}`).join("\n");
    assert.deepEqual(decisive(causes), ["Caused by: a.b.CException: 4998", "Caused by: a.b.CException: 4999"]);
    assert.ok(decisive(`Caused by: ${"x".repeat(1e6)}`)[0]!.length <= 2000);
    const tail = new Tail(2);
    for (const line of ["a", "b", "c"]) tail.add(line);
    assert.deepEqual([tail.lines, tail.left], [["b", "c"], 1]);
  });

  it("finds nothing in a log of a success", () => {
    assert.deepEqual(decisive("24/01/01 INFO x: exit code 0\nrows: 4\nall good"), []);
  });
});
