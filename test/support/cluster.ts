import { userInfo } from "node:os";
import { openSandbox, usualName } from "#src/sandbox/folder.js";
import type { PortName, Ports } from "#src/sandbox/ports.js";
import { skip } from "./skip.js";

/** Where the servers of a sandbox are. */
export interface ClusterAddresses {
  readonly nameNode: string;
  readonly webHdfs: string;
  /** host:port, as jobs are told. */
  readonly resourceManager: string;
  /** Of its web services. */
  readonly yarn: string;
  readonly nodeManager: string;
  readonly jobHistory: string;
  readonly metastore: string;
  readonly hiveServer2: string;
  readonly oozie: string;
  readonly livy: string;
  /** To which Oozie sends mail: nobody listens there but a test. */
  readonly mailPort: number;
  readonly user: string;
}

/** Where the servers of a sandbox with these ports are. */
export function clusterAt(ports: Ports): ClusterAddresses {
  const at = (port: PortName): string => `localhost:${ports[port]}`;
  return {
    nameNode: `hdfs://${at("namenode")}`,
    webHdfs: `http://${at("namenode-web")}`,
    resourceManager: at("resourcemanager"),
    yarn: `http://${at("resourcemanager-web")}`,
    nodeManager: `http://${at("nodemanager-web")}`,
    jobHistory: `http://${at("history-web")}`,
    metastore: `thrift://${at("metastore")}`,
    hiveServer2: `jdbc:hive2://${at("hiveserver2")}/default`,
    oozie: `http://${at("oozie")}/oozie`,
    livy: `http://${at("livy")}`,
    mailPort: ports.mail,
    user: userInfo().username,
  };
}

/** The cluster for a suite that needs one, which test/run.mjs brings up; skips it where none is asked for. */
export function needCluster(context: Mocha.Context): ClusterAddresses {
  if (process.env["HOWDAH_CLUSTER"] !== "1")
    skip(context, "it needs real servers, which come with HOWDAH_CLUSTER=1 npm test");
  return clusterAt(openSandbox(usualName()).ports);
}
