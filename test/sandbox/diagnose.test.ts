import assert from "node:assert/strict";
import { diagnose } from "#src/sandbox/diagnose.js";

/** A log as servers write them; `line` among it. */
function logWith(...lines: readonly string[]): string {
  return [
    "2026-01-01 10:00:00,000 INFO  NameNode: STARTUP_MSG",
    "2026-01-01 10:00:00,100 WARN  NativeCodeLoader: Unable to load native-hadoop library for your platform",
    "SLF4J: Class path contains multiple SLF4J bindings.",
    ...lines,
    "\tat org.apache.hadoop.Some.method(Some.java:12)",
    "\t... 12 more",
    "2026-01-01 10:00:01,000 INFO  ExitUtil: Exiting with status 1",
    "",
  ].join("\n");
}

const causes: readonly (readonly [what: string, line: string, fix: RegExp])[] = [
  [
    "a port that is taken",
    "java.net.BindException: Problem binding to [localhost:8020] java.net.BindException: Address already in use",
    /doctor` names it, --port-offset/,
  ],
  ["a heap that is full", "java.lang.OutOfMemoryError: Java heap space", /--small/],
  [
    "memory that the system does not give",
    "# There is insufficient memory for the Java Runtime Environment to continue.",
    /memory is short/,
  ],
  [
    "a disk share above YARN's limit",
    "WARN DirectoryCollection: Directory /d error, used space above threshold of 99.0%, removing from list",
    /disk is full.*99 %/,
  ],
  ["a full disk", "java.io.IOException: No space left on device", /free some space/],
  ["an older Java", "Error: A JNI error: java.lang.UnsupportedClassVersionError: org/apache/oozie/Main", /Java 17/],
  ["a Java without modules", "Unrecognized option: --add-opens=java.base/java.lang=ALL-UNNAMED", /JAVA_HOME/],
  [
    "a newer Java",
    "java.lang.UnsupportedOperationException: getSubject is supported only if a security manager is allowed",
    /Java 17/,
  ],
  [
    "a host name that does not resolve",
    "java.net.UnknownHostException: build-7: build-7: Name or service not known",
    /add the line `127\.0\.0\.1 build-7` to \/etc\/hosts/,
  ],
  [
    "a database that another process holds",
    "ERROR XSDB6: Another instance of Derby may have already booted",
    /database/,
  ],
  [
    "folders of HDFS that do not fit together",
    "java.io.IOException: Incompatible clusterIDs in /d: namenode clusterID = a; datanode clusterID = b",
    /reset/,
  ],
  ["a jar that is not there", "java.lang.NoClassDefFoundError: org/apache/hadoop/conf/Configuration", /doctor/],
  ["somebody else's file", "java.io.FileNotFoundException: /d/x (Permission denied)", /belongs to somebody else/],
];

describe("the diagnosis of a log", () => {
  for (const [what, line, fix] of causes)
    it(`knows ${what}: shows its line and what to do`, () => {
      const { lines, next } = diagnose(logWith(line));
      assert.ok(lines.includes(line), lines.join("\n"));
      assert.match(next ?? "", fix);
    });

  it("shows errors alone, the last ones, in their order; no stack, nothing harmless", () => {
    const errors = Array.from({ length: 9 }, (_, i) => `ERROR Server: step ${i}`);
    const { lines, next } = diagnose(logWith(...errors));
    assert.deepEqual(lines, errors.slice(3));
    assert.equal(next, undefined);
  });

  it("shows the line of the cause, however long ago it was", () => {
    const cause = "java.net.BindException: Address already in use";
    const { lines } = diagnose(logWith(cause, ...Array.from({ length: 50 }, (_, i) => `ERROR Server: then ${i}`)));
    assert.equal(lines[0], cause);
    assert.equal(lines.length, 6);
  });

  it("shows the end of a log that tells of no error, and nothing of an empty one", () => {
    assert.deepEqual(diagnose("one\ntwo\n\n"), { lines: ["one", "two"] });
    assert.deepEqual(diagnose(""), { lines: [] });
  });

  it("cuts long lines", () => {
    const [line] = diagnose(`ERROR ${"x".repeat(10_000)}`).lines;
    assert.equal(line!.length, 240);
  });
});
