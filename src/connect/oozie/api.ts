import type { Properties } from "./properties.ts";
import type {
  AnyJob,
  BundleJob,
  CoordinatorAction,
  CoordinatorActionStatus,
  CoordinatorJob,
  JobStatus,
  MissingDependencies,
  SlaSummary,
  WorkflowAction,
  WorkflowJob,
} from "./records.ts";

/** Some actions of a coordinator: by their numbers (`1-3,7`), or by nominal times, one or a range with both ends in it. */
export type ActionScope =
  { readonly actions: string | readonly number[] } | { readonly dates: readonly (Date | readonly [Date, Date])[] };

export interface JobFilter {
  /** Any of them. */
  readonly name?: string | readonly string[];
  readonly user?: string;
  readonly group?: string;
  readonly id?: string;
  /** Any of them. */
  readonly status?: readonly JobStatus[];
  readonly createdFrom?: Date;
  readonly createdUntil?: Date;
  /** In name, user or id; not on CDH 5. */
  readonly text?: string;
}

export interface ActionFilter {
  /** Any of them. */
  readonly status?: readonly CoordinatorActionStatus[];
  /** Nominal times from here on, and up to here, both included. */
  readonly from?: Date;
  readonly until?: Date;
  /** By nominal time. @default "asc" */
  readonly order?: "asc" | "desc";
  /** How many are asked for at once. @default 500 */
  readonly page?: number;
}

/** What of a log is wanted (`XLogFilter`, `XLogUserFilterParam`). */
export interface LogFilter {
  /** Of a coordinator, these actions alone. */
  readonly scope?: ActionScope;
  readonly levels?: readonly ("TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL")[];
  readonly text?: string;
  readonly from?: Date;
  readonly until?: Date;
  /** The last minutes. */
  readonly recentMinutes?: number;
  /** The first so many lines. */
  readonly limit?: number;
}

export type LogKind = "log" | "errorlog" | "auditlog";

export interface ChangeRequest {
  readonly end?: Date;
  readonly concurrency?: number;
  /** "none" ends a pause. */
  readonly pause?: Date | "none";
  /** Of a coordinator that failed or was killed by its actions alone: RUNNING again. */
  readonly status?: "RUNNING";
}

export type SlaScope = ActionScope & {
  /** Of a bundle: names or ids of its coordinators. */
  readonly coordinators?: readonly string[];
};

export interface SlaChange {
  /** Minutes after the nominal time, as EL or a number. */
  readonly shouldStart?: string;
  readonly shouldEnd?: string;
  readonly maxDuration?: string;
  readonly nominalTime?: string;
}

/** What a workflow is run again with: exactly one of the two. */
export type WorkflowRerun =
  /** What succeeded is left alone. */
  | { readonly failed: true }
  /** Everything but these nodes, which must have succeeded; none: everything. */
  | { readonly skip: readonly string[] };

/**
 * Oozie's REST interface, version 2 (`V2JobServlet`, `V2AdminServlet`, `V2SLAServlet` and below). Every method throws a
 * ConnectError; its `exception` is Oozie's code (E0604), its `code` ours: OOZIE_ABSENT for a job or an action that is
 * not there, OOZIE_PATH, OOZIE_DEFINITION, OOZIE_PROPERTY, OOZIE_FORBIDDEN, OOZIE_IMPERSONATION, OOZIE_DATABASE, OOZIE_SAFE_MODE,
 * OOZIE_UNSUPPORTED, OOZIE_REFUSED.
 */
export interface Oozie {
  /** NORMAL, SAFEMODE (it only answers questions), or NOWEBSERVICE. */
  systemMode(): Promise<string>;
  /** Such as 5.2.1. */
  buildVersion(): Promise<string>;
  /** The server's own settings, secrets masked by it. */
  serverConfiguration(): Promise<Readonly<Record<string, string>>>;

  /**
   * Submits what lies at `oozie.wf|coord|bundle.application.path`, one of which is set; `user.name` too unless the
   * properties name one. Sent once: when it is not known whether it arrived (`progress`), look for the job before
   * sending it again.
   * @param options.start a workflow or a bundle at once rather than waiting for `start`; a coordinator always begins by itself
   * @returns the job's id
   */
  submit(properties: Properties, options?: { readonly start?: boolean }): Promise<string>;
  /** Has the server check a submission. @returns of a coordinator, what it resolves to; of a workflow "OK" */
  dryRun(properties: Properties): Promise<string>;
  /** Has the server check a document against its schemas. @returns its words */
  validate(xml: string): Promise<string>;

