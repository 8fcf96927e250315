import type { CodeFacts } from "./facts.ts";

export const expressionCodes = {
  LITERAL_TYPE: {
    severity: "error",
    title: "a value of the wrong kind",
    why: "Oozie refuses it, or reads something else: whole numbers have 32 bits and no fraction (E1003, E1004).",
    example: `coordinator("load-hourly", {
  ...hourly,
  concurrency: 1.5, // no whole number
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  concurrency: 2,
})`,
  },
  TIME_LITERAL: {
    severity: "error",
    title: "a text that is no time",
    why: "Oozie takes `2012-03-01T00:00Z` alone: UTC, whole minutes, a day that its month has (E1003).",
    example: `coordinator("load-hourly", {
  ...hourly,
  end: "2012-02-30T00:00Z", // February has no 30th
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  end: "2012-03-01T00:00Z",
})`,
  },
  TIME_IN: {
    severity: "error",
    title: "a local time that clocks skip, or show twice",
    why: "When clocks are set, `timeIn` would have to guess the moment: in spring there is none, in autumn there are two.",
    example: `coordinator("load-hourly", {
  ...hourly,
  end: timeIn("Europe/Berlin", "2013-03-31T02:30"), // clocks go from 02:00 to 03:00
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  end: timeIn("Europe/Berlin", "2013-03-31T03:30"),
})`,
  },
  ZONE: {
    severity: "error",
    title: "a name that is no time zone",
    why: "Java takes a name that it does not know for GMT, and Oozie refuses it then (E1003).",
    example: `coordinator("load-hourly", {
  ...hourly,
  timezone: "Berlin", // no zone
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  timezone: "Europe/Berlin",
})`,
  },
  DATE_PATTERN: {
    severity: "error",
    title: "a date pattern that is not read alike everywhere",
    why: "`formatTime` is Java's SimpleDateFormat on a server and howdah's own here: both know `yyyy MM dd HH mm ss`, punctuation, and text in single quotes.",
    example: `coordinator("load-hourly", {
  ...hourly,
  run: ({ nominalTime, formatTime }) => show.with({ day: formatTime(nominalTime, "YYYY-DDD") }), // week year, day of year
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  run: ({ nominalTime, formatTime }) => show.with({ day: formatTime(nominalTime, "yyyy-MM-dd") }),
})`,
  },
  DATE_UNIT: {
    severity: "error",
    title: "a unit by which no time can be moved",
    why: "`dateOffset` and `offset` take MINUTE, HOUR, DAY, MONTH and YEAR; Oozie refuses another (E1004).",
    example: `coordinator("load-hourly", {
  ...hourly,
  reads: {
    logs: logs.offset(-1, "WEEK"), // seven days
  },
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  reads: {
    logs: logs.offset(-7, "DAY"),
  },
})`,
  },
  EL_PHASE: {
    severity: "error",
    title: "a function where Oozie does not offer it",
    why: "Each text of a definition is resolved at one moment, and other functions exist at each: a coordinator does not know what only a running workflow knows, and the other way round (E1004). TypeScript finds it first, unless a cast hides it.",
    example: `coordinator("load-hourly", {
  ...hourly,
  run: () => load.with({ hour: wf.id }), // no workflow is running yet
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  run: ({ nominalTime, formatTime }) => load.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") }),
})`,
  },
  EL_ARGUMENTS: {
    severity: "error",
    title: "a function with too few or too many arguments",
    why: "Oozie finds no function of that many (E1004). TypeScript finds it first, unless a cast hides it.",
    example: `sequence(
  shell("load", { command: "load", captureOutput: true }),
  shell("show", {
    command: "echo",
    arguments: [outputOf("load")], // the key is missing
  }),
)`,
    fix: `sequence(
  shell("load", { command: "load", captureOutput: true }),
  shell("show", {
    command: "echo",
    arguments: [outputOf("load", "rows")],
  }),
)`,
  },
  EL_VALUE: {
    severity: "error",
    title: "an expression that cannot have a value",
    why: "It is made of constants alone, and fails whenever it is resolved.",
    example: `shell("show", {
  command: "echo",
  arguments: [texts.replaceAll("a(b", "(", "")], // no regular expression
})`,
    fix: String.raw`shell("show", {
  command: "echo",
  arguments: [texts.replaceAll("a(b", "\\(", "")],
})`,
  },
  EL_ESCAPED: {
    severity: "warning",
    title: "a function that sees a parameter's characters as references",
    why: "An action's XML is resolved as one text, for which Oozie writes `&`, `<`, `>`, `'` and `\"` of a value as `&amp;` and so on: `urlEncode`, `replaceAll`, `appendAll` and `equal` see that, the last one where it compares with another text than a parameter. Where a value has such a character, what they give differs from what a laptop gives, and a reference that they cut makes the action fail.",
    example: `const own = parameters({ link: textParameter() });
shell("show", {
  command: "echo",
  arguments: [texts.urlEncode(own.link)], // a & becomes %26amp%3B
})`,
    fix: `const own = parameters({ link: textParameter() });
shell("show", {
  command: "echo",
  arguments: ["--encode", own.link],
})`,
  },
  EL_REGEX: {
    severity: "warning",
    title: "a regular expression that only Java reads",
    why: "Oozie's `replaceAll` and `appendAll` take Java's regular expressions. Possessive quantifiers, `\\p{Alpha}`, `\\Q…\\E`, flags such as `(?i)` and classes within classes mean something else in JavaScript, or nothing: a laptop cannot run what uses them.",
    example: String.raw`shell("show", {
  command: "echo",
  arguments: [texts.replaceAll(wf.user, "\\p{Alpha}+", "x")], // a class by its name
})`,
    fix: `shell("show", {
  command: "echo",
  arguments: [texts.replaceAll(wf.user, "[A-Za-z]+", "x")],
})`,
  },
  EL_EMPTY: {
    severity: "warning",
    title: "the first of two texts, the first of which is empty",
    why: "An empty text is a text for Oozie, and none for a laptop: `firstNotNull` gives the first one there, and the second one here.",
    example: `shell("show", {
  command: "echo",
  arguments: [texts.firstNotNull("", wf.user)], // always empty
})`,
    fix: `shell("show", {
  command: "echo",
  arguments: [wf.user],
})`,
  },
  EL_JOIN: {
    severity: "error",
    title: "a text put together inside a coordinator's function",
    why: "Oozie's coordinators have no `concat`: a text can be put together around a function, not within its arguments (E1004).",
    example: `coordinator("load-hourly", {
  ...hourly,
  run: ({ nominalTime, formatTime }) =>
    load.with({ hour: formatTime(text\`\${p.first_hour}\${nominalTime}\`, "yyyyMMdd_HH") }), // joined inside
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  run: ({ nominalTime, formatTime }) =>
    load.with({ hour: text\`\${formatTime(nominalTime, "yyyyMMdd")}_\${formatTime(nominalTime, "HH")}\` }),
})`,
  },
  EL_TEXT: {
    severity: "error",
    title: "text in a coordinator that looks like an expression",
    why: "Oozie resolves a coordinator's texts more than once, so that what was escaped the first time is an expression the second time. Workflows keep such text as it is.",
    example: String.raw`coordinator("load-hourly", {
  ...hourly,
  run: () => show.with({ day: "\${today}" }), // resolved again
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  run: () => show.with({ day: "today" }),
})`,
  },
  EL_EVENT: {
    severity: "error",
    title: "an input or output that the coordinator does not have",
    why: "Oozie refuses the coordinator (E1004).",
    example: `coordinator("load-hourly", {
  ...hourly,
  run: ({ hcatalog }) => show.with({ day: hcatalog.tableIn("sales") }), // it reads logs alone
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  run: ({ reads }) => show.with({ day: reads.logs }),
})`,
  },
  EL_ACTION: {
    severity: "error",
    title: "a question about an action that the workflow does not have",
    why: "Oozie answers with an empty text. A sub-workflow's actions are not those of the workflow that runs it.",
    example: `sequence(
  shell("count", { command: "count", captureOutput: true }),
  shell("show", {
    command: "echo",
    arguments: [outputOf("cuont", "rows")], // there is count
  }),
)`,
    fix: `sequence(
  shell("count", { command: "count", captureOutput: true }),
  shell("show", {
    command: "echo",
    arguments: [outputOf("count", "rows")],
  }),
)`,
  },
  EL_OUTPUT: {
    severity: "error",
    title: "the output of an action that keeps none",
    why: "`outputOf` is empty for all but shell and java actions with `captureOutput`; of those that start Hadoop jobs there is the key `hadoopJobs`.",
    example: `sequence(
  shell("count", { command: "count" }),
  shell("show", {
    command: "echo",
    arguments: [outputOf("count", "rows")], // not captured
  }),
)`,
    fix: `sequence(
  shell("count", { command: "count", captureOutput: true }),
  shell("show", {
    command: "echo",
    arguments: [outputOf("count", "rows")],
  }),
)`,
  },
  EL_ORDER: {
    severity: "error",
    title: "a question about an action that has not run by then",
    why: "Oozie answers with an empty text: the action comes later, stands in another branch, or in a handler after which the workflow ends.",
    example: `sequence(
  shell("show", {
    command: "echo",
    arguments: [outputOf("count", "rows")], // count comes later
  }),
  shell("count", { command: "count", captureOutput: true }),
)`,
    fix: `sequence(
  shell("count", { command: "count", captureOutput: true }),
  shell("show", {
    command: "echo",
    arguments: [outputOf("count", "rows")],
  }),
)`,
  },
  HCATALOG_URI: {
    severity: "error",
    title: "a question for HCatalog about a path",
    why: "Oozie's functions for tables and partitions read `hcat://server/database/table/column=value`, and fail for another URI when an action starts.",
    example: `coordinator("load-hourly", {
  ...hourly,
  reads: { old: dataset("old", { ...byHour, uri: path\`/old/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` }).current(0) },
  run: ({ hcatalog }) => show.with({ day: hcatalog.tableIn("old") }), // a path of HDFS
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  reads: {
    old: dataset("old", { ...byHour, uri: path\`hcat://meta:9083/web/old/hour=\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` }).current(0),
  },
  run: ({ hcatalog }) => show.with({ day: hcatalog.tableIn("old") }),
})`,
  },
} as const satisfies Readonly<Record<string, CodeFacts>>;
