import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "./folder.ts";
import type { Java } from "./java.ts";
import type { Launch } from "./process.ts";
import { services, type Service, type ServiceName } from "./services.ts";
import { agentFlags, jarsOf, javaFlags, type Installed } from "./settings.ts";

/** What commands of a sandbox are made from. */
export interface Parts extends Installed {
  readonly java: Java;
}

/** The command of a server that does not run. Makes the folders that it does not make itself. */
export function launchOf(name: ServiceName, parts: Parts): Launch {
  const { sandbox } = parts;
  const service = services[name];
  if (service.database !== undefined) removeHalfMade(join(sandbox.data, service.database));
  const cwd = join(sandbox.data, "work", name);
  mkdirSync(cwd, { recursive: true });
  const [usual, small] = service.heap;
  const { classPath, properties, before, environment } = runtimes[service.runtime](parts);
  return {
    command: join(parts.java.home, "bin/java"),
    args: [
      ...serverFlags(service, parts),
      `-Xmx${sandbox.choices.small ? small : usual}m`,
      `-Dhadoop.log.dir=${sandbox.logs}`,
      // Derby writes its log into the working folder otherwise.
      `-Dderby.stream.error.file=${join(sandbox.logs, `${name}-derby.log`)}`,
      ...properties,
      "-cp",
      classPath.join(":"),
      ...before,
      service.main,
      ...(service.arguments?.((port) => sandbox.ports[port]) ?? []),
    ],
    env: { ...serverEnvironment(parts), ...environment },
    cwd,
    log: logFile(sandbox, name),
  };
}

/**
 * Removes a Derby database whose server was killed while it made it: Derby takes it neither for one nor for none (XBM0A),
 * so the server would never start again. Nothing is in it before its properties are written; when Derby replaces them, the
 * old ones lie beside them.
 */
export function removeHalfMade(database: string): void {
  if (["service.properties", "service.propertiesold"].some((name) => existsSync(join(database, name)))) return;
  rmSync(database, { recursive: true, force: true });
}

/** What a server prints goes here. */
export function logFile(sandbox: Sandbox, name: ServiceName): string {
  return join(sandbox.logs, `${name}.log`);
}

/** Every log of a service, the one that tells most first. */
export function logFiles(sandbox: Sandbox, name: ServiceName): readonly string[] {
  // Oozie logs through its own appenders; what it prints is only what goes wrong before they exist.
  return name === "oozie" ? [join(sandbox.logs, "oozie/oozie.log"), logFile(sandbox, name)] : [logFile(sandbox, name)];
}

function serverFlags(service: Service, { sandbox, packages }: Parts): readonly string[] {
  const flags = javaFlags(sandbox);
  return [
    ...(service.runtime === "hive" ? flags.hive : flags.every),
    ...flags.servers,
    ...(service.bindsAll === true ? agentFlags(packages) : []),
  ];
}

/** A server sees nothing of the user's own Hadoop. */
export function serverEnvironment({ sandbox, java, packages, groups }: Parts): Readonly<Record<string, string>> {
  const kept = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ"];
  return {
    LANG: "C.UTF-8",
    ...Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
    TMPDIR: join(sandbox.data, "tmp"),
    JAVA_HOME: java.home,
    HADOOP_CONF_DIR: join(sandbox.conf, "hadoop"),
    YARN_CONF_DIR: join(sandbox.conf, "hadoop"),
    HADOOP_CLIENT_CONF_DIR: join(sandbox.conf, "hadoop"),
    ...(groups.has("spark") ? { PYSPARK_PYTHON: packages.python } : {}),
  };
}

