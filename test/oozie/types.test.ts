/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- what must not compile has no types */
import assert from "node:assert/strict";
import {
  add,
  coordinator,
  cron,
  dataset,
  days,
  decide,
  email,
  endOfDays,
  equal,
  every,
  formatTime,
  greater,
  hours,
  hoursInDay,
  mkdir,
  outputOf,
  parameters,
  intParameter,
  path,
  pathParameter,
  sequence,
  shell,
  startOfDay,
  text,
  timeParameter,
  wf,
  when,
  workflow,
  YEAR,
  type JobOptions,
} from "#src/index.js";

const p = parameters({
  first: timeParameter(),
  end: timeParameter(),
  root: pathParameter(),
  many: intParameter({ default: 1 }),
});
const hourly = { every: hours(1), initial: p.first };
const logs = dataset("logs", { ...hourly, uri: path`${p.root}/${YEAR}` });
const perHour = workflow("per-hour", { hour: "string", many: "int" }, ({ hour }) =>
  sequence(shell("echo", { command: "echo", arguments: [hour, p.many] })),
);

/** What must not compile; a line that did would be an error of the build. */
export function mistakes(): void {
  // @ts-expect-error a path of instances stands nowhere but in a data set
  mkdir(path`/${YEAR}`);
  // @ts-expect-error a workflow's function has no value when a data set is declared
  dataset("d", { ...hourly, uri: path`/${outputOf("a", "b")}` });
  // @ts-expect-error an initial instance is a time
  dataset("d", { every: hours(1), initial: p.many, uri: path`/d` });
  // @ts-expect-error a frequency is no bare number
  dataset("d", { every: 1, initial: p.first, uri: path`/d` });
  // @ts-expect-error the day of a path
  startOfDay(p.root);
  // @ts-expect-error a condition is no text
  decide("d", [when("true", sequence())]);
  // @ts-expect-error an undeclared input
  workflow("w", { hour: "string" }, ({ day }) => sequence(shell("sh", { command: "x", arguments: [day] })));
  // @ts-expect-error an input without its value
  perHour.with({ hour: "20120301_00" });
  // @ts-expect-error an input of another type
  perHour.with({ hour: "20120301_00", many: "two" });
  // @ts-expect-error a default of another type is none of its options
  intParameter({ defualt: 1 });
  const common = { every: hours(1), start: p.first, end: p.end };
  coordinator("c", {
    ...common,
    reads: { logs: logs.current(0) },
    run: ({ nominalTime, formatTime, reads }) => {
      // @ts-expect-error an input that the coordinator does not read
      assert.ok(reads.sales);
      return perHour.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH"), many: p.many });
    },
  });
  coordinator("c", {
    ...common,
    reads: {},
    // @ts-expect-error a workflow's function where a coordinator creates the workflow
    run: () => perHour.with({ hour: outputOf("a", "b"), many: 1 }),
  });
  // @ts-expect-error a cron expression is no data set's frequency
  dataset("d", { ...hourly, every: cron("0 * * * *"), uri: path`/d` });
  // @ts-expect-error an initial instance is known before any action
  dataset("d", { every: hours(1), initial: formatTime(p.first, "yyyy"), uri: path`/d` });
  coordinator("c", {
    ...common,
    reads: {},
    run: ({ nominalTime }) => {
      // @ts-expect-error a nominal time is no expression where instances are chosen
      logs.since(nominalTime, 0);
      return perHour.with({ hour: "x", many: 1 });
    },
  });
  // @ts-expect-error a workflow's function where instances are chosen
  logs.current(wf.run);
  // @ts-expect-error hours of a day are counted where instances are chosen, not in a workflow
  shell("sh", { command: "x", arguments: [hoursInDay(0)] });
  // @ts-expect-error a coordinator's function in a workflow
  shell("sh", { command: "x", arguments: [formatTime(p.first, "yyyy")] });
  // @ts-expect-error a number of instances is no text
  logs.currentRange("0", 1);
  // @ts-expect-error a unit that Oozie does not know
  logs.offset(1, "WEEK");
  // @ts-expect-error a data set has no such choice
  logs.newest(0);
  // @ts-expect-error a job reads current instances alone
  assert.ok({ reads: { logs: logs.latest(0) } } satisfies Pick<JobOptions, "reads">);
  coordinator("c", {
    ...common,
    reads: {},
    run: () => perHour.with({ hour: "x", many: 1 }),
    // @ts-expect-error the end of a day is no length of time
    timeout: endOfDays(1),
  });
  coordinator("c", {
    ...common,
    reads: { logs: logs.current(0) },
    run: () => perHour.with({ hour: "x", many: 1 }),
    // @ts-expect-error a promise is not made about inputs
    sla: ({ reads }) => ({ nominalTime: reads.logs, shouldEnd: hours(1) }),
  });
  coordinator("c", {
    ...common,
    reads: {},
    run: () => perHour.with({ hour: "x", many: 1 }),
    // @ts-expect-error a promise counts from a time
    sla: ({ name }) => ({ nominalTime: name, shouldEnd: hours(1) }),
  });
  coordinator("c", {
    ...common,
    reads: { logs: logs.current(0) },
    // @ts-expect-error an output that the coordinator does not write
    run: ({ hcatalog }) => perHour.with({ hour: hcatalog.tableOut("logs"), many: 1 }),
  });
  coordinator("c", {
    ...common,
    reads: { logs: logs.current(0) },
    // @ts-expect-error a kind of filter that there is not
    run: ({ hcatalog }) => perHour.with({ hour: hcatalog.partitionFilter("logs", "spark"), many: 1 }),
  });
  // @ts-expect-error a workflow cannot be promised about by a coordinator's functions
  workflow("w", {}, () => sequence(), { sla: () => ({ nominalTime: formatTime(p.first, "y"), shouldEnd: hours(1) }) });
  // @ts-expect-error what is promised of a workflow is resolved when it is submitted, where no function has a value
  workflow("w", {}, () => sequence(), { sla: () => ({ nominalTime: p.first, shouldEnd: hours(1), message: wf.id }) });
  workflow("w", { at: "time" }, ({ at }) =>
    sequence(
      shell("sh", { command: "x", sla: { nominalTime: at, shouldEnd: hours(1), message: text`late: ${at}` } }),
      // @ts-expect-error nor in what is promised of an action
      shell("sh", { command: "x", sla: { nominalTime: at, shouldEnd: hours(1), message: outputOf("a", "rows") } }),
    ),
  );
  // @ts-expect-error retries are counted in minutes
  shell("sh", { command: "x", retry: { max: 1, every: days(1) } });
  // @ts-expect-error a frequency's number is no text
  every("minutes", p.root);
  // @ts-expect-error an order of execution that there is not
  coordinator("c", { ...common, reads: {}, execution: "RANDOM", run: () => perHour.with({ hour: "x", many: 1 }) });
  // @ts-expect-error a path's instance time in a workflow
  email("m", { to: "a@b", subject: text`${YEAR}`, body: "" });
  // @ts-expect-error texts cannot be added
  add(p.root, 1);
  // @ts-expect-error a literal that is no number
  greater(outputOf("a", "rows"), "many");
  coordinator("c", {
    ...common,
    reads: {},
    // @ts-expect-error what an action wrote, compared before any workflow runs
    run: () => perHour.with({ hour: "x", many: add(outputOf("a", "rows"), 1) }),
  });
  // What an action wrote is a text, which may spell a number.
  decide("d", [when(greater(outputOf("a", "rows"), add(p.many, outputOf("a", "more"))), sequence())]);
  // @ts-expect-error a coordinator's start is a time
  coordinator("c", { ...common, start: p.root, reads: {}, run: () => perHour.with({ hour: "x", many: 1 }) });
  void equal(p.many, 1);
}

describe("the types of definitions", () => {
  it("refuse functions outside their phase, undeclared inputs and wrong arguments when they are compiled", () => {
    // `mistakes` compiled, so every line that must not compile was refused.
  });
});
