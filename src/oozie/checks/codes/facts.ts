/** `error`: Oozie refuses it, or it can never work. `warning`: Oozie takes it, and it is probably not meant. */
export type Severity = "error" | "warning";

/** What the table says of a code. */
export interface CodeFacts {
  readonly severity: Severity;
  /** One line. */
  readonly title: string;
  /** What Oozie does with it, and with which of its error codes. */
  readonly why: string;
  /** TypeScript that has the problem, in the line with the comment; its last expression is what it defines. */
  readonly example: string;
  /** The same without it. */
  readonly fix: string;
  /** Depends on the server that the target has; the example is for this one. */
  readonly profile?: string;
}

/** The definitions that the examples of all codes use. */
export const examplesUse = `
const p = parameters({
  landing: pathParameter(),
  data: pathParameter(),
  first_hour: timeParameter(),
  end: timeParameter(),
});
const byHour = { every: hours(1), initial: p.first_hour };
const byKey = { partitionedBy: { date_ts: "string" }, format: parquet } as const;
const logs = rawFiles("logs", {
  ...byHour,
  root: p.landing,
  folder: "logs",
  files: { layout: "tsv", width: 1, header: undefined, columns: { url: 1 }, encoding: "utf-8" },
});
const web = database("web");
const hits = partitionsOf(
  table(web, "hits", { columns: { url: "string" }, location: path\`\${p.data}/hits\`, ...byKey }),
  byHour,
);
const collect = job("collect", {
  sql: "collect.sql",
  every: hours(1),
  reads: { lines: logs.current(0) },
  writes: [hits],
});
const load = workflow("load", { hour: "string" }, ({ hour }) => spark("collect", { job: collect, from: hour }));
const show = workflow("show", { day: "string" }, ({ day }) => shell("show", { command: "echo", arguments: [day] }));
const hourly = {
  every: hours(1),
  start: p.first_hour,
  end: p.end,
  reads: { logs: logs.current(0) },
  timeout: days(30),
  run: ({ nominalTime, formatTime }) => load.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") }),
};
const hadoop = { profile: "oozie5.2", nameNode: "hdfs://nn", resourceManager: "rm:8032", root: "/user/web" } as const;
`.trim();
