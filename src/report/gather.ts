import { existsSync } from "node:fs";
import { basename, relative } from "node:path";
import { HowdahError } from "../core/errors.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import type { CompiledJob } from "../jobs/compile.ts";
import { isTableDataSet } from "../jobs/job.ts";
import { recordFile } from "../jobs/record.ts";
import { foresee, type Foreseen } from "../local/foresee.ts";
import type { Window } from "../local/scheduler.ts";
import type { LocalTarget } from "../local/target.ts";
import { toldByLogs } from "../local/told.ts";
import { indexAt, nominalTimes, timeAt, type Grid } from "../oozie/calendar.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import { everyWords } from "../oozie/every.ts";
import { externalDataSets, landedTimes } from "../project/landed.ts";
import { liveOwners } from "../project/lock.ts";
import type { DataSetFacts, InstanceFacts, LineageFacts, ReportFacts, ValueFacts } from "./facts.ts";
import { jobsIn } from "./graph/flows.ts";
import { askInsights } from "./insights.ts";
import { Standings } from "./instances.ts";

export interface ReportRequest {
  /** Instances in `from <= time < until`. @default all that there is */
  readonly from?: Instant;
  readonly until?: Instant;
  /** @default the project's name */
  readonly title?: string;
  readonly signal?: AbortSignal;
}

/**
 * Looks at a folder of data and says how every instance stands; changes nothing. Open the target with `snapshot`: each
 * file is read once then. Throws `NO_DATA` without the folder, `NOTHING_LANDED` when nothing is in it, `WINDOW`.
 */
export async function gatherReport(target: LocalTarget, request: ReportRequest = {}): Promise<ReportFacts> {
  const { project, data } = target;
  const { signal = new AbortController().signal } = request;
  const window = windowOf(target, request);
  // DuckDB's threads find the answers while the hours are looked at here.
  const asked = askInsights(target, signal);
  const over = asked.catch(() => undefined);
  try {
    const foreseen = await foresee(target, window, signal);
    const owners = liveOwners(data.own("locks"));
    const standings = new Standings({ target, foreseen, told: toldByLogs(data), owners });
    const below = relative(project.root, data.root);
    return {
      format: 1,
      title: request.title ?? project.config.name,
      project: project.config.name,
      folder: below.startsWith("..") ? data.root : below === "" ? "." : below,
      asOf: new Date().toISOString(),
      from: formatOozieTime(window.from),
      until: formatOozieTime(window.until),
      notices: noticesOf(target),
      atWork: [...owners].map(([job, owner]) => `${job.replace(/^_/, "")}: ${owner}`),
      values: valuesOf(target),
      dataSets: [
        ...arriving(target, standings, window),
        ...madeByJobs(target, standings, window),
        ...actionsAlone(foreseen, window, standings),
      ],
      lineage: lineageOf(target),
      insights: await asked,
    };
  } finally {
    await over;
  }
}

function windowOf(target: LocalTarget, { from, until }: ReportRequest): Window {
  const { data, project, values } = target;
  if (!existsSync(data.root))
    throw new HowdahError("there is no such folder of data", {
      code: "NO_DATA",
      where: data.root,
      next: "land or ingest data and run first, or name another folder with --data",
    });
  const found = [...project.definitions.dataSets.values()].flatMap((dataSet) => {
    // A record stays when the flag is pruned.
    const times = landedTimes(dataSet, values, isTableDataSet(dataSet) ? recordFile : dataSet.doneFlag);
    return times.length === 0 ? [] : [{ dataSet, first: Math.min(...times), last: Math.max(...times) as Instant }];
  });
  const lacks = [...project.definitions.parameters.values()].find(
    ({ name, spec }) => spec.otherwise !== undefined && values.get(name) === undefined,
  );
  if (found.length === 0 || lacks !== undefined)
    throw new HowdahError(
      `nothing is there to tell of${lacks === undefined ? "" : `: no value of ${lacks.name} follows from it`}`,
      {
        code: "NOTHING_LANDED",
        where: data.root,
        next: "land or ingest data first, or name another folder with --data",
      },
    );
  const window = {
    from: from ?? (Math.min(...found.map(({ first }) => first)) as Instant),
    until: until ?? (Math.max(...found.map(({ dataSet, last }) => endOf(data.grid(dataSet), last))) as Instant),
  };
  if (window.from < window.until) return window;
  const [begins, ends] = [formatOozieTime(window.from), formatOozieTime(window.until)];
  throw new HowdahError(
    from !== undefined && until !== undefined
      ? `--from ${begins} is not before --until ${ends}`
      : `there is nothing in the range: it would be from ${begins} until ${ends}`,
    { code: "WINDOW", next: "a range is from <= t < until" },
  );
}

