import type { CodeFacts } from "./facts.ts";

export const dataCodes = {
  FREQUENCY: {
    severity: "error",
    title: "a length of time that is none",
    why: "Frequencies, timeouts and other lengths of time are whole numbers from 1 (E1003, E1004); a data set has no cron expression.",
    example: `coordinator("load-hourly", {
  ...hourly,
  every: hours(0.5), // no whole number
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  every: minutes(30),
})`,
  },
  INITIAL_INSTANCE: {
    severity: "error",
    title: "a first instance before 1970",
    why: "Oozie refuses it (E1021).",
    example: `dataset("old", {
  every: days(1),
  initial: "1900-01-01T00:00Z", // before 1970
  uri: path\`/old/\${YEAR}\${MONTH}\${DAY}\`,
})`,
    fix: `dataset("old", {
  every: days(1),
  initial: "1970-01-01T00:00Z",
  uri: path\`/old/\${YEAR}\${MONTH}\${DAY}\`,
})`,
  },
  INITIAL_AFTER_END: {
    severity: "warning",
    title: "data that begin when the coordinator has ended",
    why: "Instances before the initial one do not exist for Oozie: it drops them without a word, and each action starts at once.",
    example: `coordinator("load-2012", {
  ...hourly,
  start: "2012-01-01T00:00Z",
  end: "2013-01-01T00:00Z",
  reads: {
    logs: logs.current(0),
    later: dataset("later", {
      every: hours(1),
      initial: "2014-01-01T00:00Z",
      uri: path\`/later/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`,
    }).current(0), // begins in 2014
  },
})`,
    fix: `coordinator("load-2012", {
  ...hourly,
  start: "2012-01-01T00:00Z",
  end: "2013-01-01T00:00Z",
  reads: {
    logs: logs.current(0),
    later: dataset("later", {
      every: hours(1),
      initial: "2012-01-01T00:00Z",
      uri: path\`/later/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`,
    }).current(0),
  },
})`,
  },
  SAME_PATH: {
    severity: "warning",
    title: "a data set several of whose instances are one path",
    why: "The path must vary with the frequency: an hourly data set without `HOUR` has one folder for the 24 hours of a day, and the first flag in it is taken for all of them.",
    example: `dataset("visits", {
  ...byHour,
  uri: path\`/visits/\${YEAR}\${MONTH}\${DAY}\`, // no HOUR
})`,
    fix: `dataset("visits", {
  ...byHour,
  uri: path\`/visits/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`,
})`,
  },
  PATH_TWICE: {
    severity: "warning",
    title: "two data sets with the same paths",
    why: "An instance of one is an instance of the other: what removes or replaces one does it to both.",
    example: `const a = dataset("a", { ...byHour, uri: path\`/a/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` });
const b = dataset("b", { ...byHour, uri: path\`/a/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` }); // that of a
coordinator("load-hourly", { ...hourly, reads: { ...hourly.reads, a: a.current(0), b: b.current(0) } })`,
    fix: `const a = dataset("a", { ...byHour, uri: path\`/a/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` });
const b = dataset("b", { ...byHour, uri: path\`/b/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` });
coordinator("load-hourly", { ...hourly, reads: { ...hourly.reads, a: a.current(0), b: b.current(0) } })`,
  },
  PATH_INSIDE: {
    severity: "warning",
    title: "a data set whose paths lie inside those of another",
    why: "What removes or replaces an instance of the outer one takes the inner one with it, and engines may read its files as those of the outer one.",
    example: `const a = dataset("a", { ...byHour, uri: path\`/a/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` });
const b = dataset("b", { ...byHour, uri: path\`/a/\${YEAR}\${MONTH}\${DAY}_\${HOUR}/b\` }); // inside of a
coordinator("load-hourly", { ...hourly, reads: { ...hourly.reads, a: a.current(0), b: b.current(0) } })`,
    fix: `const a = dataset("a", { ...byHour, uri: path\`/a/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` });
const b = dataset("b", { ...byHour, uri: path\`/b/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` });
coordinator("load-hourly", { ...hourly, reads: { ...hourly.reads, a: a.current(0), b: b.current(0) } })`,
  },
  OWNER_TWICE: {
    severity: "error",
    title: "two jobs that write the same paths",
    why: "Each publishes by replacing what is there: the partition of one would be gone with the next run of the other.",
    example: `const again = job("collect-again", { // collect writes hits too
  sql: "again.sql",
  every: hours(1),
  reads: { lines: logs.current(0) },
  writes: [hits],
});
again`,
    fix: `const more = partitionsOf(
  table(web, "more_hits", { columns: { url: "string" }, location: path\`\${p.data}/more_hits\`, ...byKey }),
  byHour,
);
const again = job("collect-again", {
  sql: "again.sql",
  every: hours(1),
  reads: { lines: logs.current(0) },
  writes: [more],
});
again`,
  },
  DONE_FLAG: {
    severity: "warning",
    title: "a done flag that is no file's name",
    why: "Oozie puts it behind the instance's path and `/`, white space at its ends removed: with a slash in it the flag is looked for in another folder.",
    example: `dataset("visits", {
  ...byHour,
  uri: path\`/visits/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`,
  doneFlag: "/_DONE", // a slash
})`,
    fix: `dataset("visits", {
  ...byHour,
  uri: path\`/visits/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`,
  doneFlag: "_DONE",
})`,
  },
  URI_RELATIVE: {
    severity: "error",
    title: "a data set's path that is relative",
    why: "Oozie takes a URI with a scheme (E0905). A path that begins with `/` becomes one of the target's name node.",
    example: `dataset("visits", {
  ...byHour,
  uri: path\`visits/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`, // no slash
})`,
    fix: `dataset("visits", {
  ...byHour,
  uri: path\`/visits/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`,
})`,
  },
  URI_CHARACTER: {
    severity: "error",
    title: "a number sign in a data set's path",
    why: "Oozie keeps the instances of an action in one text, divided by `#`: it would wait for the two halves of the path.",
    example: `dataset("visits", {
  ...byHour,
  uri: path\`/visits/#\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`, // divides instances
})`,
    fix: `dataset("visits", {
  ...byHour,
  uri: path\`/visits/no-\${YEAR}\${MONTH}\${DAY}_\${HOUR}\`,
})`,
  },
} as const satisfies Readonly<Record<string, CodeFacts>>;
