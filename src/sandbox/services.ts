import type { PackageGroup } from "./packages.ts";
import type { PortName } from "./ports.ts";

/** What `--only` names. */
export const parts = ["hdfs", "yarn", "hive", "oozie", "livy", "httpfs", "spark-history"] as const;
export type Part = (typeof parts)[number];

/** What stands ready when nobody names parts. */
export const usualParts: readonly Part[] = ["hdfs", "yarn", "hive", "oozie", "livy"];

/** A question whose answer says that a service works. */
export type Question =
  | { readonly ask: "http"; readonly port: PortName; readonly path: string; readonly answer: RegExp }
  | { readonly ask: "greet"; readonly port: PortName; readonly say: Uint8Array };

/**
 * The metastore's `getStatus` of fb303: a call in Thrift's binary protocol, with its version and kind, its name, a number,
 * and no arguments.
 */
const thriftStatus = Buffer.concat([
  Buffer.from([0x80, 0x01, 0x00, 0x01, 0, 0, 0, 9]),
  Buffer.from("getStatus"),
  Buffer.from([0, 0, 0, 0, 0]),
]);

/**
 * The beginning of a session of HiveServer2: SASL in Thrift's frames (TSaslTransport), status START with the mechanism, then
 * COMPLETE with user and password. Whatever its authentication, it answers or hangs up.
 */
const plainLogin = Buffer.concat([
  Buffer.from([1, 0, 0, 0, 5]),
  Buffer.from("PLAIN"),
  Buffer.from([5, 0, 0, 0, 14]),
  Buffer.from("\0howdah\0health"),
]);

/** What other services and the work before the start are called in `needs`. */
export type StepName = ServiceName | "format" | "folders" | "share-library" | "spark-events";

/** A server of the sandbox. Everything that the commands do with servers follows from this table. */
export interface Service {
  readonly title: string;
  readonly part: Part;
  readonly packages: readonly PackageGroup[];
  readonly main: string;
  readonly arguments?: (port: (name: PortName) => number) => readonly string[];
  /** How it is launched: from Hadoop's class path, through Hive's class loader, and so on. */
  readonly runtime: "hadoop" | "httpfs" | "hive" | "oozie" | "livy" | "spark";
  /** The largest heap in megabytes, and that of a small sandbox. */
  readonly heap: readonly [usual: number, small: number];
  readonly ports: readonly PortName[];
  /** It binds all interfaces whatever its settings say, so the agent must turn that to loopback. */
  readonly bindsAll?: true;
  readonly needs: readonly StepName[];
  /** Servers without which it cannot seem healthy, though it may be. */
  readonly leansOn?: readonly ServiceName[];
  readonly healthy: readonly Question[];
  /** The folder of its Derby database, below the sandbox's data; the server makes it (hive-site.conf, oozie-site.conf). */
  readonly database?: string;
  /** How long a stop may take before the process is killed, in seconds. @default 10 */
  readonly grace?: number;
  /** An address for people. */
  readonly address?: (port: (name: PortName) => number) => string;
}

export type ServiceName =
  | "namenode"
  | "datanode"
  | "resourcemanager"
  | "nodemanager"
  | "history"
  | "metastore"
  | "hiveserver2"
  | "oozie"
  | "livy"
  | "httpfs"
  | "spark-history";

const jmx = (server: string, bean: string): string => `/jmx?qry=Hadoop:service=${server},name=${bean}`;