/** When the instance after one begins. */
function endOf(grid: Grid, time: Instant): Instant {
  return timeAt(grid, indexAt(grid, time) + 1);
}

/** The instances of a series of which the report tells. */
function instancesOn<T extends object>(
  grid: Grid,
  { from, until }: Window,
  tell: (time: Instant) => T,
): (T & { time: string; until: string })[] {
  const times = nominalTimes({ ...grid, start: grid.initial, end: until }, from, until);
  return [...times].map((time) => ({
    time: formatOozieTime(time),
    until: formatOozieTime(endOf(grid, time)),
    ...tell(time),
  }));
}

function arriving(target: LocalTarget, standings: Standings, window: Window): readonly DataSetFacts[] {
  return externalDataSets(target.project).map((dataSet) => ({
    name: dataSet.name,
    kind: "arrives",
    every: everyWords(dataSet.every),
    instances: instancesOn(target.data.grid(dataSet), window, (time) => standings.arrived(dataSet, time)),
  }));
}

function madeByJobs(target: LocalTarget, standings: Standings, window: Window): readonly DataSetFacts[] {
  const { data } = target;
  return inOrder(target).flatMap(({ compiled, coordinators: [coordinator] }) =>
    compiled.job.writes.map((write) => ({
      name: write.name,
      kind: "made",
      table: write.table.fullName,
      ...(write.table.comment === undefined ? {} : { describe: write.table.comment }),
      job: compiled.job.name,
      ...(coordinator === undefined ? {} : { coordinator }),
      every: everyWords(write.every),
      instances: instancesOn(data.grid(write), window, (unit) => standings.made(compiled, write, unit)),
    })),
  );
}

interface JobInOrder {
  readonly compiled: CompiledJob;
  readonly coordinators: readonly string[];
}

/** Jobs as coordinators run them, then those that none runs. */
function inOrder({ project }: LocalTarget): readonly JobInOrder[] {
  const coordinators = [...project.definitions.coordinators.values()];
  const runs = coordinators.map(({ name, run }) => ({ name, jobs: jobsIn(run.workflow).map((job) => job.name) }));
  const names = new Set([...runs.flatMap(({ jobs }) => jobs), ...project.jobs.keys()]);
  return [...names].flatMap((name) => {
    const compiled = project.jobs.get(name);
    const by = runs.filter(({ jobs }) => jobs.includes(name)).map((one) => one.name);
    return compiled === undefined ? [] : [{ compiled, coordinators: by }];
  });
}

/** Rows of coordinators that run no job: how their actions stand is all there is. */
function actionsAlone(foreseen: readonly Foreseen[], window: Window, standings: Standings): readonly DataSetFacts[] {
  const of = new Map<Coordinator, Foreseen[]>();
  for (const action of foreseen) {
    const { coordinator } = action;
    if (jobsIn(coordinator.run.workflow).length > 0) continue;
    of.set(coordinator, [...(of.get(coordinator) ?? []), action]);
  }
  return [...of].map(([coordinator, all]) => {
    const actions = all.sort((a, b) => a.nominal - b.nominal);
    const instances = actions.map((action, i): InstanceFacts => ({
      time: formatOozieTime(action.nominal),
      until: formatOozieTime(actions[i + 1]?.nominal ?? window.until),
      ...standings.action(action),
    }));
    return {
      name: coordinator.name,
      kind: "action",
      coordinator: coordinator.name,
      every: everyWords(coordinator.every),
      instances,
    };
  });
}

function lineageOf(target: LocalTarget): readonly LineageFacts[] {
  return inOrder(target).map(({ compiled: { job }, coordinators }) => ({
    job: job.name,
    coordinators,
    reads: Object.values(job.reads).map(({ dataSet, from, to }) =>
      from === 0 && to === 0
        ? dataSet.name
        : from === to
          ? `${dataSet.name} ${from}`
          : `${dataSet.name} ${from} … ${to}`,
    ),
    writes: job.writes.map(({ name }) => name),
  }));
}

function noticesOf({ project, values }: LocalTarget): readonly string[] {
  const { notices = [] } = project.config.report ?? {};
  return notices.filter(({ parameter, is }) => values.get(parameter) === is).map(({ text }) => text);
}

/** Paths are left out: a report is looked at elsewhere too. */
function valuesOf({ project, values }: LocalTarget): readonly ValueFacts[] {
  return values.names.flatMap((name) => {
    const origin = values.isSecret(name) ? "secret" : values.origin(name);
    const isPath = project.definitions.parameters.get(name)?.spec.type === "path";
    if (origin === undefined || origin === "default" || isPath) return [];
    const shown = origin.startsWith("file ") ? `file ${basename(origin)}` : origin;
    return [{ name, value: origin === "secret" ? "(secret)" : values.need(name), origin: shown }];
  });
}
