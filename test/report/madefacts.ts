import { formatOozieTime, type Instant } from "#src/core/time.js";
import type { DataSetFacts, InsightFacts, InstanceFacts, ReportFacts } from "#src/report/facts.js";

export const hour = 3_600_000;
export const firstHour = Date.parse("2012-03-01T00:00Z");

export function timeAt(hours: number): string {
  return formatOozieTime((firstHour + hours * hour) as Instant);
}

/** Stands for what is drawn of a project. */
export const drawing = '<svg role="img"><title>who feeds whom</title></svg>';

/** So many hours of a data set, each as `of` says. */
export function hourly(
  name: string,
  count: number,
  of: (i: number) => Omit<InstanceFacts, "time" | "until"> = () => ({ state: "done", rows: 10 }),
): DataSetFacts {
  return {
    name,
    kind: "made",
    table: `house.${name}`,
    job: "collect",
    coordinator: "every-hour",
    every: "every hour",
    instances: Array.from({ length: count }, (_, i) => ({ time: timeAt(i), until: timeAt(i + 1), ...of(i) })),
  };
}

export function daily(name: string, count: number, state: InstanceFacts["state"] = "done"): DataSetFacts {
  const instances = Array.from({ length: count }, (_, i) => ({
    time: timeAt(i * 24),
    until: timeAt(i * 24 + 24),
    state,
  }));
  return {
    name,
    kind: "made",
    table: `house.${name}`,
    job: "count",
    coordinator: "every-day",
    every: "day",
    instances,
  };
}

export function factsWith(dataSets: readonly DataSetFacts[], more: Partial<ReportFacts> = {}): ReportFacts {
  const hours = Math.max(...dataSets.map(({ instances }) => (Date.parse(instances.at(-1)!.until) - firstHour) / hour));
  return {
    format: 1,
    title: "sensors",
    project: "sensors",
    folder: "data",
    asOf: "2012-04-01T00:00:00.000Z",
    from: timeAt(0),
    until: timeAt(hours),
    notices: [],
    atWork: [],
    values: [],
    dataSets,
    lineage: [{ job: "collect", coordinators: ["every-hour"], reads: ["lines"], writes: ["readings"] }],
    insights: [],
    ...more,
  };
}

export function barsOf(rows: InsightFacts["rows"], more: Partial<InsightFacts> = {}): InsightFacts {
  return {
    title: "Highest readings",
    query: "highest",
    describe: "The highest value of each sensor.",
    plot: { kind: "bars", label: "sensor", value: "highest", format: "number", beside: undefined, most: 12 },
    columns: ["sensor", "highest"],
    rows,
    more: 0,
    ...more,
  };
}
