import { callerPlace, type Place } from "../core/source.ts";
import type { ProxyOption } from "../connect/proxy.ts";
import type { TlsOptions } from "../connect/tls.ts";
import type { Table, View } from "../hive/table.ts";
import type { Job } from "../jobs/job.ts";
import type { ProfileName } from "../oozie/profiles.ts";
import type { Bundle, Coordinator } from "../oozie/coordinator.ts";
import type { Workflow } from "../oozie/workflow.ts";
import type { ReportConfig } from "./insights.ts";

/** What `howdah.config.ts` exports as its default. */
export interface Config {
  /** The project's name. */
  readonly name: string;
  /** What the project runs: bundles, coordinators, workflows and jobs; whatever these use is found through them. */
  readonly definitions: readonly Definition[];
  /** Tables and views that no definition mentions, for queries. @default [] */
  readonly tables?: readonly (Table | View)[];
  /** The workflow that creates the tables, for `howdah setup --through-oozie`. It counts as one of the definitions. */
  readonly setUp?: Workflow;
  /** Folder of named queries (`*.sql`), relative to the configuration. */
  readonly queries?: string;
  /** What `howdah report` shows beside the hours. @default nothing */
  readonly report?: ReportConfig;
  /** Where the definitions run, by name: `folder(…)`, `cluster(…)`, `sandbox(…)`. */
  readonly targets: Readonly<Record<string, Target>>;
  /**
   * Name of the target that is used when nobody names one; for a command that works on another kind of target, it is
   * the only one of that kind. @default the only target
   */
  readonly defaultTarget?: string;
}

export type Definition = Bundle | Coordinator | Workflow | Job;

/** Somewhere the definitions run. */
export type Target = FolderTarget | ClusterTarget;

/** A value that stands in no file of the project: it is read when it is used, and never shown. */
export type SecretSource =
  | { readonly kind: "secret"; readonly from: "environment"; readonly variable: string }
  | { readonly kind: "secret"; readonly from: "file"; readonly file: string };

/** What a target gives to the definitions, as the folder's path decides. */
export interface TargetValues {
  /** Values of parameters, by name. */
  readonly parameters?: Readonly<Record<string, string | number | SecretSource>>;
  /**
   * JSON files of parameter values (name to text), such as what landing recorded beside the data; each may be absent.
   * Those of a cluster may lie on its HDFS, `hdfs:///data/values.json`: they are read where its servers are asked anyway.
   */
  readonly parameterFiles?: readonly string[];
}

/** A folder on this machine: flags, rows and records lie in it, jobs run on DuckDB. */
export interface FolderTarget {
  readonly kind: "folder";
  /** Relative to the configuration; `--data` names another. */
  readonly folder: string;
  readonly values: (folder: string) => TargetValues;
  /** How much memory DuckDB may use before it spills to disk. @default "2GB" */
  readonly memory: string;
}

/** A target on this machine. `values` is asked for the values that depend on the folder. */
export function folder(
  path: string,
  values: (folder: string) => TargetValues = () => ({}),
  options: { readonly memory?: string } = {},
): FolderTarget {
  return Object.freeze({ kind: "folder", folder: path, values, memory: options.memory ?? "2GB" });
}

/** A Hadoop cluster with an Oozie server. */
export interface ClusterOptions extends TargetValues {
  /** What kind of Oozie server it has: `cdp7.1.9`, `oozie5.2`, … */
  readonly profile: ProfileName;
  /** `hdfs://host:8020`, or the name service of a pair. */
  readonly nameNode: string;
  /** `host:8032`, of YARN. */
  readonly resourceManager: string;
  /** Folder of HDFS below which releases lie, such as `/user/alice/marketing`. */
  readonly root: string;
  /** URL of HiveServer2, `jdbc:hive2://host:10000/default`; the principal is what it is called in Kerberos. */
  readonly hiveServer2?: string | { readonly url: string; readonly principal?: string };
  /** `thrift://host:9083`. With Kerberos, Spark jobs show the metastore a credential. */
  readonly metastore?: { readonly uri: string; readonly principal?: string };
  /**
   * Whether a hive-site.xml is kept at `<root>/conf/hive-site.xml` for Hive and Spark actions, and of which file of this
   * machine it is a copy: a path relative to the configuration, or with `true` that of `HIVE_CONF_DIR`, else of
   * `HADOOP_CONF_DIR`. @default false
   */
  readonly hiveSite?: boolean | string;
  /** YARN's queue for jobs. @default YARN's own choice */
  readonly queue?: string;
  /** YARN's queue for launchers: in a queue of their own they cannot keep jobs from starting. @default none */
  readonly launcherQueue?: string;
  /** Whether the cluster is secured. @default false */
  readonly kerberos?: boolean;
  /** Options of spark-submit for every Spark action, such as `--conf spark.executor.memory=4g`. */
  readonly sparkOptions?: string;
  /** URLs of WebHDFS, HttpFS or a gateway; of a pair of name nodes both. @default `http://<nameNode's host>:9870` */
  readonly webHdfs?: string | readonly string[];
  /** `http://host:11000/oozie`; several servers of one service fail over. What submits and operates needs it. */
  readonly oozie?: string | readonly string[];
  /** `http://host:8998`. What dispatches Spark jobs without Oozie needs it. */
  readonly livy?: string;
  /** URLs of YARN's web services. @default `http://<resourceManager's host>:8088` */
  readonly yarn?: string | readonly string[];
  /** URL of MapReduce's job history, which keeps containers' logs: `http://host:19888`. */
  readonly jobHistory?: string;
  /** Who asks the servers. @default the operating system's user, by name or, with `kerberos`, by its ticket */
  readonly login?: Login;
  /** How the servers' certificates are checked, and what is shown to them. */
  readonly tls?: ClusterTls;
  /** The proxy by which the servers are asked, or `false` for none. @default what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say */
  readonly proxy?: ProxyOption;
  /** Addresses of hosts that this machine cannot resolve, such as DataNodes: name to address. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** How servers' certificates are checked, and what is shown to them. */
export interface ClusterTls extends Omit<TlsOptions, "passphrase"> {
  /** Opens `key` or `pfx`. */
  readonly passphrase?: SecretSource;
}

/** Who asks the servers of a cluster. */
export interface Login {
  /** Its name. @default the operating system's user */
  readonly user?: string;
  /** Password for Knox or LDAP: sent with every request, so use it over TLS alone. */
  readonly password?: SecretSource;
  /** A Hadoop delegation token for WebHDFS, in place of a ticket or a password. */
  readonly delegationToken?: SecretSource;
  /** For whom it is done, where the servers let the user act for others (`hadoop.proxyuser`). */
  readonly actAs?: string;
}

export interface ClusterTarget extends ClusterOptions {
  readonly kind: "cluster";
}

/** A target on a cluster. */
export function cluster(options: ClusterOptions): ClusterTarget {
  return Object.freeze({ ...options, kind: "cluster" });
}

/** A secret in an environment variable. */
export function fromEnvironment(variable: string): SecretSource {
  return Object.freeze({ kind: "secret", from: "environment", variable });
}

/** A secret in a file outside of the project; `~` is the user's home. */
export function fromFile(file: string): SecretSource {
  return Object.freeze({ kind: "secret", from: "file", file });
}

/** A configuration and where it was written. */
export interface LocatedConfig {
  readonly kind: "config";
  readonly config: unknown;
  readonly at: Place;
}

/** Types the configuration; it is checked when the project is loaded. */
export function defineConfig(config: Config): LocatedConfig {
  return { kind: "config", config, at: callerPlace() };
}
