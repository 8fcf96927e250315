import { join } from "node:path";
import type { RunReport, RunRequest } from "#src/local/run.js";
import { parseOozieTime, type Instant } from "#src/core/time.js";
import { loadProject, type Project } from "#src/project/load.js";
import { madeProject, writeFile } from "./command.js";
import { runOn } from "./project.js";

// A project of readings whose checks are a test's own: an hourly job with a state, and a daily one over its hours.

/** Checks as the definitions write them, and sections of the jobs' files. */
export interface Checks {
  readonly readings?: string;
  readonly totals?: string;
  readonly collect?: string;
  readonly day?: string;
  readonly collectFile?: string;
  readonly dayFile?: string;
}

const definitions = (checks: Checks): string => `
import {
  agree, bundle, coordinator, countOf, database, days, hours, inRange, intParameter, job, noRows, notNull, oneOf,
  parameters, parquet, partitionsOf, path, pathParameter, rawFiles, satisfies, spark, startOfDay, steady, sumOf, table,
  timeParameter, unique, workflow,
} from "howdah";
export const p = parameters({
  landing: pathParameter(), data: pathParameter(), most: intParameter({ default: 9 }),
  first_hour: timeParameter({ otherwise: "earliest-landed" }), end: timeParameter(),
});
const hourly = { every: hours(1), initial: p.first_hour };
const house = database("house");
const stored = (name) => ({
  partitionedBy: { date_ts: "string" }, format: parquet, location: path\`\${p.data}/house/\${name}\`,
});
const readings = partitionsOf(table(house, "readings", {
  ...stored("readings"),
  columns: { sensor: "string", taken: "timestamp", value: "decimal(9,2)", place: "int", kind: "string", loud: "boolean" },
  checks: [${checks.readings ?? ""}],
}), hourly);
const totals = partitionsOf(table(house, "totals", {
  ...stored("totals"), columns: { sensor: "string", total: "decimal(18,2)" }, checks: [${checks.totals ?? ""}],
}), hourly);
const sums = partitionsOf(table(house, "day_sums", {
  ...stored("day_sums"), columns: { sensor: "string", total: "decimal(18,2)" },
}), { every: days(1), initial: startOfDay(p.first_hour) });
const lines = rawFiles("lines", {
  ...hourly, root: p.landing, folder: "lines",
  files: {
    layout: "csv", width: 5, header: ["sensor", "taken", "value", "place", "kind"],
    columns: { sensor: 1, taken: 2, value: 3, place: 4, kind: 5 }, encoding: "utf-8",
  },
});
export const collect = job("collect", {
  sql: "collect.sql", every: hours(1), reads: { lines: lines.current(0), before: totals.current(-1) },
  writes: [readings, totals], parameters: [p.most],
  checks: [${checks.collect ?? ""}],
});
export const sumUp = job("sum-up", {
  sql: "sum_up.sql", every: days(1), reads: { hours: readings.currentRange(0, 23) }, writes: [sums],
  checks: [${checks.day ?? ""}],
});
const times = { start: p.first_hour, end: p.end };
const hour = workflow("hour", { hour: "string" }, ({ hour }) => spark("collect", { job: collect, from: hour }));
const day = workflow("day", { day: "string" }, ({ day }) => spark("sum", { job: sumUp, from: day }));
export const house1 = bundle("house", [
  coordinator("hourly", {
    ...times, every: hours(1), reads: { lines: lines.current(0), before: totals.current(-1) },
    run: ({ nominalTime, formatTime }) => hour.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") }),
  }),
  coordinator("daily", {
    every: days(1), start: startOfDay(p.first_hour), end: p.end, reads: { hours: readings.currentRange(0, 23) },
    run: ({ nominalTime, formatTime }) => day.with({ day: formatTime(nominalTime, "yyyyMMdd") }),
  }),
]);
`;

const config = `
import { defineConfig, folder } from "howdah";
import { house1 } from "./definitions.ts";
export default defineConfig({
  name: "house",
  definitions: [house1],
  targets: { here: folder("data", (root) => ({ parameters: { landing: root + "/landing", data: root } })) },
});
`;

const collectSql = `-- table: house.readings
select sensor, parse_time(taken, 'yyyy-MM-dd HH:mm') as taken, to_decimal(value, 9, 2) as value,
  to_int(place) as place, kind, value like '9%' as loud, date_ts
from lines
where _reason is null and coalesce(kind, 'x') <> 'skip';

-- relation: added
select sensor, sum(value) as value, date_ts from house.readings group by sensor, date_ts;

-- table: house.totals
with known as (
  select sensor, value, date_ts from added
  union all
  select sensor, total, '' as date_ts from before
)
select k.sensor, cast(sum(k.value) as decimal(18,2)) as total, u.date_ts
from units u
join known k on k.date_ts <= u.date_ts
group by k.sensor, u.date_ts;
`;

const sumUpSql = `-- table: house.day_sums
select sensor, cast(sum(value) as decimal(18,2)) as total, substr(date_ts, 1, 8) as date_ts
from hours
group by sensor, substr(date_ts, 1, 8);
`;

/** The files of the project. */
export function filesOf(checks: Checks): Readonly<Record<string, string>> {
  return {
    "howdah.config.ts": config,
    "definitions.ts": definitions(checks),
    "collect.sql": `${collectSql}\n${checks.collectFile ?? ""}\n`,
    "sum_up.sql": `${sumUpSql}\n${checks.dayFile ?? ""}\n`,
  };
}

/** Lines `sensor,value,place,kind` by hour of the day, `00` to `23`. */
export type Hours = Readonly<Record<string, readonly string[]>>;

/** Lands hours of 2020-01-01. */
export function landHours(folder: string, hours: Hours): void {
  for (const [hour, lines] of Object.entries(hours)) {
    const place = join(folder, "landing/lines", `date_ts=20200101_${hour}`);
    const rows = lines.map((line, i) => {
      const [sensor = "", value = "1", number = "1", kind = "in"] = line.split(",");
      return `${sensor},2020-01-01 ${hour}:${String(i).padStart(2, "0")},${value},${number},${kind}`;
    });
    writeFile(join(place, "a.csv"), ["sensor,taken,value,place,kind", ...rows, ""].join("\n"));
    writeFile(join(place, "_SUCCESS"), "");
  }
}

export interface Checked {
  readonly root: string;
  readonly project: Project;
}

/** Makes the project of some checks, and loads it. The caller removes its root. */
export async function checkedProject(checks: Checks): Promise<Checked> {
  const root = madeProject(filesOf(checks));
  return { root, project: await loadProject(root) };
}

export function at(text: string): Instant {
  return parseOozieTime(text)!;
}

/** Runs the hours of a data folder. */
export function runHours({ project }: Checked, folder: string, request: RunRequest = {}): Promise<RunReport> {
  return runOn({ project, folder }, { name: "hourly", ...request });
}

/** What became of each hour. */
export function statuses({ actions }: RunReport): Readonly<Record<string, string>> {
  return Object.fromEntries(actions.map(({ nominal, status }) => [nominal?.slice(11, 13) ?? "", status]));
}

/** The error of the first action that failed. */
export function failureOf({ actions }: RunReport): Readonly<Record<string, unknown>> {
  return actions.find(({ status }) => status === "failed")?.error ?? {};
}