  start(id: string): Promise<void>;
  suspend(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  /** Kills a job, which follows in a second or two; one that is over stays as it is, without an error. */
  kill(id: string): Promise<void>;
  /** Kills some actions of a coordinator. @returns them */
  killActions(id: string, scope: ActionScope): Promise<readonly CoordinatorAction[]>;
  /** Has a coordinator go on as if these actions were not. @returns them */
  ignoreActions(id: string, actions: string | readonly number[]): Promise<readonly CoordinatorAction[]>;
  /** Changes a coordinator (end, concurrency, pause, status) or a bundle (end, pause). */
  change(id: string, what: ChangeRequest): Promise<void>;

  /** Runs a workflow that is over again, with the properties that it had and these. */
  rerunWorkflow(id: string, how: WorkflowRerun, properties?: Properties): Promise<void>;
  /**
   * Runs actions of a coordinator again; they must be over.
   * @param options.refresh look for latest and future instances anew
   * @param options.cleanup erase what the output events name first, which Oozie does unless told not to. @default false
   * @param options.failed run workflows again from where they failed
   * @returns the actions
   */
  rerunActions(
    id: string,
    scope: ActionScope,
    options?: { readonly refresh?: boolean; readonly cleanup?: boolean; readonly failed?: boolean },
  ): Promise<readonly CoordinatorAction[]>;
  /** Runs coordinators of a bundle, by name, or all with actions in a range of dates, again. */
  rerunBundle(
    id: string,
    scope: { readonly coordinators?: readonly string[]; readonly dates?: readonly (readonly [Date, Date])[] },
    options?: { readonly refresh?: boolean; readonly cleanup?: boolean },
  ): Promise<void>;
  /**
   * Gives a coordinator the definition that lies at its path now, or at the one that the properties name. Name,
   * frequency, start, end and zone cannot be changed so. Actions that were made stay as they are.
   * @returns the difference that the server sees, as `diff` writes it; empty when there is none
   */
  updateCoordinator(id: string, properties?: Properties, options?: { readonly dryRun?: boolean }): Promise<string>;

  /** Whatever job has the id. */
  job(id: string): Promise<AnyJob>;
  workflow(id: string): Promise<WorkflowJob>;
  /** Without its actions. */
  coordinator(id: string): Promise<CoordinatorJob>;
  bundle(id: string): Promise<BundleJob>;
  status(id: string): Promise<JobStatus>;
  /** By `<coordinator>@<number>`. */
  coordinatorAction(id: string): Promise<CoordinatorAction>;
  /** By `<workflow>@<name>`. */
  workflowAction(id: string): Promise<WorkflowAction>;
  /** All actions of a coordinator, read page by page. */
  actions(coordinator: string, filter?: ActionFilter): AsyncGenerator<CoordinatorAction, void, undefined>;
  /** Every workflow that an action of a coordinator began, reruns by new workflows included. */
  runsOf(coordinator: string, number: number): Promise<readonly WorkflowJob[]>;
  /** What actions of a coordinator wait for, by data set, as last stored. Not on CDH 5. */
  missingDependencies(coordinator: string, scope: ActionScope): Promise<readonly MissingDependencies[]>;

  /** The document of a job, as it was submitted. */
  definition(id: string): Promise<string>;
  /**
   * The log of a job, line by line as it comes; leaving the loop stops it.
   * @param which all of it, what is a warning or worse (not on CDH 5), or who asked for what (the same). @default "log"
   */
  log(id: string, filter?: LogFilter, which?: LogKind): AsyncGenerator<string, void, undefined>;

  /** Jobs, the youngest first, read page by page: leave the loop when there are enough. */
  workflows(filter?: JobFilter): AsyncGenerator<WorkflowJob, void, undefined>;
  coordinators(filter?: JobFilter): AsyncGenerator<CoordinatorJob, void, undefined>;
  bundles(filter?: JobFilter): AsyncGenerator<BundleJob, void, undefined>;
  /** The id of the workflow with this `oozie.wf.external.id`. */
  byExternalId(externalId: string): Promise<string | undefined>;

  /** Promises of a job (`id`), of what it began (`parentId`), of an application's name, or of a bundle. Empty where the server has no SLA service. */
  sla(filter: SlaFilter): Promise<readonly SlaSummary[]>;
  slaEnable(id: string, scope: SlaScope): Promise<void>;
  slaDisable(id: string, scope: SlaScope): Promise<void>;
  slaChange(id: string, scope: SlaScope, change: SlaChange): Promise<void>;

  /** Names of the share libraries. */
  shareLibraries(): Promise<readonly string[]>;
  /** The files of a share library, whole URIs. */
  shareLibrary(name: string): Promise<readonly string[]>;
  /** Has the servers look for the youngest share library. @returns its folder, by server */
  updateShareLibrary(): Promise<
    readonly { readonly server: string; readonly folder: string; readonly status: string }[]
  >;

  close(): void;
}

export interface SlaFilter {
  readonly id?: string;
  readonly parentId?: string;
  readonly appName?: string;
  readonly bundle?: string;
  readonly nominalFrom?: Date;
  readonly nominalUntil?: Date;
  /** At most so many. @default 1000 */
  readonly limit?: number;
}
