import type { Coordinator } from "../coordinator.ts";
import { numbersOf, type DataSet, type Instances } from "../dataset.ts";
import { isExpr, templateOf, type Expr } from "../el/index.ts";
import { momentOf } from "./datasets.ts";
import { unitProblem } from "./expressions.ts";
import { fixedStep } from "./frequencies.ts";
import { eventScope } from "./sites.ts";
import { subjectOf, type Findings, type Scope } from "./problem.ts";

/** What is wrong with the instances that a coordinator reads and writes. `own` is what its actions make. */
export function checkInstances(
  coordinator: Coordinator,
  own: ReadonlySet<DataSet>,
  parent: Scope,
  findings: Findings,
): void {
  for (const [name, instances] of Object.entries(coordinator.reads)) {
    const input: Event = {
      coordinator,
      instances,
      own: own.has(instances.dataSet),
      scope: eventScope("reads", name, instances, parent),
      findings,
    };
    if (!checkNumbers(input)) continue;
    checkBeginning(input);
    checkGrid(input);
    checkGaps(input);
  }
  for (const [name, instances] of Object.entries(coordinator.writes)) {
    const output: Event = {
      coordinator,
      instances,
      own: true,
      scope: eventScope("writes", name, instances, parent),
      findings,
    };
    if (!checkNumbers(output) || !checkOne(output)) continue;
    checkGrid(output);
  }
}

interface Event {
  readonly coordinator: Coordinator;
  readonly instances: Instances;
  readonly own: boolean;
  readonly scope: Scope;
  readonly findings: Findings;
}

/** Whether the numbers choose instances. */
function checkNumbers(event: Event): boolean {
  const { instances, scope, findings } = event;
  const problem = numberProblem(instances);
  if (problem !== undefined) {
    findings.add("INSTANCE_NUMBER", scope, `${subjectOf(scope)}: ${problem[0]}`, { next: problem[1] });
    return false;
  }
  if (instances.is === "offset") {
    const unit = unitProblem(instances.unit);
    if (unit !== undefined) {
      findings.add("DATE_UNIT", scope, `${subjectOf(scope)}: ${unit}`, {
        next: "the units are MINUTE, HOUR, DAY, MONTH, YEAR",
      });
      return false;
    }
  }
  const range = rangeOf(instances);
  if (range === undefined || range.from <= range.to) return true;
  findings.add(
    "RANGE_BACKWARDS",
    scope,
    `${subjectOf(scope)}: the range from ${range.from} to ${range.to} has its end before its start`,
    {
      next: `turn it round: ${range.to}, ${range.from}`,
    },
  );
  return false;
}

/** Both ends of a range, where they are plain numbers. */
function rangeOf(instances: Instances): { readonly from: number; readonly to: number } | undefined {
  if (!("from" in instances)) return undefined;
  const { from, to } = instances;
  return typeof from === "number" && typeof to === "number" ? { from, to } : undefined;
}

function numberProblem(instances: Instances): readonly [why: string, next: string] | undefined {
  const plain = numbersOf(instances).filter((one): one is number => !isExpr(one));
  const odd = plain.find((one) => typeof one !== "number" || !Number.isInteger(one) || Math.abs(one) > 0x7fff_ffff);
  if (odd !== undefined) return [`${JSON.stringify(odd)} is no whole number`, "write a whole number"];
  if (instances.is === "latest" && plain.some((one) => one > 0))
    return ["latest counts back from 0", "write 0 for the last one, -1 for the one before it"];
  if (instances.is === "future") {
    const { from, to, limit } = instances;
    if ([from, to].some((one) => typeof one === "number" && one < 0))
      return ["future counts forward from 0", "write 0 for the first one, 1 for the next"];
    if (typeof limit === "number" && limit < 1) return ["future looks at one instance at least", "write 1 or more"];
  }
  return undefined;
}

/** Whether an output is one instance, known when the action is created. */
function checkOne(event: Event): boolean {
  const { instances, scope, findings } = event;
  const why =
    instances.is === "latest" || instances.is === "future"
      ? `${instances.is} is not known when an action is created`
      : instances.is === "since" || ("from" in instances && textOf(instances.from) !== textOf(instances.to))
        ? "a range is several instances"
        : undefined;
  if (why === undefined) return true;
  findings.add("OUTPUT_INSTANCES", scope, `${subjectOf(scope)} must be one instance: ${why}`, {
    next: "name one, such as current(0)",
  });
  return false;
}

