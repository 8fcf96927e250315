import type { JsonRecord } from "../json.ts";
import { readProperties } from "./properties.ts";

/** States of workflows, coordinators and bundles (`Job.Status`, `WorkflowJob.Status`). */
export type JobStatus =
  | "PREMATER"
  | "PREP"
  | "RUNNING"
  | "RUNNINGWITHERROR"
  | "SUSPENDED"
  | "SUSPENDEDWITHERROR"
  | "PREPSUSPENDED"
  | "PAUSED"
  | "PAUSEDWITHERROR"
  | "PREPPAUSED"
  | "SUCCEEDED"
  | "DONEWITHERROR"
  | "KILLED"
  | "FAILED"
  | "IGNORED";

/** States of a workflow's actions (`WorkflowAction.Status`). */
export type WorkflowActionStatus =
  | "PREP"
  | "RUNNING"
  | "OK"
  | "ERROR"
  | "USER_RETRY"
  | "START_RETRY"
  | "START_MANUAL"
  | "DONE"
  | "END_RETRY"
  | "END_MANUAL"
  | "KILLED"
  | "FAILED";

/** States of a coordinator's actions (`CoordinatorAction.Status`). */
export type CoordinatorActionStatus =
  | "WAITING"
  | "READY"
  | "SUBMITTED"
  | "RUNNING"
  | "SUSPENDED"
  | "TIMEDOUT"
  | "SUCCEEDED"
  | "KILLED"
  | "FAILED"
  | "IGNORED"
  | "SKIPPED";

/** Nothing more happens to a job in such a state by itself. */
export function isOver(status: JobStatus): boolean {
  return ["SUCCEEDED", "DONEWITHERROR", "KILLED", "FAILED", "IGNORED"].includes(status);
}

/** What all jobs have. Lists of jobs leave `path`, `configuration`, `actions` and more out. */
interface Job {
  readonly id: string;
  readonly name: string;
  readonly status: JobStatus;
  readonly user: string | undefined;
  /** Where its application lies. */
  readonly path: string | undefined;
  readonly created: Date | undefined;
  readonly start: Date | undefined;
  readonly end: Date | undefined;
  /** With what it was submitted; empty in lists. */
  readonly configuration: Readonly<Record<string, string>>;
  /** What the submitter called it (`oozie.wf.external.id` and its like). */
  readonly externalId: string | undefined;
}

export interface WorkflowJob extends Job {
  readonly kind: "workflow";
  /** Of the coordinator's action or the workflow that began it. */
  readonly parentId: string | undefined;
  /** How often it was run again. */
  readonly run: number;
  readonly modified: Date | undefined;
  /** By when they started; none in lists. */
  readonly actions: readonly WorkflowAction[];
}

export interface WorkflowAction {
  readonly id: string;
  readonly name: string;
  /** `fs`, `spark`, `:START:`, `:KILL:` … */
  readonly type: string;
  readonly status: WorkflowActionStatus;
  readonly start: Date | undefined;
  readonly end: Date | undefined;
  /** The node that came after. */
  readonly transition: string | undefined;
  /** What did it: the launcher's `application_…`, or a sub-workflow's id. */
  readonly externalId: string | undefined;
  readonly externalStatus: string | undefined;
  /** Of the applications that the launcher began, such as Spark's: `job_…`. */
  readonly childIds: readonly string[];
  readonly consoleUrl: string | undefined;
  /**
   * `JA018`, or what the launcher exited with. Undefined of an action that runs or ended well: there Oozie keeps
   * `EL_ERROR` of names in a hive-site.xml that it took for its own and could not resolve.
   */
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  /** How often Oozie retried it, and how often users' own retries (`retry-max`) did. */
  readonly retries: number;
  readonly userRetries: number;
  /** What a shell action with capture-output printed, as properties. */
  readonly data: string | undefined;
  /** Its element in the workflow, resolved. */
  readonly definition: string | undefined;
}

