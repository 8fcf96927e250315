import { formatOozieTime, formatTimeBy, parseTimeBy, stepOf, type Instant } from "../../core/time.ts";
import { isJob, isTableDataSet, type Job } from "../../jobs/job.ts";
import type { SqlJob } from "../../oozie/actions/index.ts";
import {
  momentOf,
  orderOf,
  scopeOfCoordinator,
  scopeOfDataSet,
  type Checked,
  type Findings,
  type PartView,
  type Scope,
} from "../../oozie/checks/index.ts";
import type { DataSet } from "../../oozie/dataset.ts";
import type { Expr } from "../../oozie/el/index.ts";
import { isParameter } from "../../oozie/parameters.ts";
import type { Workflow } from "../../oozie/workflow.ts";

/** A value that somebody gives to an input. */
interface Given {
  readonly value: Expr;
  readonly scope: Scope;
  /** Where the value's own inputs come from. */
  readonly workflow: Workflow | undefined;
}

/** Keys of units that their jobs do not read: those of another length, or no keys at all. */
export function checkKeys(checked: Checked, findings: Findings): void {
  const callers = callersOf(checked);
  const told = new Map<Expr, Set<string>>();
  const check = ({ value, scope, workflow }: Given, job: SqlJob, seen: readonly string[]): void => {
    const { node } = value;
    if (node.is === "parameter" && !isParameter(value) && workflow !== undefined) {
      const input = `${workflow.name} ${node.name}`;
      if (seen.includes(input)) return;
      for (const call of callers.get(workflow) ?? []) {
        const given = call.values[node.name];
        if (given !== undefined) check({ ...call, value: given }, job, [...seen, input]);
      }
      return;
    }
    const problem = keyProblem(value, job.key);
    if (problem === undefined || told.get(value)?.has(job.name) === true) return;
    told.set(value, (told.get(value) ?? new Set()).add(job.name));
    findings.add("JOB_KEY", scope, `${scope.label}: ${problem}, and units of job ${job.name} are named as ${job.key}`, {
      at: value.at,
      next: `write formatTime(nominalTime, "${job.key}")`,
    });
  };
  for (const { workflow, sparks } of checked.views)
    for (const { part, scope } of sparks)
      for (const job of part.jobs.filter(hasKey)) {
        check({ value: part.from, scope, workflow }, job, []);
        if (part.to !== part.from) check({ value: part.to, scope, workflow }, job, []);
      }
}

/** A job that writes nothing has no key, which is told of elsewhere. */
function hasKey(job: SqlJob): boolean {
  return job.key !== "";
}

/** Actions whose jobs cannot have the same units, or cannot run in their order. */
export function checkTogether({ views }: Checked, findings: Findings): void {
  for (const { part, scope } of views.flatMap(({ sparks }) => sparks)) {
    const jobs = [...new Set(part.jobs)];
    const [first, ...others] = jobs;
    const refuse = (what: string, next: string): void =>
      findings.add("JOBS_TOGETHER", scope, `${scope.label}: ${what}`, { at: part.at, next });
    if (first === undefined) {
      refuse("it runs no job", "name the jobs that it runs");
      continue;
    }
    if (jobs.length < part.jobs.length) refuse("a job stands in it more than once", "name each job once");
    const other = others.find((job) => !haveLikeUnits(first, job));
    if (other !== undefined)
      refuse(
        `units of job ${first.name} are ${unitsOf(first)}, those of job ${other.name} ${unitsOf(other)}`,
        "give each an action of its own",
      );
    jobs.forEach((job, i) => {
      const maker = jobs.slice(i + 1).find((later) => makesFor(later, job));
      if (maker !== undefined)
        refuse(`job ${job.name} reads what job ${maker.name} makes, which stands behind it`, `put ${maker.name} first`);
    });
  }
}

/** Actions of a workflow that read, for the same unit, what an action makes that does not come before them. */
export function checkOrder({ views }: Checked, findings: Findings): void {
  for (const { sparks } of views)
    for (const reading of sparks.filter((one) => !isInHandler(one))) {
      const others = sparks.filter(({ part }) => part.from === reading.part.from);
      const before = others.filter((one) => one !== reading && orderOf(one, reading) === "before");
      // What is made more than once is there for whoever reads it in between.
      const made = new Set([reading, ...before].flatMap(({ part }) => part.jobs));
      for (const making of others) {
        const order = orderOf(making, reading);
        if (order !== "after" && order !== "beside") continue;
        for (const job of reading.part.jobs) {
          const maker = making.part.jobs.find((one) => !made.has(one) && makesFor(one, job) && haveLikeUnits(one, job));
          if (maker === undefined) continue;
          const when = order === "after" ? "runs later" : "runs side by side with it";
          findings.add(
            "JOB_ORDER",
            reading.scope,
            `${reading.scope.label}: job ${job.name} reads what job ${maker.name} makes, which ${when} (action ${making.part.name})`,
            { at: reading.part.at, next: `put ${making.part.name} before ${reading.part.name}` },
          );
        }
      }
    }
}

