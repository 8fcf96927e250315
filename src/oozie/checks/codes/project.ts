import type { CodeFacts } from "./facts.ts";

export const projectCodes = {
  FILE_MISSING: {
    severity: "error",
    title: "a file that an action ships and that is not there",
    why: "The project's files are named relative to its folder. A path of the cluster is an expression: ``path`/lib/tool.jar` ``.",
    example: `shell("load", { // not in the project
  command: "load.sh",
  files: ["bin/laod.sh"],
})`,
    fix: `shell("load", {
  command: "load.sh",
  files: ["bin/load.sh"],
})`,
  },
  FILE_NAME: {
    severity: "error",
    title: "a shipped file with a `#` in its name",
    why: "In `file` and `archive` the name that a file gets beside the program stands behind a `#`: Oozie would look for a file whose name ends there.",
    example: `shell("load", { // a number sign
  command: "load.sh",
  files: ["bin/load#2.sh"],
})`,
    fix: `shell("load", {
  command: "load.sh",
  files: ["bin/load.sh"],
})`,
  },
  JOB_KEY: {
    severity: "error",
    title: "a unit's key that its job does not read",
    why: "A job's units are named by its key, `yyyyMMdd_HH` for hours and `yyyyMMdd` for days: another text names no unit, and the action fails.",
    example: `coordinator("load-hourly", {
  ...hourly,
  run: ({ nominalTime, formatTime }) => load.with({ hour: formatTime(nominalTime, "yyyyMMdd") }), // collect is hourly
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  run: ({ nominalTime, formatTime }) => load.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") }),
})`,
  },
  JOBS_TOGETHER: {
    severity: "error",
    title: "an action whose jobs cannot run together",
    why: "The jobs of one action are given the same first and last unit, and run one after another in one Spark application: their units have to be as long, named alike and begun alike, and each job stands there once, behind those that make what it reads.",
    example: `const byDay = partitionsOf(
  table(web, "by_day", { columns: { url: "string" }, location: path\`\${p.data}/by_day\`, ...byKey }),
  { every: days(1), initial: p.first_hour },
);
const count = job("count", { sql: "count.sql", every: days(1), reads: { hits: hits.currentRange(0, 23) }, writes: [byDay] });
workflow("both", { hour: "string" }, ({ hour }) =>
  spark("both", { job: [collect, count], from: hour }), // one is hourly, one is daily
)`,
    fix: `const byDay = partitionsOf(
  table(web, "by_day", { columns: { url: "string" }, location: path\`\${p.data}/by_day\`, ...byKey }),
  { every: days(1), initial: p.first_hour },
);
const count = job("count", { sql: "count.sql", every: days(1), reads: { hits: hits.currentRange(0, 23) }, writes: [byDay] });
workflow("both", { hour: "string", day: "string" }, ({ hour, day }) =>
  sequence(spark("collect", { job: collect, from: hour }), spark("count", { job: count, from: day })),
)`,
  },
  JOB_ORDER: {
    severity: "error",
    title: "an action that reads what a later one makes",
    why: "Of a unit that is made for the first time the input is not there, so the action fails; of one that is made again it is the old one.",
    example: `const urls = partitionsOf(
  table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }),
  byHour,
);
const list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(0) }, writes: [urls] });
workflow("both", { hour: "string" }, ({ hour }) =>
  sequence(
    spark("list", { job: list, from: hour }), // reads the hits that collect makes
    spark("collect", { job: collect, from: hour }),
  ),
)`,
    fix: `const urls = partitionsOf(
  table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }),
  byHour,
);
const list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(0) }, writes: [urls] });
workflow("both", { hour: "string" }, ({ hour }) =>
  sequence(spark("collect", { job: collect, from: hour }), spark("list", { job: list, from: hour })),
)`,
  },
  KEEP_SHORT: {
    severity: "warning",
    title: "a table that keeps less than is read of it",
    why: "`clean` leaves what units to come read, and takes the rest: a unit that was made can then not be made again.",
    example: `const brief = partitionsOf( // a day's job reads 24
  table(web, "brief", { columns: { url: "string" }, location: path\`\${p.data}/brief\`, keep: 12, ...byKey }),
  byHour,
);
const days_ = partitionsOf(
  table(web, "by_day", { columns: { url: "string" }, location: path\`\${p.data}/by_day\`, ...byKey }),
  { every: days(1), initial: p.first_hour },
);
job("count", { sql: "count.sql", every: days(1), reads: { brief: brief.currentRange(0, 23) }, writes: [days_] })`,
    fix: `const brief = partitionsOf(
  table(web, "brief", { columns: { url: "string" }, location: path\`\${p.data}/brief\`, keep: 24, ...byKey }),
  byHour,
);
const days_ = partitionsOf(
  table(web, "by_day", { columns: { url: "string" }, location: path\`\${p.data}/by_day\`, ...byKey }),
  { every: days(1), initial: p.first_hour },
);
job("count", { sql: "count.sql", every: days(1), reads: { brief: brief.currentRange(0, 23) }, writes: [days_] })`,
  },
  SECRET_WRITTEN: {
    severity: "error",
    title: "a secret in what is written for a server",
    why: "The values of a job's properties stand in files, in Oozie's database and on its web pages for everybody to read.",
    example: `const own = parameters({ token: textParameter() });
shell("load", { // token is a secret of the target
  command: "load",
  arguments: [own.token],
})`,
    fix: `shell("load", {
  command: "load",
  arguments: [path\`/secrets/token\`],
})`,
  },
} as const satisfies Readonly<Record<string, CodeFacts>>;
