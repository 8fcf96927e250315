import type { CodeFacts } from "./facts.ts";

export const coordinatorCodes = {
  READS_MISSING: {
    severity: "error",
    title: "a coordinator that does not say what it reads",
    why: "One that waits for nothing says so: `reads: {}`. TypeScript finds it first, where it looks at the file.",
    example: `coordinator("load-hourly", { // no reads
  every: hours(1),
  start: p.first_hour,
  end: p.end,
  run: () => show.with({ day: "20120301" }),
})`,
    fix: `coordinator("load-hourly", {
  every: hours(1),
  start: p.first_hour,
  end: p.end,
  reads: {},
  run: () => show.with({ day: "20120301" }),
})`,
  },
  FREQUENCY_FAST: {
    severity: "error",
    title: "actions less than five minutes apart",
    why: "Oozie refuses a coordinator with a frequency below five minutes (E1003, `oozie.service.coord.check.maximum.frequency`).",
    example: `coordinator("load-hourly", {
  ...hourly,
  every: minutes(1), // below five
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  every: minutes(5),
})`,
  },
  CRON: {
    severity: "error",
    title: "a cron expression that is none",
    why: "Oozie takes five fields in Quartz's meaning: minute, hour, day of the month, month, day of the week (E1003).",
    example: `coordinator("load-mornings", {
  ...hourly,
  every: cron("0 8 * *"), // four fields
})`,
    fix: `coordinator("load-mornings", {
  ...hourly,
  every: cron("0 8 * * *"),
})`,
  },
  CRON_ZONE: {
    severity: "warning",
    title: "a cron expression with a time zone",
    why: "Oozie evaluates cron expressions in its own time zone, UTC, whatever the coordinator's is: `0 8 * * *` is eight o'clock UTC.",
    example: `coordinator("load-mornings", {
  ...hourly,
  timezone: "Europe/Berlin",
  every: cron("0 8 * * *"), // 8:00 UTC all the same
})`,
    fix: `coordinator("load-mornings", {
  ...hourly,
  every: cron("0 8 * * *"),
})`,
  },
  START_AFTER_END: {
    severity: "error",
    title: "a coordinator that ends before it starts",
    why: "Oozie refuses it; the start must be before the end (E1003).",
    example: `coordinator("load-2012", {
  ...hourly,
  start: "2013-01-01T00:00Z",
  end: "2012-01-01T00:00Z", // a year before
})`,
    fix: `coordinator("load-2012", {
  ...hourly,
  start: "2012-01-01T00:00Z",
  end: "2013-01-01T00:00Z",
})`,
  },
  TIMEOUT_DEFAULT: {
    severity: "warning",
    title: "a coordinator without a timeout",
    why: "Oozie gives up an action whose inputs are not there two hours after its nominal time, or after its creation where that is later (Apache Oozie 4.1: a week). Such an action ends as TIMEDOUT and is not tried again by itself.",
    example: `coordinator("load-hourly", { // gives up after two hours
  ...hourly,
  timeout: undefined,
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  timeout: days(30),
})`,
  },
  TIMEOUT_LONG: {
    severity: "warning",
    title: "a timeout above 60 days",
    why: "Oozie waits 60 days at most (`oozie.service.coord.default.max.timeout`, 86400 minutes), and takes a longer timeout for that. A month counts as 30 days.",
    example: `coordinator("load-hourly", {
  ...hourly,
  timeout: days(90), // becomes 60
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  timeout: days(60),
})`,
  },
  CONCURRENCY: {
    severity: "error",
    title: "a concurrency with which no action starts",
    why: "Oozie starts as many actions as the concurrency leaves room for: with 0 none ever.",
    example: `coordinator("load-hourly", {
  ...hourly,
  concurrency: 0, // no room
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  concurrency: 1,
})`,
  },
  THROTTLE: {
    severity: "warning",
    title: "a throttle that Oozie replaces",
    why: "A throttle below 1 or above 500 (5% of the server's queue of 10,000) is taken for 500.",
    example: `coordinator("load-hourly", {
  ...hourly,
  throttle: 1000, // becomes 500
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  throttle: 500,
})`,
  },
  EXECUTION: {
    severity: "error",
    title: "an order of execution that there is not",
    why: "Oozie takes FIFO, LIFO, LAST_ONLY and NONE (E1003).",
    example: `coordinator("load-hourly", {
  ...hourly,
  execution: "OLDEST", // there is FIFO
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  execution: "FIFO",
})`,
  },
  EXECUTION_CONCURRENCY: {
    severity: "warning",
    title: "actions side by side where only the last one counts",
    why: "With LAST_ONLY and NONE Oozie skips actions whose time is over. Then a second one runs beside the first only when a run takes longer than the frequency, and both write at once.",
    example: `coordinator("load-hourly", {
  ...hourly,
  execution: "LAST_ONLY",
  concurrency: 4, // of which the last one counts
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  execution: "LAST_ONLY",
})`,
  },
  EXECUTION_SKIPS: {
    severity: "warning",
    title: "skipped actions whose output later ones wait for",
    why: "The coordinator reads what its own earlier actions make. An action that LAST_ONLY or NONE skips makes nothing: all later ones wait until they time out.",
    example: `coordinator("load-hourly", {
  ...hourly,
  execution: "LAST_ONLY",
  reads: { logs: logs.current(0), before: hits.current(-1) }, // what a skipped hour never makes
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  reads: { logs: logs.current(0), before: hits.current(-1) },
})`,
  },
  INSTANCE_NUMBER: {
    severity: "error",
    title: "a number that chooses no instance",
    why: "Numbers of instances are whole. `latest` counts back from 0, `future` forward from 0 within a limit of 1 or more: Oozie fails for others when it resolves them.",
    example: `coordinator("load-hourly", {
  ...hourly,
  reads: {
    logs: logs.latest(1), // is not there yet
  },
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  reads: {
    logs: logs.latest(0),
  },
})`,
  },
  RANGE_BACKWARDS: {
    severity: "error",
    title: "a range whose end is before its start",
    why: "Oozie accepts the coordinator and then fails to create any action (E1010).",
    example: `coordinator("load-hourly", {
  ...hourly,
  reads: {
    logs: logs.currentRange(0, -23), // from the newest to the oldest
  },
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  reads: {
    logs: logs.currentRange(-23, 0),
  },
  accept: { BEFORE_INITIAL: "the first hours have less than a day before them" },
})`,
  },
  OUTPUT_INSTANCES: {
    severity: "error",
    title: "an output that is not one instance",
    why: "An output names exactly one instance (E0701), and one that is known when the action is created: `latest` and `future` are not.",
    example: `coordinator("load-hourly", {
  ...hourly,
  writes: {
    hits: hits.currentRange(0, 1), // two
  },
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  writes: {
    hits: hits.current(0),
  },
})`,
  },
  BEFORE_INITIAL: {
    severity: "warning",
    title: "instances before the data begin",
    why: "Oozie drops instances before the initial one without a word: the first actions wait for less, or for nothing, and start at once. What the coordinator itself makes is no problem: its first action has nothing before it.",
    example: `coordinator("load-hourly", {
  ...hourly,
  reads: {
    logs: logs.currentRange(-1, 0), // the first action has one hour
  },
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  reads: {
    logs: logs.currentRange(0, 1),
  },
})`,
  },
  OFF_GRID: {
    severity: "warning",
    title: "instances that are never at a nominal time",
    why: "`current(0)` is the last instance at or before the nominal time. Data sets and coordinators that begin at different minutes never meet: it is always some minutes older.",
    example: `const half = dataset("half", {
  every: hours(1),
  initial: "2012-01-01T00:30Z",
  uri: path\`/half/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`,
});
coordinator("load-hourly", {
  ...hourly,
  start: "2012-02-01T00:00Z",
  reads: {
    ...hourly.reads,
    half: half.current(0), // at half past
  },
})`,
    fix: `const half = dataset("half", {
  every: hours(1),
  initial: "2012-01-01T00:30Z",
  uri: path\`/half/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`,
});
coordinator("load-hourly", {
  ...hourly,
  start: "2012-02-01T00:30Z",
  reads: {
    ...hourly.reads,
    half: half.current(0),
  },
})`,
  },
  READS_GAPS: {
    severity: "warning",
    title: "a coordinator that reads a part of the instances",
    why: "Between two actions more instances come than each of them reads: a day's action that reads `current(0)` of hourly data waits for one hour of the day.",
    example: `coordinator("load-daily", {
  ...hourly,
  every: days(1),
  reads: {
    logs: logs.current(0), // one hour of 24
  },
})`,
    fix: `coordinator("load-daily", {
  ...hourly,
  every: days(1),
  reads: {
    logs: logs.currentRange(0, 23),
  },
})`,
  },
  READS_UNAWAITED: {
    severity: "warning",
    title: "a job reads data that its coordinator does not wait for",
    why: "An action starts as soon as what the coordinator reads is there. What its jobs read besides may be missing, or half written.",
    example: `coordinator("load-hourly", { // collect reads logs
  ...hourly,
  reads: {},
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  reads: { logs: logs.current(0) },
})`,
  },
  BUNDLE_EMPTY: {
    severity: "error",
    title: "a bundle without a coordinator",
    why: "Oozie's schema asks for one at least (E0701).",
    example: 'bundle("nightly", []) // nothing to start',
    fix: 'bundle("nightly", [coordinator("load-hourly", hourly)])',
  },
  BUNDLE_TWICE: {
    severity: "error",
    title: "a coordinator that stands in a bundle twice",
    why: "Oozie refuses two coordinators of one name (E1304).",
    example: `const all = coordinator("load-hourly", hourly);
bundle("nightly", [all, all]) // twice`,
    fix: `const all = coordinator("load-hourly", hourly);
bundle("nightly", [all])`,
  },
} as const satisfies Readonly<Record<string, CodeFacts>>;