interface Runtime {
  readonly classPath: readonly string[];
  readonly properties: readonly string[];
  /** What stands between the class path and the main class. */
  readonly before: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const runtimes: Readonly<Record<Service["runtime"], (parts: Parts) => Runtime>> = {
  hadoop: (parts) => ({ classPath: hadoopPath(parts), properties: [], before: [], environment: {} }),
  httpfs: (parts) => {
    const { sandbox, packages } = parts;
    const conf = join(sandbox.conf, "httpfs");
    const data = join(sandbox.data, "httpfs");
    for (const folder of [conf, join(data, "temp")]) mkdirSync(folder, { recursive: true });
    keepSecret(join(conf, "httpfs-signature.secret"));
    const folders = { home: data, config: conf, log: sandbox.logs, temp: join(data, "temp") };
    return {
      classPath: [conf, ...hadoopPath(parts), `${packages.httpfs}/*`],
      properties: Object.entries(folders).map(([name, folder]) => `-Dhttpfs.${name}.dir=${folder}`),
      before: [],
      environment: {},
    };
  },
  hive: (parts) => ({
    classPath: hadoopPath(parts),
    properties: [],
    ...throughRunJar(parts),
  }),
  oozie: (parts) => {
    const { sandbox, packages } = parts;
    const [conf, data] = [join(sandbox.conf, "oozie"), join(sandbox.data, "oozie")];
    const logs = join(sandbox.logs, "oozie");
    for (const folder of [data, logs]) mkdirSync(folder, { recursive: true });
    return {
      // Hadoop's jsp-api 2.1 would shadow javax.el.
      classPath: [conf, packages.oozieWeb, ...packages.oozieFirst, ...hadoopPath(parts), `${packages.oozie}/*`],
      properties: [
        `-Doozie.home.dir=${data}`,
        `-Doozie.config.dir=${conf}`,
        `-Doozie.data.dir=${data}`,
        `-Doozie.log.dir=${logs}`,
        "-Doozie.config.file=oozie-site.xml",
        "-Doozie.log4j.file=oozie-log4j.properties",
        "-Doozie.log4j.reload=10",
        "-Doozie.instance.id=localhost",
        "-Duser.timezone=GMT",
      ],
      before: [],
      environment: {},
    };
  },
  livy: (parts) => {
    const { sandbox, packages } = parts;
    // Sessions' keys lie in the store: Livy warns when others may read it.
    for (const folder of ["livy/state", "livy/files", "livy/logs"])
      mkdirSync(join(sandbox.data, folder), { recursive: true, mode: 0o700 });
    const conf = join(sandbox.conf, "livy");
    return {
      classPath: [conf, `${packages.livy}/*`, ...hadoopPath(parts)],
      properties: [],
      before: [],
      environment: { ...sparkEnvironment(parts), LIVY_HOME: join(sandbox.data, "livy"), LIVY_CONF_DIR: conf },
    };
  },
  spark: (parts) => ({
    classPath: [
      join(parts.sandbox.conf, "spark"),
      `${parts.packages.sparkHome}/jars/*`,
      join(parts.sandbox.conf, "hadoop"),
    ],
    properties: Object.entries({
      "spark.history.fs.logDirectory": `hdfs://localhost:${parts.sandbox.ports.namenode}/spark-events`,
      "spark.history.ui.port": String(parts.sandbox.ports["spark-history"]),
    }).map(([name, value]) => `-D${name}=${value}`),
    before: [],
    environment: sparkEnvironment(parts),
  }),
};

/** With what HttpFS signs its cookies: made once, so that they outlive a restart. */
function keepSecret(file: string): void {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600 });
}

/** The class path of Hadoop's servers and clients; `conf` is the folder of their settings. */
export function hadoopPath({ sandbox, packages }: Parts, conf = "hadoop"): readonly string[] {
  return [join(sandbox.conf, conf), packages.web, `${packages.hadoop}/*`];
}

/**
 * Hive casts its class loader to URLClassLoader, which Java 9 and later do not give; Hadoop's RunJar makes one, that
 * looks into Hive's jars first.
 */
export function throughRunJar(
  { sandbox, packages }: Parts,
  conf: readonly string[] = ["hive", "hadoop"],
): Pick<Runtime, "before" | "environment"> {
  const hadoop = jarsOf(packages.hadoop).filter((jar) => !/\/(guava|reload4j|slf4j-reload4j)-[^/]*$/.test(jar));
  const transport = sandbox.choices.set["hive-site"]?.["hive.server2.transport.mode"];
  const path = [
    ...(transport === "http" || transport === "all" ? packages.hiveHttpFirst : []),
    ...conf.map((folder) => join(sandbox.conf, folder)),
    packages.hiveGuava,
    ...jarsOf(packages.hive),
    ...hadoop,
  ];
  const system =
    "java. javax.xml. javax.transaction.xa. javax.security. javax.naming. javax.net. javax.crypto. javax.management. " +
    "javax.sql. org.w3c.dom. org.xml.sax. org.ietf.jgss.";
  return {
    before: ["org.apache.hadoop.util.RunJar", packages.hiveService],
    environment: {
      HADOOP_USE_CLIENT_CLASSLOADER: "true",
      HADOOP_CLIENT_SKIP_UNJAR: "true",
      HADOOP_CLASSPATH: path.join(":"),
      HADOOP_CLIENT_CLASSLOADER_SYSTEM_CLASSES: system.replaceAll(" ", ","),
    },
  };
}

export function sparkEnvironment({ sandbox, packages }: Parts): Readonly<Record<string, string>> {
  return {
    SPARK_HOME: packages.sparkHome,
    SPARK_CONF_DIR: join(sandbox.conf, "spark"),
    PYSPARK_PYTHON: packages.python,
    SPARK_LOCAL_IP: "127.0.0.1",
    SPARK_LOCAL_DIRS: join(sandbox.data, "tmp"),
    SPARK_SUBMIT_OPTS: `-XX:-UsePerfData -Djava.io.tmpdir=${join(sandbox.data, "tmp")}`,
  };
}