/** Whether something runs only when an action has failed, and the workflow ends behind it. */
function isInHandler(part: PartView): boolean {
  if (part.role === "body" || part.role === "handler") return part.role === "handler";
  return isInHandler(part.parents[0]!);
}

/** Whether the same keys name units of both, as far as it is known when they begin. */
function haveLikeUnits(a: SqlJob, b: SqlJob): boolean {
  if (!hasKey(a) || !hasKey(b)) return true;
  if (a.key !== b.key || stepOf(a.every) !== stepOf(b.every)) return false;
  const [one, two] = [a, b].map(firstUnitOf);
  return one === undefined || two === undefined || (one - two) % stepOf(a.every) === 0;
}

/** Undefined where a parameter says it. */
function firstUnitOf(job: SqlJob): Instant | undefined {
  const [written] = isJob(job) ? job.writes : [];
  return written === undefined ? undefined : momentOf(written.initial);
}

function unitsOf(job: SqlJob): string {
  const { every, key } = job;
  const first = firstUnitOf(job);
  const begun = first === undefined ? "" : ` from ${formatOozieTime(first)}`;
  return `${every.unit}(${every.count})${begun}, named as ${key}`;
}

/** Whether a job makes what another reads of the same unit. */
function makesFor(maker: SqlJob, reader: SqlJob): boolean {
  if (!isJob(maker) || !isJob(reader)) return false;
  const made = new Set<DataSet>(maker.writes);
  return Object.values(reader.reads).some(({ dataSet, from, to }) => from <= 0 && to >= 0 && made.has(dataSet));
}

interface Caller {
  readonly values: Readonly<Record<string, Expr>>;
  readonly scope: Scope;
  readonly workflow: Workflow | undefined;
}

function callersOf({ coordinators, views }: Checked): ReadonlyMap<Workflow, readonly Caller[]> {
  const callers = new Map<Workflow, Caller[]>();
  const add = (workflow: Workflow, caller: Caller): void => {
    const known = callers.get(workflow);
    if (known === undefined) callers.set(workflow, [caller]);
    else known.push(caller);
  };
  for (const coordinator of coordinators) {
    const { workflow, values } = coordinator.run;
    add(workflow, { values, scope: scopeOfCoordinator(coordinator), workflow: undefined });
  }
  for (const { workflow, subWorkflows } of views)
    for (const { part, scope } of subWorkflows) add(part.run.workflow, { values: part.run.values, scope, workflow });
  return callers;
}

/** Why a value is no key; undefined for a good one, and for one of which too little is known. */
function keyProblem({ node }: Expr, key: string): string | undefined {
  if (node.is === "literal") {
    const text = String(node.value);
    return parseTimeBy(key, text) === undefined ? `${JSON.stringify(text)} is no unit` : undefined;
  }
  if (node.is !== "call" || node.fn !== "coord:formatTime") return undefined;
  const pattern = node.args[1]?.node;
  if (pattern?.is !== "literal") return undefined;
  const text = String(pattern.value);
  return text === key || sample(text) === sample(key) ? undefined : `it writes the time as ${text}`;
}

/** A pattern's text of a time all of whose fields differ; undefined for a pattern that is none, which is told elsewhere. */
function sample(pattern: string): string | undefined {
  try {
    return formatTimeBy(pattern, Date.UTC(2012, 2, 4, 5, 6, 7) as Instant);
  } catch {
    return undefined;
  }
}

/** Tables that keep less than a job reads of them for one unit. */
export function checkKept(jobs: Iterable<Job>, findings: Findings): void {
  const needs = new Map<DataSet, { readonly count: number; readonly job: Job }>();
  for (const job of jobs)
    for (const { dataSet, from, to } of Object.values(job.reads)) {
      // With the unit's own instance, which is made by then.
      const count = Math.max(to, 0) - from + 1;
      if (count > (needs.get(dataSet)?.count ?? 0)) needs.set(dataSet, { count, job });
    }
  for (const [dataSet, { count, job }] of needs) {
    if (!isTableDataSet(dataSet) || dataSet.table.keep === undefined || dataSet.table.keep >= count) continue;
    const { fullName, keep } = dataSet.table;
    const scope = scopeOfDataSet(dataSet);
    findings.add(
      "KEEP_SHORT",
      scope,
      `${scope.label}: ${fullName} keeps ${keep} partitions, and job ${job.name} reads ${count}`,
      {
        next: `keep ${count} or more, or accept it with the reason`,
      },
    );
  }
}
