import type { CoordinatorActionStatus, JobStatus, WorkflowActionStatus } from "../../connect/oozie/index.ts";
import type { ApplicationState } from "../../connect/yarn.ts";
import type { Presence } from "../probe.ts";

/** `runs`: it is being worked on. `waits`: something has to come first. */
export type Verdict = "waits" | "runs" | "done" | "failed";

/** One thing that keeps a job or an action from going on, or that explains how it stands. */
export interface Reason {
  /** Stable, such as `INPUT_MISSING`. */
  readonly code: string;
  readonly text: string;
  /** What to do, a command where there is one. */
  readonly next: string | undefined;
}

/** How a job or an action stands, and why it does not go on. Times are Oozie's text, in UTC. */
export interface Explanation {
  readonly kind: "bundle" | "coordinator" | "coordinator action" | "workflow";
  readonly id: string | undefined;
  readonly name: string;
  /** Of a coordinator's action. */
  readonly nominal: string | undefined;
  /** Undefined for an action that was not made yet. */
  readonly status: JobStatus | CoordinatorActionStatus | undefined;
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
  /** Of a coordinator's action that waits: what it reads, looked at now. */
  readonly inputs: readonly InputNow[];
  /** Of a workflow: the actions at which it is. */
  readonly at: readonly WorkflowPlace[];
  /** The workflow of a coordinator's action, the coordinators of a bundle. */
  readonly parts: readonly Explanation[];
}

/** What an action reads, as it stands now. */
export interface InputNow {
  readonly name: string;
  readonly dataSet: string;
  /** `current(0)`, `latest(-1 … 0)`. */
  readonly choice: string;
  readonly instances: readonly InstanceNow[];
  /** Asked for, but before the data set's first instance: Oozie leaves them out silently. */
  readonly dropped: readonly string[];
  /** `latest` and `future` only: how they were resolved, or why they are not. */
  readonly resolution: string | undefined;
  readonly resolved: boolean;
}

export interface InstanceNow {
  /** Undefined for a URI of Oozie's that the definitions here do not know. */
  readonly time: string | undefined;
  readonly uri: string;
  readonly presence: Presence;
  /** Who makes it, where it is missing and a coordinator of the project does. */
  readonly maker: Maker | undefined;
}

export interface Maker {
  readonly coordinator: string;
  readonly nominal: string;
  readonly id: string | undefined;
  readonly status: CoordinatorActionStatus | "not made yet" | "not submitted";
  /** Why that one is not done itself, one level deep. */
  readonly why: Explanation | undefined;
}

/** An action at which a workflow is. */
export interface WorkflowPlace {
  readonly name: string;
  readonly type: string;
  readonly status: WorkflowActionStatus;
  readonly since: string | undefined;
  readonly errorCode: string | undefined;
  readonly errorMessage: string | undefined;
  readonly applications: readonly ApplicationNow[];
}

export interface ApplicationNow {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly queue: string;
  readonly state: ApplicationState;
  readonly diagnostics: string;
}

export function reason(code: string, text: string, next?: string): Reason {
  return { code, text, next };
}

/** The verdict of several together: what failed is said first, then what waits. */
export function together(all: readonly Explanation[]): Verdict {
  const order: readonly Verdict[] = ["failed", "waits", "runs"];
  return order.find((one) => all.some(({ verdict }) => verdict === one)) ?? "done";
}
