import assert from "node:assert/strict";
import {
  coordinator,
  dataset,
  decide,
  equal,
  hours,
  mkdir,
  outputOf,
  parameters,
  intParameter,
  path,
  pathParameter,
  sequence,
  shell,
  startOfDay,
  timeParameter,
  when,
  workflow,
  YEAR,
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
  // @ts-expect-error a coordinator's start is a time
  coordinator("c", { ...common, start: p.root, reads: {}, run: () => perHour.with({ hour: "x", many: 1 }) });
  void equal(p.many, 1);
}

describe("the types of definitions", () => {
  it("refuse functions outside their phase, undeclared inputs and wrong arguments when they are compiled", () => {
    // `mistakes` compiled, so every line that must not compile was refused.
  });
});
