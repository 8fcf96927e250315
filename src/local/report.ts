import type { HowdahError } from "../core/errors.ts";
import type { CheckWarning } from "./batch.ts";
import { errorFacts, type Emit } from "../core/events.ts";

/** What became of an action. */
export type ActionStatus =
  /** It ran and succeeded. */
  | "ran"
  /** Its work had been done before. */
  | "fresh"
  /** Something it reads is not there. */
  | "waiting"
  | "failed"
  /** It is stale, but an input is gone for good; what it made before stays. */
  | "kept"
  /** A dry run found that it would run. */
  | "would-run"
  /** A dry run found that it would run if what comes before it changes its inputs. */
  | "may-run";

export interface ActionReport {
  /** The coordinator, workflow or job. */
  readonly name: string;
  /** Nominal time; null for a workflow by itself. */
  readonly nominal: string | null;
  readonly status: ActionStatus;
  /** Why it ran or would run. */
  readonly why: readonly string[];
  /** What a waiting action waits for. */
  readonly missing: readonly string[];
  readonly error: Readonly<Record<string, unknown>> | null;
}

export interface RunReport {
  readonly actions: readonly ActionReport[];
  /** What checks on rows warned of, in what was made. */
  readonly warnings: readonly CheckWarning[];
  /** Where every event of the run was written; null for a dry run. */
  readonly log: string | null;
  readonly seconds: number;
  readonly from: string | null;
  readonly until: string | null;
}

/** How many actions ended in each way. */
export function counts({ actions }: Pick<RunReport, "actions">): Readonly<Record<ActionStatus, number>> {
  const of = (status: ActionStatus): number => actions.filter((action) => action.status === status).length;
  return {
    ran: of("ran"),
    fresh: of("fresh"),
    waiting: of("waiting"),
    failed: of("failed"),
    kept: of("kept"),
    "would-run": of("would-run"),
    "may-run": of("may-run"),
  };
}

/** Makes an action's report and tells it. */
export function tell(report: Omit<ActionReport, "error">, error: HowdahError | undefined, emit: Emit): ActionReport {
  const full: ActionReport = { ...report, error: error === undefined ? null : errorFacts(error) };
  emit({ event: `action.${report.status}`, ...full });
  return full;
}
