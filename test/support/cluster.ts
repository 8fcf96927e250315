import { userInfo } from "node:os";
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

/** Those of a sandbox at its default ports, or moved by `HOWDAH_PORT_OFFSET`. */
function addresses(offset: number): ClusterAddresses {
  const at = (port: number): string => `localhost:${port + offset}`;
  return {
    nameNode: `hdfs://${at(8020)}`,
    webHdfs: `http://${at(9870)}`,
    resourceManager: at(8032),
    yarn: `http://${at(8088)}`,
    nodeManager: `http://${at(8042)}`,
    jobHistory: `http://${at(19888)}`,
    metastore: `thrift://${at(9083)}`,
    hiveServer2: `jdbc:hive2://${at(10000)}/default`,
    oozie: `http://${at(11000)}/oozie`,
    livy: `http://${at(8998)}`,
    mailPort: 10025 + offset,
    user: userInfo().username,
  };
}

/** The cluster for a suite that needs one; skips it where none is promised by `HOWDAH_CLUSTER=1`. */
export function needCluster(context: Mocha.Context): ClusterAddresses {
  if (process.env["HOWDAH_CLUSTER"] !== "1")
    skip(context, "it needs real servers: `npx howdah sandbox up`, then HOWDAH_CLUSTER=1 npm test");
  return addresses(Number(process.env["HOWDAH_PORT_OFFSET"] ?? 0));
}
