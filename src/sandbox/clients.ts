import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shellWord } from "../core/shell.ts";
import type { Sandbox } from "./folder.ts";
import { hadoopPath, sparkEnvironment, throughRunJar, type Parts } from "./launch.ts";
import { javaFlags } from "./settings.ts";

/** The classes behind `hdfs dfs` and its like, as the scripts of Hadoop's own distribution choose them. */
const verbs: Readonly<Record<"hdfs" | "hadoop" | "yarn" | "mapred", Readonly<Record<string, string>>>> = {
  hdfs: {
    dfs: "org.apache.hadoop.fs.FsShell",
    dfsadmin: "org.apache.hadoop.hdfs.tools.DFSAdmin",
    fsck: "org.apache.hadoop.hdfs.tools.DFSck",
    getconf: "org.apache.hadoop.hdfs.tools.GetConf",
    groups: "org.apache.hadoop.hdfs.tools.GetGroups",
    version: "org.apache.hadoop.util.VersionInfo",
  },
  hadoop: {
    fs: "org.apache.hadoop.fs.FsShell",
    jar: "org.apache.hadoop.util.RunJar",
    distcp: "org.apache.hadoop.tools.DistCp",
    version: "org.apache.hadoop.util.VersionInfo",
  },
  yarn: {
    application: "org.apache.hadoop.yarn.client.cli.ApplicationCLI",
    app: "org.apache.hadoop.yarn.client.cli.ApplicationCLI",
    applicationattempt: "org.apache.hadoop.yarn.client.cli.ApplicationCLI",
    container: "org.apache.hadoop.yarn.client.cli.ApplicationCLI",
    jar: "org.apache.hadoop.util.RunJar",
    logs: "org.apache.hadoop.yarn.client.cli.LogsCLI",
    node: "org.apache.hadoop.yarn.client.cli.NodeCLI",
    queue: "org.apache.hadoop.yarn.client.cli.QueueCLI",
    rmadmin: "org.apache.hadoop.yarn.client.cli.RMAdminCLI",
    top: "org.apache.hadoop.yarn.client.cli.TopCLI",
    version: "org.apache.hadoop.util.VersionInfo",
  },
  mapred: {
    job: "org.apache.hadoop.mapred.JobClient",
    queue: "org.apache.hadoop.mapred.JobQueueClient",
    version: "org.apache.hadoop.util.VersionInfo",
  },
};
/** Verbs whose class wants the verb itself as its first argument. */
const keepsVerb = ["application", "app", "applicationattempt", "container"];

const sparkCommands = ["spark-submit", "spark-shell", "spark-sql", "pyspark"];

/** The commands that a sandbox offers. */
export const clientNames: readonly string[] = [...Object.keys(verbs), "beeline", "oozie", ...sparkCommands].sort();

/** What the clients, and whoever calls them, have in their environment. */
export function clientEnvironment(parts: Parts): Readonly<Record<string, string>> {
  const { sandbox, java } = parts;
  const conf = join(sandbox.conf, "client");
  return {
    JAVA_HOME: java.home,
    HADOOP_CONF_DIR: conf,
    YARN_CONF_DIR: conf,
    ...(parts.groups.has("spark") ? sparkEnvironment(parts) : {}),
    OOZIE_URL: `http://localhost:${sandbox.ports.oozie}/oozie`,
  };
}

/** Writes the clients' scripts into the sandbox's `bin/`, and `env.sh`, which exports what they need. */
export function writeClients(parts: Parts): void {
  const { sandbox } = parts;
  mkdirSync(sandbox.bin, { recursive: true });
  const exports = Object.entries(clientEnvironment(parts)).map(([name, value]) => `export ${name}=${shellWord(value)}`);
  writeFileSync(join(sandbox.bin, "env.sh"), `${exports.join("\n")}\nexport PATH=${shellWord(sandbox.bin)}:"$PATH"\n`);
  for (const [name, text] of Object.entries(scripts(parts))) {
    const file = join(sandbox.bin, name);
    writeFileSync(file, `#!/bin/sh\n# Written by howdah at each start of the sandbox.\n${exports.join("\n")}\n${text}`);
    chmodSync(file, 0o755);
  }
}

/** The text of each command behind its exports; those whose packages are there. */
function scripts(parts: Parts): Readonly<Record<string, string>> {
  const { groups } = parts;
  const java = `${javaCommand(parts)} -cp ${shellWord(hadoopPath(parts, "client").join(":"))}`;
  return {
    ...Object.fromEntries(Object.entries(verbs).map(([name, classes]) => [name, dispatch(name, classes, java)])),
    ...(groups.has("oozie") ? { oozie: oozieScript(parts) } : {}),
    ...(groups.has("hive") ? { beeline: beelineScript(parts) } : {}),
    ...(groups.has("spark") ? sparkScripts(parts) : {}),
  };
}

function oozieScript(parts: Parts): string {
  const { oozie, oozieFirst } = parts.packages;
  const path = [...oozieFirst, ...hadoopPath(parts, "client"), `${oozie}/*`].join(":");
  return `exec ${javaCommand(parts)} -cp ${shellWord(path)} org.apache.oozie.cli.OozieCLI "$@"\n`;
}

function beelineScript(parts: Parts): string {
  const { ports, user } = parts.sandbox;
  const { before, environment } = throughRunJar(parts, ["client"]);
  const java = `${javaCommand(parts, "hive")} -cp ${shellWord(hadoopPath(parts, "client").join(":"))}`;
  const url = shellWord(`jdbc:hive2://localhost:${ports.hiveserver2}/default`);
  return [
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    // Without an address it asks this sandbox.
    `case " $* " in *" -u "*|*" --help "*|*" -h "*) ;; *) set -- -u ${url} -n ${shellWord(user)} "$@" ;; esac`,
    `exec ${java} ${before.map(shellWord).join(" ")} org.apache.hive.beeline.BeeLine "$@"`,
    "",
  ].join("\n");
}

function sparkScripts({ packages }: Parts): Readonly<Record<string, string>> {
  const command = (name: string): string => `exec ${shellWord(join(packages.sparkHome, "bin", name))} "$@"\n`;
  return Object.fromEntries(sparkCommands.map((name) => [name, command(name)]));
}

function javaCommand({ sandbox, java }: Parts, kind: "every" | "hive" = "every"): string {
  const flags = [
    ...javaFlags(sandbox)[kind],
    "-Xmx512m",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    `-Djava.io.tmpdir=${join(sandbox.data, "tmp")}`,
  ];
  return [join(java.home, "bin/java"), ...flags].map(shellWord).join(" ");
}

function dispatch(name: string, classes: Readonly<Record<string, string>>, java: string): string {
  const known = Object.keys(classes).join(", ");
  return [
    `verb="\${1-}"`,
    'case "$verb" in',
    ...Object.entries(classes).map(([verb, main]) => `  ${verb}) main=${main} ;;`),
    `  *) echo "${name}: the sandbox knows ${known}" >&2; exit 2 ;;`,
    "esac",
    `case "$verb" in ${keepsVerb.join("|")}) ;; *) shift ;; esac`,
    `exec ${java} "$main" "$@"`,
    "",
  ].join("\n");
}

/** Where the commands and `env.sh` lie. */
export function clientPath(sandbox: Sandbox, name: string): string {
  return join(sandbox.bin, name);
}
