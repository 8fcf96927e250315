import { existsSync } from "node:fs";
import { formatOozieTime, parseOozieTime, type Instant } from "../core/time.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import type { ElValue } from "../oozie/el/index.ts";
import { MaterialisedAction } from "./materialised.ts";
import type { ActionReport } from "./report.ts";
import { Scheduler, type Window } from "./scheduler.ts";
import type { LocalTarget } from "./target.ts";
import { jobsOnPath, type JobOnPath } from "./walk.ts";

/** What a run would do with an action now. */
export interface Foreseen {
  readonly coordinator: Coordinator;
  readonly nominal: Instant;
  /** As a dry run tells it. */
  readonly report: ActionReport;
  /** The jobs on its path; undefined when they cannot be known before it runs. */
  readonly jobs: readonly JobOnPath[] | undefined;
  /** Flags of what it reads that are not there now, though the same run may make them before its turn comes. */
  readonly missing: readonly string[];
  /** Values of its workflow's inputs. */
  readonly inputs: Readonly<Record<string, ElValue>>;
}

/** Asks the scheduler what it would do with the actions of all the project's coordinators; nothing is changed. */
export async function foresee(
  target: LocalTarget,
  window: Window,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly Foreseen[]> {
  const { data, project } = target;
  const context = {
    data,
    jobs: project.jobs,
    engine: target.engine,
    project: project.root,
    emit: () => undefined,
    warn: () => undefined,
    signal,
    force: false,
    limit: 1,
  };
  const { coordinators } = project.definitions;
  const scheduler = new Scheduler(
    target,
    [...coordinators.values()],
    window,
    { asRange: false, dryRun: true },
    context,
  );
  return (await scheduler.run()).map((report, i) => {
    const coordinator = coordinators.get(report.name)!;
    const nominal = parseOozieTime(report.nominal!)!;
    const { inputs, inputFlags } = new MaterialisedAction(coordinator, nominal, i, target);
    const missing = report.status === "fresh" ? [] : inputFlags.filter((flag) => !existsSync(flag));
    return {
      coordinator,
      nominal,
      report,
      jobs: jobsOnPath(coordinator.run.workflow, inputs, context),
      missing,
      inputs,
    };
  });
}

/** How an action is called among others: `hourly 2012-03-01T00:00Z`. */
export function actionName({ coordinator, nominal }: Pick<Foreseen, "coordinator" | "nominal">): string {
  return `${coordinator.name} ${formatOozieTime(nominal)}`;
}