export interface CoordinatorJob extends Job {
  readonly kind: "coordinator";
  /** A count of `timeUnit`, or a cron expression. */
  readonly frequency: string;
  readonly timeUnit: string;
  readonly timeZone: string;
  readonly concurrency: number;
  readonly execution: string;
  readonly throttle: number;
  /** Minutes; below zero for ever. */
  readonly timeout: number;
  /** The nominal time that comes next. */
  readonly nextMaterialized: Date | undefined;
  /** Up to where actions were made. */
  readonly lastAction: Date | undefined;
  readonly paused: Date | undefined;
  readonly bundleId: string | undefined;
}

export interface CoordinatorAction {
  readonly id: string;
  readonly coordinatorId: string;
  /** From 1. */
  readonly number: number;
  readonly nominal: Date;
  readonly status: CoordinatorActionStatus;
  readonly created: Date | undefined;
  readonly modified: Date | undefined;
  /** URIs as the server last stored them; it looks for them one after another and stops at the first that is missing. */
  readonly missing: readonly string[];
  /** Those of HCatalog. */
  readonly pushMissing: readonly string[];
  /** The workflow's. */
  readonly workflowId: string | undefined;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
}

export interface BundleJob extends Job {
  readonly kind: "bundle";
  readonly kickOff: Date | undefined;
  readonly paused: Date | undefined;
  readonly coordinators: readonly CoordinatorJob[];
}

export type AnyJob = WorkflowJob | CoordinatorJob | BundleJob;

/** A promise and what became of it (`SLASummaryBean`). Durations are milliseconds, undefined where none was promised or known. */
export interface SlaSummary {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly appName: string;
  /** `WORKFLOW_JOB`, `WORKFLOW_ACTION`, `COORDINATOR_ACTION` … */
  readonly appType: string;
  readonly nominal: Date | undefined;
  readonly expectedStart: Date | undefined;
  readonly actualStart: Date | undefined;
  readonly expectedEnd: Date | undefined;
  readonly actualEnd: Date | undefined;
  readonly expectedDuration: number | undefined;
  readonly actualDuration: number | undefined;
  readonly jobStatus: string | undefined;
  readonly slaStatus: "NOT_STARTED" | "IN_PROCESS" | "MET" | "MISS";
  /** `START_MISS`, `END_MET` …, as far as they happened. */
  readonly events: readonly string[];
  /** False where alerts are disabled. */
  readonly alerts: boolean;
}

/** What an action of a coordinator waits for, by data set. */
export interface MissingDependencies {
  readonly number: number;
  /** The URI at which the server stopped looking. */
  readonly blockedOn: string | undefined;
  readonly dataSets: readonly { readonly name: string; readonly missing: readonly string[] }[];
}

export function workflowJob(one: JsonRecord): WorkflowJob {
  return {
    kind: "workflow",
    id: one.required("id"),
    name: one.text("appName") ?? "",
    status: one.required("status") as JobStatus,
    user: one.text("user"),
    path: one.text("appPath"),
    created: one.date("createdTime"),
    start: one.date("startTime"),
    end: one.date("endTime"),
    configuration: readProperties(one.text("conf") ?? ""),
    externalId: one.text("externalId"),
    parentId: one.text("parentId"),
    run: one.number("run") ?? 0,
    modified: one.date("lastModTime"),
    // The server gives them in any order.
    actions: one
      .records("actions")
      .map(workflowAction)
      .sort((a, b) => (a.start?.getTime() ?? Infinity) - (b.start?.getTime() ?? Infinity) || 0),
  };
}

export function workflowAction(one: JsonRecord): WorkflowAction {
  const present = (name: string): string | undefined => {
    const text = one.present(name);
    // `-` stands for nothing in some of them.
    return text === "-" ? undefined : text;
  };
  const status = one.required("status") as WorkflowActionStatus;
  const isWell = status === "RUNNING" || status === "OK" || status === "DONE";
  return {
    id: one.required("id"),
    name: one.text("name") ?? "",
    type: one.text("type") ?? "",
    status,
    start: one.date("startTime"),
    end: one.date("endTime"),
    transition: present("transition"),
    externalId: present("externalId"),
    externalStatus: present("externalStatus"),
    childIds: (present("externalChildIDs") ?? "").split(",").filter((id) => id !== ""),
    consoleUrl: present("consoleUrl"),
    errorCode: isWell ? undefined : present("errorCode")?.trim(),
    errorMessage: isWell ? undefined : present("errorMessage"),
    retries: one.number("retries") ?? 0,
    userRetries: one.number("userRetryCount") ?? 0,
    data: present("data"),
    definition: present("conf"),
  };
}

