import { longestTimeout, minutesOf, widestThrottle } from "../calendar.ts";
import type { Coordinator } from "../coordinator.ts";
import type { DataSet } from "../dataset.ts";
import { templateOf, type Expr } from "../el/index.ts";
import { cronProblem } from "../cron.ts";
import { checkZone, momentOf } from "./datasets.ts";
import { scopeOfBundle, scopeOfCoordinator, type Checked } from "./definitions.ts";
import { allUnits, checkLength, fixedUnits } from "./frequencies.ts";
import { checkInstances } from "./instances.ts";
import type { Findings, Scope } from "./problem.ts";

/** Minutes: `CoordSubmitXCommand.validateCoordinatorJob`. */
const shortestFrequency = 5;

export function checkCoordinators(definitions: Checked, findings: Findings): void {
  for (const coordinator of definitions.coordinators) {
    const scope = scopeOfCoordinator(coordinator);
    checkTimes(coordinator, scope, findings);
    checkEvery(coordinator, scope, findings);
    checkTimeout(coordinator, scope, findings);
    checkControls(coordinator, scope, findings);
    if (coordinator.lacksReads)
      findings.add("READS_MISSING", scope, `${scope.label} does not say what it reads`, {
        next: "write reads: {} where it waits for nothing",
      });
    const own = ownData(coordinator, definitions);
    checkExecution(coordinator, own, scope, findings);
    checkInstances(coordinator, own, scope, findings);
    checkAwaited(coordinator, own, definitions, scope, findings);
  }
  for (const bundle of definitions.bundles) {
    const scope = scopeOfBundle(bundle);
    if (bundle.coordinators.length === 0)
      findings.add("BUNDLE_EMPTY", scope, `${scope.label} has no coordinator`, { next: "take it out, or put one in" });
    const names = new Set<string>();
    for (const { name } of bundle.coordinators) {
      if (names.has(name))
        findings.add("BUNDLE_TWICE", scope, `${scope.label} has two coordinators of the name ${name}`, {
          next: "take one of them out",
        });
      names.add(name);
    }
  }
}

/** What the actions of a coordinator make themselves. */
function ownData(coordinator: Coordinator, { jobsOf, dataOf }: Checked): ReadonlySet<DataSet> {
  const jobs = [...jobsOf(coordinator.run.workflow)];
  const outputs = Object.values(coordinator.writes).map(({ dataSet }) => dataSet);
  return new Set([...outputs, ...jobs.flatMap((job) => dataOf(job)?.writes ?? [])]);
}

function checkTimes({ start, end, timezone }: Coordinator, scope: Scope, findings: Findings): void {
  checkZone(timezone, scope, findings);
  const [from, until] = [momentOf(start), momentOf(end)];
  const known = from !== undefined && until !== undefined;
  if (known ? from >= until : templateOf(start) === templateOf(end) && start.node.is !== "literal")
    findings.add(
      "START_AFTER_END",
      scope,
      `${scope.label} ends ${known && from > until ? "before it starts" : "when it starts"}`,
      {
        key: ["end"],
        next: "let it end later",
      },
    );
}

function checkEvery({ every, timezone }: Coordinator, scope: Scope, findings: Findings): void {
  if (every.kind === "parameter-frequency") return;
  if (every.kind === "cron") {
    const problem = cronProblem(every.text);
    if (problem !== undefined) {
      findings.add("CRON", scope, `${scope.label}: cron(${JSON.stringify(every.text)}): ${problem}`, {
        at: every.at,
        next: "write five fields: minute, hour, day of the month, month, day of the week",
      });
      return;
    }
    if (!["UTC", "GMT"].includes(timezone))
      findings.add(
        "CRON_ZONE",
        scope,
        `${scope.label}: Oozie evaluates ${JSON.stringify(every.text)} in UTC, not in ${timezone}`,
        {
          at: every.at,
          next: "leave out the time zone, and write the times in UTC",
        },
      );
    return;
  }
  if (!checkLength("its frequency", every, allUnits, scope, findings)) return;
  const { unit, count } = every;
  if (unit === "minutes" && count < shortestFrequency)
    findings.add(
      "FREQUENCY_FAST",
      scope,
      `${scope.label}: ${unit}(${count}) is below the ${shortestFrequency} minutes that Oozie allows`,
      {
        at: every.at,
        next: "let one action do what comes in five minutes",
      },
    );
}

