import { join } from "node:path";
import { cluster, type ClusterOptions, type ClusterTarget } from "../project/config.ts";
import { openSandbox, usualName } from "./folder.ts";

/** What a sandbox does not know by itself. */
export interface SandboxOptions extends Pick<
  ClusterOptions,
  "root" | "hiveSite" | "sparkOptions" | "parameters" | "parameterFiles"
> {
  /** Which sandbox. @default `HOWDAH_SANDBOX`, or else `default` */
  readonly name?: string;
}

/** A sandbox of this machine as a target: its servers at the ports that it was given, Oozie 5.2. */
export function sandbox({ name = usualName(), hiveSite, ...options }: SandboxOptions): ClusterTarget {
  const { ports, conf } = openSandbox(name);
  const at = (port: keyof typeof ports): string => `localhost:${ports[port]}`;
  return cluster({
    profile: "oozie5.2",
    nameNode: `hdfs://${at("namenode")}`,
    webHdfs: `http://${at("namenode-web")}`,
    resourceManager: at("resourcemanager"),
    yarn: `http://${at("resourcemanager-web")}`,
    jobHistory: `http://${at("history-web")}`,
    hiveServer2: `jdbc:hive2://${at("hiveserver2")}/default`,
    metastore: { uri: `thrift://${at("metastore")}` },
    oozie: `http://${at("oozie")}/oozie`,
    livy: `http://${at("livy")}`,
    // Its own, which `up` writes.
    ...(hiveSite === undefined ? {} : { hiveSite: hiveSite === true ? join(conf, "hive", "hive-site.xml") : hiveSite }),
    ...options,
  });
}