export function coordinatorJob(one: JsonRecord): CoordinatorJob {
  return {
    kind: "coordinator",
    id: one.required("coordJobId"),
    name: one.text("coordJobName") ?? "",
    status: one.required("status") as JobStatus,
    user: one.text("user"),
    path: one.text("coordJobPath"),
    created: one.date("createdTime"),
    start: one.date("startTime"),
    end: one.date("endTime"),
    configuration: readProperties(one.text("conf") ?? ""),
    externalId: one.text("coordExternalId"),
    frequency: one.text("frequency") ?? "",
    timeUnit: one.text("timeUnit") ?? "",
    timeZone: one.text("timeZone") ?? "",
    concurrency: one.number("concurrency") ?? 0,
    execution: one.text("executionPolicy") ?? "",
    throttle: one.number("mat_throttling") ?? 0,
    timeout: one.number("timeOut") ?? 0,
    nextMaterialized: one.date("nextMaterializedTime"),
    lastAction: one.date("lastAction"),
    paused: one.date("pauseTime"),
    bundleId: one.text("bundleId"),
  };
}

export function coordinatorAction(one: JsonRecord): CoordinatorAction {
  const uris = (name: string): readonly string[] =>
    // Several are parted by `#` (CoordELFunctions.INSTANCE_SEPARATOR).
    (one.text(name) ?? "").split("#").filter((uri) => uri !== "");
  return {
    id: one.required("id"),
    coordinatorId: one.text("coordJobId") ?? one.required("id").replace(/@.*/, ""),
    number: one.number("actionNumber") ?? 0,
    nominal: one.requiredDate("nominalTime"),
    status: one.required("status") as CoordinatorActionStatus,
    created: one.date("createdTime"),
    modified: one.date("lastModifiedTime"),
    missing: uris("missingDependencies"),
    pushMissing: uris("pushMissingDependencies"),
    workflowId: one.present("externalId"),
    errorCode: one.present("errorCode"),
    errorMessage: one.present("errorMessage"),
  };
}

export function bundleJob(one: JsonRecord): BundleJob {
  return {
    kind: "bundle",
    id: one.required("bundleJobId"),
    name: one.text("bundleJobName") ?? "",
    status: one.required("status") as JobStatus,
    user: one.text("user"),
    path: one.text("bundleJobPath"),
    created: one.date("createdTime"),
    start: one.date("startTime"),
    end: one.date("endTime"),
    configuration: readProperties(one.text("conf") ?? ""),
    externalId: one.text("bundleExternalId"),
    kickOff: one.date("kickoffTime"),
    paused: one.date("pauseTime"),
    coordinators: one.records("bundleCoordJobs").map(coordinatorJob),
  };
}

export function slaSummary(one: JsonRecord): SlaSummary {
  const duration = (name: string): number | undefined => {
    const value = one.number(name);
    return value === undefined || value < 0 ? undefined : value;
  };
  return {
    id: one.required("id"),
    parentId: one.text("parentId"),
    appName: one.text("appName") ?? "",
    appType: one.text("appType") ?? "",
    nominal: one.date("nominalTime"),
    expectedStart: one.date("expectedStart"),
    actualStart: one.date("actualStart"),
    expectedEnd: one.date("expectedEnd"),
    actualEnd: one.date("actualEnd"),
    expectedDuration: duration("expectedDuration"),
    actualDuration: duration("actualDuration"),
    jobStatus: one.text("jobStatus"),
    slaStatus: one.required("slaStatus") as SlaSummary["slaStatus"],
    events: (one.text("eventStatus") ?? "").split(",").filter((event) => event !== ""),
    alerts: one.text("slaAlertStatus") !== "Disabled",
  };
}

export function missingDependencies(one: JsonRecord): MissingDependencies {
  return {
    number: one.number("id") ?? 0,
    blockedOn: one.present("blockedOn"),
    dataSets: one
      .records("dataSets")
      .map((set) => ({ name: set.text("dataSet") ?? "", missing: set.texts("missingDependencies") })),
  };
}