/** In an order in which they can start. */
export const services: Readonly<Record<ServiceName, Service>> = {
  namenode: {
    title: "HDFS NameNode",
    part: "hdfs",
    packages: ["hadoop"],
    main: "org.apache.hadoop.hdfs.server.namenode.NameNode",
    runtime: "hadoop",
    heap: [512, 256],
    ports: ["namenode", "namenode-web"],
    needs: ["format"],
    // In safe mode nothing can be made; until all phases of the start are over it is not even entered. The bean of the
    // same name is one of metrics, which are up to ten seconds old.
    healthy: [
      {
        ask: "http",
        port: "namenode-web",
        path: "/startupProgress",
        answer: /^\{"elapsedTime":\d+,"percentComplete":1\.0\b/,
      },
      {
        ask: "http",
        port: "namenode-web",
        path: jmx("NameNode", "FSNamesystemState"),
        answer: /"FSState"\s*:\s*"Operational"/,
      },
    ],
    address: (port) => `hdfs://localhost:${port("namenode")}, http://localhost:${port("namenode-web")}`,
  },
  datanode: {
    title: "HDFS DataNode",
    part: "hdfs",
    packages: ["hadoop"],
    main: "org.apache.hadoop.hdfs.server.datanode.DataNode",
    runtime: "hadoop",
    heap: [384, 256],
    ports: ["datanode", "datanode-web", "datanode-ipc"],
    // The cluster's id must stand in the NameNode's folder; then it waits for the NameNode by itself.
    needs: ["format"],
    leansOn: ["namenode"],
    // Asked before it has registered, it answers with an exception in its log.
    healthy: [
      {
        ask: "http",
        port: "namenode-web",
        path: jmx("NameNode", "FSNamesystemState"),
        answer: /"NumLiveDataNodes"\s*:\s*1\b/,
      },
      {
        ask: "http",
        port: "datanode-web",
        path: jmx("DataNode", "DataNodeInfo"),
        answer: /ActorState\W+RUNNING/,
      },
    ],
  },
  resourcemanager: {
    title: "YARN ResourceManager",
    part: "yarn",
    packages: ["hadoop"],
    main: "org.apache.hadoop.yarn.server.resourcemanager.ResourceManager",
    runtime: "hadoop",
    heap: [512, 320],
    ports: [
      "resourcemanager",
      "resourcemanager-scheduler",
      "resourcemanager-tracker",
      "resourcemanager-admin",
      "resourcemanager-web",
    ],
    needs: [],
    healthy: [
      {
        ask: "http",
        port: "resourcemanager-web",
        path: "/ws/v1/cluster/info",
        answer: /"state"\s*:\s*"STARTED"/,
      },
    ],
    address: (port) => `localhost:${port("resourcemanager")}, http://localhost:${port("resourcemanager-web")}`,
  },
  nodemanager: {
    title: "YARN NodeManager",
    part: "yarn",
    packages: ["hadoop"],
    main: "org.apache.hadoop.yarn.server.nodemanager.NodeManager",
    runtime: "hadoop",
    heap: [384, 256],
    ports: ["nodemanager", "nodemanager-localizer", "nodemanager-web", "shuffle"],
    bindsAll: true,
    // It waits for the ResourceManager by itself.
    needs: [],
    leansOn: ["resourcemanager"],
    healthy: [
      {
        ask: "http",
        port: "nodemanager-web",
        path: "/ws/v1/node/info",
        answer: /"nodeHealthy"\s*:\s*true/,
      },
      {
        ask: "http",
        port: "resourcemanager-web",
        path: "/ws/v1/cluster/nodes",
        answer: /"state"\s*:\s*"RUNNING"/,
      },
    ],
  },
  history: {
    title: "MapReduce job history",
    part: "yarn",
    packages: ["hadoop"],
    main: "org.apache.hadoop.mapreduce.v2.hs.JobHistoryServer",
    runtime: "hadoop",
    heap: [384, 256],
    ports: ["history", "history-web", "history-admin"],
    // It makes its folders in HDFS.
    needs: ["namenode", "datanode", "folders"],
    healthy: [{ ask: "http", port: "history-web", path: "/ws/v1/history/info", answer: /"historyInfo"/ }],
    address: (port) => `http://localhost:${port("history-web")}`,
  },
  metastore: {
    title: "Hive metastore",
    part: "hive",
    packages: ["hadoop", "hive"],
    main: "org.apache.hadoop.hive.metastore.HiveMetaStore",
    arguments: (port) => ["-p", String(port("metastore"))],
    runtime: "hive",
    heap: [384, 256],
    ports: ["metastore"],
    bindsAll: true,
    needs: ["namenode"],
    healthy: [{ ask: "greet", port: "metastore", say: thriftStatus }],
    database: "metastore",
    address: (port) => `thrift://localhost:${port("metastore")}`,
  },
  hiveserver2: {
    title: "HiveServer2",
    part: "hive",
    packages: ["hadoop", "hive"],
    main: "org.apache.hive.service.server.HiveServer2",
    runtime: "hive",
    heap: [512, 320],
    ports: ["hiveserver2"],
    bindsAll: true,
    // Launched earlier it tries thrice, stays up without its port, and tries again only after a minute.
    needs: ["datanode", "folders", "metastore"],
    // It opens its port last, when sessions can begin.
    healthy: [{ ask: "greet", port: "hiveserver2", say: plainLogin }],
    address: (port) => `jdbc:hive2://localhost:${port("hiveserver2")}/default`,
  },
  oozie: {
    title: "Oozie",
    part: "oozie",
    // Spark is in its share library.
    packages: ["hadoop", "oozie", "spark"],
    main: "org.apache.oozie.server.EmbeddedOozieServer",
    runtime: "oozie",
    heap: [1024, 512],
    ports: ["oozie"],
    needs: ["datanode", "folders"],
    healthy: [{ ask: "http", port: "oozie", path: "/oozie/v1/admin/status", answer: /"systemMode"\s*:\s*"NORMAL"/ }],
    database: "oozie/db",
    // Its scheduled executor does not always end; nothing is lost when it is killed.
    grace: 15,
    address: (port) => `http://localhost:${port("oozie")}/oozie`,
  },
  livy: {
    title: "Livy",
    part: "livy",
    packages: ["hadoop", "livy", "spark"],
    main: "org.apache.livy.server.LivyServer",
    runtime: "livy",
    heap: [512, 256],
    ports: ["livy"],
    needs: ["namenode", "resourcemanager"],
    healthy: [{ ask: "http", port: "livy", path: "/version", answer: /"version"/ }],
    address: (port) => `http://localhost:${port("livy")}`,
  },
  httpfs: {
    title: "HttpFS",
    part: "httpfs",
    packages: ["hadoop", "httpfs"],
    main: "org.apache.hadoop.fs.http.server.HttpFSServerWebServer",
    runtime: "httpfs",
    heap: [256, 192],
    ports: ["httpfs"],
    needs: ["datanode", "folders"],
    healthy: [
      {
        ask: "http",
        port: "httpfs",
        path: "/webhdfs/v1/?op=GETFILESTATUS&user.name=howdah",
        answer: /"FileStatus"/,
      },
    ],
    address: (port) => `http://localhost:${port("httpfs")}`,
  },
  "spark-history": {
    title: "Spark history",
    part: "spark-history",
    packages: ["hadoop", "spark"],
    main: "org.apache.spark.deploy.history.HistoryServer",
    runtime: "spark",
    heap: [512, 320],
    ports: ["spark-history"],
    needs: ["datanode", "spark-events"],
    healthy: [{ ask: "http", port: "spark-history", path: "/api/v1/applications", answer: /^\s*\[/ }],
    address: (port) => `http://localhost:${port("spark-history")}`,
  },
};

export const serviceNames = Object.keys(services) as readonly ServiceName[];

/** What a part does not work without. */
const partNeeds: Readonly<Record<Part, readonly Part[]>> = {
  hdfs: [],
  yarn: ["hdfs"],
  hive: ["hdfs"],
  oozie: ["hdfs", "yarn"],
  livy: ["hdfs", "yarn"],
  httpfs: ["hdfs"],
  "spark-history": ["hdfs"],
};

/** The parts with all that they need, in the order of {@link parts}. */
export function withNeeds(wanted: readonly Part[]): readonly Part[] {
  const all = new Set<Part>();
  const add = (part: Part): void => {
    all.add(part);
    partNeeds[part].forEach(add);
  };
  wanted.forEach(add);
  return parts.filter((part) => all.has(part));
}

/** The services of some parts, in an order in which they can start. */
export function servicesOf(wanted: readonly Part[]): readonly ServiceName[] {
  const all = withNeeds(wanted);
  return serviceNames.filter((name) => all.includes(services[name].part));
}

/** What the services are started from, each group once. */
export function packagesOf(names: readonly ServiceName[]): readonly PackageGroup[] {
  return [...new Set(names.flatMap((name) => services[name].packages))];
}
