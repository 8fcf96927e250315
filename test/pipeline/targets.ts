import { cluster, type ClusterTarget } from "#src/index.js";

/** Clusters of four kinds, from which the golden files of the pipeline are written. */
export const goldenTargets: Readonly<Record<string, ClusterTarget>> = {
  "oozie5.2": cluster({
    profile: "oozie5.2",
    nameNode: "hdfs://localhost:8020",
    resourceManager: "localhost:8032",
    hiveServer2: "jdbc:hive2://localhost:10000/default",
    root: "/user/howdah/marketing",
    hiveSite: true,
    parameters: { landing: "/data/landing", data: "/data" },
  }),
  "cdh5.16": cluster({
    profile: "cdh5.16",
    nameNode: "hdfs://nameservice1",
    resourceManager: "yarnRM",
    hiveServer2: { url: "jdbc:hive2://hive.example.com:10000/default", principal: "hive/_HOST@EXAMPLE.COM" },
    metastore: { uri: "thrift://hive.example.com:9083", principal: "hive/_HOST@EXAMPLE.COM" },
    kerberos: true,
    root: "/user/marketing/howdah",
    hiveSite: true,
    queue: "root.marketing",
    launcherQueue: "root.launchers",
    parameters: { landing: "/data/landing", data: "/data", first_hour: "2012-03-01T00:00Z", end: "2013-01-01T00:00Z" },
  }),
  "cdp7.1.9": cluster({
    profile: "cdp7.1.9",
    nameNode: "hdfs://ns1",
    resourceManager: "rm.example.com:8032",
    hiveServer2: { url: "jdbc:hive2://hive.example.com:10000/default", principal: "hive/_HOST@EXAMPLE.COM" },
    metastore: { uri: "thrift://hive.example.com:9083", principal: "hive/_HOST@EXAMPLE.COM" },
    kerberos: true,
    root: "/user/marketing/howdah",
    queue: "root.marketing",
    launcherQueue: "root.launchers",
    sparkOptions: "--conf spark.executor.memory=4g",
    parameters: { landing: "hdfs://archive/landing", data: "/data", top_spenders: 25 },
  }),
  "cdp7.3": cluster({
    profile: "cdp7.3",
    nameNode: "hdfs://ns1",
    resourceManager: "rm.example.com:8032",
    hiveServer2: "jdbc:hive2://hive.example.com:10000/default",
    root: "/user/marketing/howdah",
    parameters: { landing: "/data/landing", data: "/data" },
  }),
};