function checkTimeout({ timeout, reads }: Coordinator, scope: Scope, findings: Findings): void {
  if (timeout === undefined) {
    if (Object.keys(reads).length > 0)
      findings.add(
        "TIMEOUT_DEFAULT",
        scope,
        `${scope.label} has no timeout: Oozie gives its actions up after two hours of waiting`,
        {
          next: "say how long they wait, such as timeout: days(30)",
        },
      );
    return;
  }
  if (timeout.kind === "parameter-frequency") return;
  if (!checkLength("its timeout", timeout, [...fixedUnits, "months"], scope, findings)) return;
  if (minutesOf(timeout) > longestTimeout)
    findings.add(
      "TIMEOUT_LONG",
      scope,
      `${scope.label}: Oozie takes ${timeout.unit}(${timeout.count}) for 60 days, which is as long as it waits`,
      {
        at: timeout.at,
        next: "write days(60)",
      },
    );
}

function numberOf(value: Expr): number | undefined {
  return value.node.is === "literal" && typeof value.node.value === "number" ? value.node.value : undefined;
}

function checkControls({ concurrency, throttle }: Coordinator, scope: Scope, findings: Findings): void {
  if (numberOf(concurrency) === 0)
    findings.add("CONCURRENCY", scope, `${scope.label}: with a concurrency of 0 no action starts`, {
      at: concurrency.at,
      key: ["concurrency"],
      next: "write 1, or -1 for any number",
    });
  const waiting = numberOf(throttle);
  if (waiting !== undefined && (waiting < 1 || waiting > widestThrottle))
    findings.add("THROTTLE", scope, `${scope.label}: Oozie takes a throttle of ${waiting} for ${widestThrottle}`, {
      at: throttle.at,
      key: ["throttle"],
      next: `write 1 to ${widestThrottle}`,
    });
}

function checkExecution(
  { execution, concurrency, reads }: Coordinator,
  own: ReadonlySet<DataSet>,
  scope: Scope,
  findings: Findings,
): void {
  const orders: readonly string[] = ["FIFO", "LIFO", "LAST_ONLY", "NONE"];
  if (!orders.includes(execution)) {
    findings.add("EXECUTION", scope, `${scope.label}: there is no execution ${JSON.stringify(execution)}`, {
      key: ["execution"],
      next: `there are ${orders.join(", ")}`,
    });
    return;
  }
  if (execution !== "LAST_ONLY" && execution !== "NONE") return;
  const beside = numberOf(concurrency);
  if (beside !== undefined && (beside > 1 || beside < 0))
    findings.add(
      "EXECUTION_CONCURRENCY",
      scope,
      `${scope.label}: ${execution} skips all but the last action, and ${beside < 0 ? "any number" : String(beside)} may run side by side`,
      {
        at: concurrency.at,
        key: ["concurrency"],
        next: "leave the concurrency at 1",
      },
    );
  for (const [name, instances] of Object.entries(reads))
    if (
      own.has(instances.dataSet) &&
      instances.is === "current" &&
      typeof instances.from === "number" &&
      instances.from < 0
    )
      findings.add(
        "EXECUTION_SKIPS",
        scope,
        `${scope.label}: ${name} is what its earlier actions make, and ${execution} skips actions`,
        {
          at: instances.at,
          next: 'leave execution at "FIFO"',
        },
      );
}

/**
 * What jobs read and the coordinator does not wait for. It waits for what comes with its inputs too: all that the jobs
 * write that make them, and what these read.
 */
function checkAwaited(
  coordinator: Coordinator,
  own: ReadonlySet<DataSet>,
  { jobsOf, dataOf, writersOf }: Checked,
  scope: Scope,
  findings: Findings,
): void {
  const reading = [...jobsOf(coordinator.run.workflow)].flatMap((job) =>
    (dataOf(job)?.reads ?? []).map((dataSet) => ({ job, dataSet })),
  );
  const awaited = new Set<DataSet>();
  const wait = (dataSet: DataSet): void => {
    if (awaited.has(dataSet)) return;
    awaited.add(dataSet);
    for (const job of writersOf(dataSet)) {
      const data = dataOf(job);
      if (data !== undefined) [...data.writes, ...data.reads].forEach(wait);
    }
  };
  if (reading.length > 0) for (const { dataSet } of Object.values(coordinator.reads)) wait(dataSet);
  const told = new Set<DataSet>();
  for (const { job, dataSet } of reading) {
    if (awaited.has(dataSet) || own.has(dataSet) || told.has(dataSet)) continue;
    told.add(dataSet);
    findings.add(
      "READS_UNAWAITED",
      scope,
      `${scope.label} does not wait for ${dataSet.name}, which its job ${job.name} reads`,
      {
        next: `put ${dataSet.name} among what it reads`,
      },
    );
  }
}
