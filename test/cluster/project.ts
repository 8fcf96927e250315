/** A project whose actions are of every kind that needs a server of its own, small enough to be run in a minute. */
export const clusterProject: Readonly<Record<string, string>> = {
  "howdah.config.ts": `
import * as h from "howdah";
const p = h.parameters({ data: h.pathParameter(), first: h.timeParameter(), last: h.timeParameter() });

const base = h.database("howdah_test");
const words = h.table(base, "words", {
  columns: { word: "string", n: "int" },
  format: h.delimited(","),
  location: h.path\`\${p.data}/words\`,
});
const load = h.workflow("load", {}, () => h.sequence(
  h.fs("clean", [h.remove(h.path\`\${p.data}/out\`), h.mkdir(h.path\`\${p.data}/out\`), h.touch(h.path\`\${p.data}/out/begun\`)]),
  h.parallel("both",
    h.sequence(
      h.shell("count", { command: "count.sh", arguments: ["4"], files: ["bin/count.sh"], captureOutput: true }),
      h.hive2("tables", [
        ...h.create(base),
        h.hiveScript("DROP TABLE IF EXISTS howdah_test.words;\\nDROP TABLE IF EXISTS howdah_test.sums"),
        ...h.create(words),
      ]),
      h.sparkApplication("sum", {
        application: "jobs/sum.py",
        arguments: ["howdah_test.words", "howdah_test.sums", h.path\`\${p.data}/out/sums\`, h.outputOf("count", "rows")],
      }),
      h.hive2("show", [h.hiveScript("SELECT word, n FROM howdah_test.sums")]),
    ),
    h.distcp("copy", { from: [h.path\`\${p.data}/words\`], to: h.path\`\${p.data}/out/copied\` }),
  ),
  h.email("told", {
    to: "ann@example.com",
    cc: "bob@example.com",
    subject: h.text\`\${h.outputOf("count", "rows")} rows of \${h.wf.name}\`,
    body: "all is in place",
  }),
));

const broken = h.workflow("broken", {}, () => h.sequence(
  h.fs("first", [h.mkdir(h.path\`\${p.data}/broken\`)]),
  h.shell("stop", { command: "stop.sh", files: ["bin/stop.sh"] }),
  h.fs("never", [h.mkdir(h.path\`\${p.data}/broken/never\`)]),
));

const hours = h.dataset("hours", {
  every: h.hours(1),
  initial: "2012-03-01T00:00Z",
  uri: h.path\`\${p.data}/hours/\${h.YEAR}\${h.MONTH}\${h.DAY}\${h.HOUR}\`,
});
const mark = h.workflow("mark", { hour: "string" }, ({ hour }) =>
  h.fs("mark", [h.mkdir(h.path\`\${p.data}/marks\`), h.touch(h.path\`\${p.data}/marks/\${hour}\`)]));
const hourly = h.coordinator("hourly", {
  every: h.hours(1), start: "2012-03-01T00:00Z", end: "2012-03-01T02:00Z",
  reads: { hours: hours.current(0) },
  timeout: h.days(1),
  run: ({ nominalTime, formatTime }) => mark.with({ hour: formatTime(nominalTime, "yyyyMMddHH") }),
});

const promised = (name: string, shouldEnd: ReturnType<typeof h.minutes> | ReturnType<typeof h.days>) =>
  h.coordinator(name, {
    every: h.days(1), start: p.first, end: p.last,
    reads: {},
    run: () => mark.with({ hour: name }),
    sla: ({ nominalTime }) => ({ nominalTime, shouldEnd, contacts: ["ann@example.com"] }),
  });
export const both = h.bundle("pair", [promised("kept", h.days(2)), promised("late", h.minutes(1))]);

export default h.defineConfig({
  name: "clustertest",
  definitions: [load, broken, hourly, both],
  targets: { here: h.folder("data") },
});
`,
  "bin/count.sh": 'echo "rows=$1"\n',
  "bin/stop.sh": "echo going down >&2\nexit 3\n",
  "jobs/sum.py": `import sys
from pyspark.sql import SparkSession, functions as F

source, target, folder, least = sys.argv[1:]
spark = SparkSession.builder.enableHiveSupport().getOrCreate()
rows = spark.table(source)
assert rows.count() >= int(least), rows.count()
sums = rows.groupBy("word").agg(F.sum("n").alias("n")).orderBy("word")
sums.write.mode("overwrite").format("hive").option("fileFormat", "textfile").option("path", folder).saveAsTable(target)
print("sums of", [row.word for row in spark.table(target).orderBy("word").collect()])
spark.stop()
`,
};

/** Run by Livy alone. */
export const squaresJob = `import sys
from pyspark.sql import SparkSession

folder, count = sys.argv[1:]
spark = SparkSession.builder.getOrCreate()
spark.range(int(count)).selectExpr("cast(id * id as string) as square").coalesce(1).write.mode("overwrite").text(folder)
print("squares up to", count)
spark.stop()
`;

/** Prints, and is still there when it is looked at. */
export const sleepingJob = `import time
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
print("asleep", flush=True)
time.sleep(600)
`;
