import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { hashOf } from "#src/core/hash.js";
import type { PartitionRecord } from "#src/jobs/record.js";
import type { JobSpec, ParameterEntry, WriteSpec } from "#src/jobs/spec.js";

// A job that has everything a job can have: raw files, parameters of several types, rejects, a table that later
// SELECTs read, and a state that each hour takes over from the hour before.

const parameter = (name: string, type: ParameterEntry["type"], value: string | null = null): ParameterEntry => ({
  name,
  type,
  default: value,
  choices: null,
  min: null,
  max: null,
});

const hour = "${YEAR}${MONTH}${DAY}_${HOUR}";
const readingsColumns = [
  ["sensor", "string"],
  ["read_at", "timestamp"],
  ["value", "decimal(10,3)"],
  ["raised", "boolean"],
] as const;
const rejectsColumns = [
  ["data_set", "string"],
  ["file", "string"],
  ["line", "int"],
  ["reason", "string"],
  ["raw", "string"],
] as const;
const latestColumns = [
  ["sensor", "string"],
  ["readings", "bigint"],
  ["last_at", "timestamp"],
] as const;

const judged = `
  select date_ts, sensor, read_at, value, _file, _line, _raw,
    case when _reason is not null then _reason
      when sensor is null or read_at is null then 'null-key'
      when not coalesce(value rlike '^-?[0-9]+([.][0-9]{1,3})?$', false) then 'bad-value' end as reason
  from readings`;

function write(name: string, columns: WriteSpec["columns"]): WriteSpec {
  return {
    table: `processed.${name}`,
    dataSet: name,
    uri: `\${root}/processed/${name}/date_ts=${hour}`,
    doneFlag: "_SUCCESS",
    columns,
    columnsHash: hashOf(columns),
  };
}

export const sensorJob: JobSpec = {
  format: 1,
  job: "collect",
  hash: "0123456789abcdef0123456789abcdef",
  every: { unit: "hours", count: 1 },
  key: "yyyyMMdd_HH",
  keyColumn: "date_ts",
  parameters: [
    parameter("root", "path"),
    parameter("landing", "path", "${root}/landing"),
    parameter("first_hour", "time", "2021-05-01T06:00Z"),
    parameter("threshold", "decimal", "20.50"),
    parameter("label", "string", "it's \\ fine"),
    parameter("encoding", "string", "utf-8"),
    parameter("max_reject_share", "decimal", "0.1"),
    parameter("min_rejects", "int", "2"),
  ],
  declared: ["first_hour", "threshold", "label"],
  reads: [
    {
      name: "readings",
      dataSet: "readings-raw",
      every: { unit: "hours", count: 1 },
      from: 0,
      to: 0,
      initial: "${first_hour}",
      initialStartOfDay: false,
      uri: `\${landing}/readings/date_ts=${hour}`,
      key: "yyyyMMdd_HH",
      doneFlag: "_SUCCESS",
      own: false,
      raw: {
        layout: "csv",
        width: 3,
        header: ["sensor", "at", "value"],
        columns: [
          ["sensor", 1],
          ["read_at", 2],
          ["value", 3],
        ],
        encoding: "${encoding}",
        root: "${landing}",
      },
      table: null,
      columns: [],
      columnsHash: "",
    },
    {
      name: "latest_before",
      dataSet: "latest",
      every: { unit: "hours", count: 1 },
      from: -1,
      to: -1,
      initial: "${first_hour}",
      initialStartOfDay: false,
      uri: `\${root}/processed/latest/date_ts=${hour}`,
      key: "yyyyMMdd_HH",
      doneFlag: "_SUCCESS",
      own: true,
      raw: null,
      table: "processed.latest",
      columns: latestColumns,
      columnsHash: hashOf(latestColumns),
    },
  ],
  selects: [
    { name: "judged", table: false, sql: [judged] },
    {
      name: "processed.readings",
      table: true,
      sql: [
        "select date_ts, sensor, cast(read_at as timestamp) as read_at, cast(value as decimal(10,3)) as value, " +
          "cast(value as decimal(10,3)) > ",
        { parameter: "threshold" },
        " and ",
        { parameter: "label" },
        " = concat('it', chr(39), 's ', chr(92), ' fine') as raised from judged where reason is null",
      ],
    },
    {
      name: "processed.rejects",
      table: true,
      sql: [
        `select 'readings-raw' as data_set, _file as file, _line as line, reason, _raw as raw, date_ts
         from judged where reason is not null`,
      ],
    },
    {
      name: "processed.latest",
      table: true,
      sql: [
        `select units.date_ts, known.sensor, sum(known.n) as readings, max(known.last_at) as last_at
         from units join (
           select date_ts, sensor, 1 as n, read_at as last_at from processed__readings
           union all select date_ts, sensor, readings, last_at from latest_before
         ) as known on known.date_ts <= units.date_ts
         group by units.date_ts, known.sensor`,
      ],
    },
  ],
  writes: [write("readings", readingsColumns), write("rejects", rejectsColumns), write("latest", latestColumns)],
  flagOrder: ["processed.readings", "processed.rejects", "processed.latest"],
  rejects: { table: "processed.rejects", maxShare: "max_reject_share", min: "min_rejects" },
  checks: { sources: [], inputs: [], checks: [] },
  root: "${root}",
};

/** A job that counts what the first one made. Its relation has the name that there the raw files have. */
export function countingJob(sql: string): JobSpec {
  const [, latestBefore] = sensorJob.reads;
  const counted = write("counted", [["n", "bigint"]]);
  return {
    ...sensorJob,
    job: "count",
    parameters: sensorJob.parameters.filter(({ name }) => name === "root" || name === "first_hour"),
    declared: [],
    reads: [
      {
        ...latestBefore!,
        name: "readings",
        dataSet: "readings",
        from: 0,
        to: 0,
        own: false,
        uri: write("readings", readingsColumns).uri,
        table: "processed.readings",
        columns: readingsColumns,
        columnsHash: hashOf(readingsColumns),
      },
    ],
    selects: [{ name: "processed.counted", table: true, sql: [sql] }],
    writes: [counted],
    flagOrder: ["processed.counted"],
    rejects: null,
  };
}

/** Puts files into an hour's landing folder, and its flag. */
export function land(root: string, key: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  const folder = join(root, "landing", "readings", `date_ts=${key}`);
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, "_SUCCESS"), "");
}

/** Writes a job's spec; gives its file. */
export function writeSpec(root: string, spec: JobSpec = sensorJob, name = "spec.json"): string {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(spec));
  return file;
}

export function recordOf(root: string, table: string, key: string): PartitionRecord {
  const file = join(root, "processed", table, `date_ts=${key}`, "_howdah.json");
  return JSON.parse(readFileSync(file, "utf8")) as PartitionRecord;
}

/** All files below a folder, relative to it, sorted. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name)).isFile())
    .sort();
}