const textOf = (value: number | Expr): string => (isExpr(value) ? templateOf(value) : String(value));

/** Instances before the data set's first one, of which Oozie says nothing. */
function checkBeginning(event: Event): void {
  const { coordinator, instances, scope, findings, own } = event;
  const { dataSet } = instances;
  const [first, end, start] = [dataSet.initial, coordinator.end, coordinator.start];
  const [initial, until, from] = [momentOf(first), momentOf(end), momentOf(start)];
  const known = initial !== undefined && until !== undefined;
  if (known ? initial >= until : templateOf(first) === templateOf(end) && first.node.is !== "literal") {
    findings.add(
      "INITIAL_AFTER_END",
      scope,
      `${subjectOf(scope)}: ${dataSet.name} begins when the coordinator has ended`,
      {
        next: "let the data begin earlier",
      },
    );
    return;
  }
  if (own || instances.is !== "current") return;
  const earliest = rangeOf(instances)?.from;
  if (earliest === undefined) return;
  const step = fixedStep(dataSet.every);
  const report = (why: string): void =>
    findings.add("BEFORE_INITIAL", scope, `${subjectOf(scope)}: ${why}`, {
      next: "let the coordinator start later, or accept it with the reason",
    });
  if (initial !== undefined && from !== undefined) {
    // `CoordELFunctions.getCurrentInstance`: before the first instance there is no current one, whatever is added.
    if (from < initial) report(`the first actions come before ${dataSet.name} begins, and wait for nothing of it`);
    else if (step !== undefined) {
      const lacking = -(Math.floor((from - initial) / step) + earliest);
      if (lacking > 0) report(`the first action reaches ${counted(lacking)} before ${dataSet.name} begins`);
    }
  } else if (templateOf(first) === templateOf(start)) {
    if (earliest < 0) report(`the first action reaches ${counted(-earliest)} before ${dataSet.name} begins`);
  } else if (templateOf(start) === `\${howdah:startOfDay(${templateOf(first)})}`)
    report(
      `the first action comes before ${dataSet.name} begins unless that is at midnight, and waits for nothing of it then`,
    );
}

/** Whether a nominal time is ever one of the data set's instances. */
function checkGrid(event: Event): void {
  const { coordinator, instances, scope, findings } = event;
  if (instances.is !== "current") return;
  const [start, initial] = [momentOf(coordinator.start), momentOf(instances.dataSet.initial)];
  const [every, step] = [fixedStep(coordinator.every), fixedStep(instances.dataSet.every)];
  if (start === undefined || initial === undefined || every === undefined || step === undefined) return;
  const apart = mod(start - initial, gcd(every, step));
  if (apart === 0) return;
  const minutes = mod(start - initial, step) / 60_000;
  findings.add(
    "OFF_GRID",
    scope,
    `${subjectOf(scope)}: no instance of ${instances.dataSet.name} is ever at a nominal time: current(0) of the first action is ${minutes} minutes older`,
    {
      next: "let both begin at the same minute, or accept it with the reason",
    },
  );
}

/** Whether instances come between two actions that neither of them reads. */
function checkGaps(event: Event): void {
  const { coordinator, instances, scope, findings } = event;
  if (instances.is !== "current") return;
  const range = rangeOf(instances);
  const [every, step] = [fixedStep(coordinator.every), fixedStep(instances.dataSet.every)];
  if (range === undefined || every === undefined || step === undefined) return;
  const count = range.to - range.from + 1;
  if (count * step >= every) return;
  findings.add(
    "READS_GAPS",
    scope,
    `${subjectOf(scope)}: each action reads ${count} of the ${Math.round(every / step)} instances of ${instances.dataSet.name} between two actions`,
    {
      next: `read them all: currentRange(0, ${Math.ceil(every / step) - 1}), or accept it with the reason`,
    },
  );
}

const counted = (count: number): string => (count === 1 ? "one instance" : `${count} instances`);
const mod = (a: number, b: number): number => ((a % b) + b) % b;
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
