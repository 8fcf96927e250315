import { checkCases } from "../support/checks.js";

describe("the checks of definitions", () => {
  checkCases({
    "names of properties": [
      [
        "an input that Oozie keeps",
        `workflow("w", { YEAR: "string" }, ({ YEAR }) => shell("a", { command: "x", arguments: [YEAR] }))`,
        "NAME_RESERVED:1",
      ],
      [
        "a word of the language",
        `workflow("w", { empty: "string" }, ({ empty }) => shell("a", { command: "x", arguments: [empty] }))`,
        "NAME_RESERVED:1",
      ],
      [
        "the release",
        `workflow("w", { release: "string" }, ({ release }) => shell("a", { command: "x", arguments: [release] }))`,
        "NAME_RESERVED:1",
      ],
      [
        "a dot",
        `workflow("w", { "user.name": "string" }, (given) => shell("a", { command: "x", arguments: [given["user.name"]] }))`,
        "PARAMETER_NAME:1",
      ],
      [
        "names that differ by their case",
        `workflow("w", { year: "string", Year: "string" }, ({ year, Year }) => shell("a", { command: "x", arguments: [year, Year] }))`,
      ],
      [
        "an input beside a parameter that the workflow does not use",
        `workflow("w", { data: "string" }, ({ data }) => shell("a", { command: "x", arguments: [data] }))`,
      ],
    ],
    "texts and credentials": [
      ["a command with a control character", `shell("a", {\ncommand: "x\\u0000" })`, "CHARACTER:1"],
      [
        "a class, an option, a property's name",
        `java("a", { mainClass: "A\\u0001", javaOptions: ["-X\\u0001"], configuration: { "b\\u0001": "c" } })`,
        "CHARACTER:1",
      ],
      ["half of a surrogate pair", `shell("a", { command: "x", files: [path\`/\\ud800\`] })`, "CHARACTER:1"],
      [
        "a parameter's description",
        `const own = parameters({\na: textParameter({ describe: "\\ufffe" }) });\nshell("a", { command: "x", arguments: [own.a] })`,
        "CHARACTER:2",
      ],
      ["an emoji, a tab, a line end", `shell("a", { command: "x", arguments: ["\u{1f600}\\t\\n"] })`],
      [
        "two credentials of one name",
        `sequence(\nshell("a", { command: "x", credentials: [credential("c", "hive2", {})] }),\nshell("b", { command: "x", credentials: [credential("c", "hcat", {})] }))`,
        "NAME_TWICE:3",
      ],
      [
        "a credential that two actions share",
        `const c = credential("c", "hive2", {});\nsequence(shell("a", { command: "x", credentials: [c] }), shell("b", { command: "x", credentials: [c] }))`,
      ],
    ],
    parameters: [
      [
        "a default outside of its choices",
        `const own = parameters({\nway: choiceParameter(["a"], { default: "b" }) });\nshell("a", { command: "x", arguments: [own.way] })`,
        "PARAMETER_VALUE:2",
      ],
      [
        "nothing to choose",
        `const own = parameters({\nway: choiceParameter([]) });\nshell("a", { command: "x", arguments: [own.way] })`,
        "PARAMETER_VALUE:2",
      ],
      [
        "bounds that leave nothing",
        `const own = parameters({\nn: intParameter({ min: 2, max: 1 }) });\nshell("a", { command: "x", arguments: [own.n] })`,
        "PARAMETER_VALUE:2",
      ],
      [
        "an int of 3.5",
        `const own = parameters({\nn: intParameter({ default: 3.5 }) });\nshell("a", { command: "x", arguments: [own.n] })`,
        "PARAMETER_VALUE:2",
      ],
      [
        "a time that is none",
        `const own = parameters({\nt: timeParameter({ default: "today" }) });\nshell("a", { command: "x", arguments: [own.t] })`,
        "PARAMETER_VALUE:2",
      ],
      [
        "a default from another parameter",
        `const own = parameters({ n: intParameter({ default: 3 }) });\nconst more = parameters({ m: intParameter({ default: own.n }) });\nshell("a", { command: "x", arguments: [more.m] })`,
      ],
      [
        "a default that only a workflow knows",
        `const own = parameters({\nid: textParameter({ default: wf.id }) });\nshell("a", { command: "x", arguments: [own.id] })`,
        "EL_PHASE:2",
      ],
      [
        "no value of a parameter at all",
        `const own = parameters({ a: textParameter(), b: textParameter() });\nshell("a", { command: "x", arguments: [own.a], environment: { B: own.b } })`,
      ],
      [
        "an int for a time",
        `const own = parameters({ n: intParameter() });\ncoordinator("c", { ...hourly,\nend: own.n })`,
        "LITERAL_TYPE:3",
      ],
    ],
    expressions: [
      [
        "coordinator's functions in a workflow",
        `let time;\nconst c = coordinator("c", { ...hourly, run: (context) => {\n  time = context.nominalTime;\n  return show.with({ day: context.formatTime(time, "HH") });\n} });\nworkflow("w", {}, () =>\nshell("a", { command: "x", arguments: [text\`at \${time}\`] }))`,
        "EL_PHASE:7",
      ],
      [
        "an input of another workflow in a coordinator",
        `let day;\nworkflow("one", { day: "string" }, (given) => { day = given.day; return shell("a", { command: "x", arguments: [day] }); });\ncoordinator("c", { ...hourly,\nrun: () => show.with({ day }) })`,
        "PARAMETER_UNDECLARED:4",
      ],
      [
        "startOfDay of an input",
        `workflow("w", { t: "time" }, ({ t }) =>\nshell("a", { command: "x", arguments: [startOfDay(t)] }))`,
        "EL_PHASE:2",
      ],
      ["text that looks like an expression, in a workflow", "shell('a', { command: 'x', arguments: ['${b} #{c}'] })"],
      [
        "the same in a data set's path",
        "dataset('d', { ...byHour,\nuri: path`/d/\\${x}/${YEAR}${MONTH}${DAY}_${HOUR}` })",
        "EL_TEXT:2",
      ],
      [
        "a time that clocks show twice",
        `coordinator("c", { ...hourly,\nend: timeIn("Europe/Berlin", "2013-10-27T02:30") })`,
        "TIME_IN:2",
      ],
      [
        "a time in a zone that there is not",
        `coordinator("c", { ...hourly,\nend: timeIn("Europe/Berln", "2013-10-27T02:30") })`,
        "ZONE:2",
      ],
      [
        "a local time with a zone",
        `coordinator("c", { ...hourly,\nend: timeIn("Europe/Berlin", "2013-10-27T02:30Z") })`,
        "TIME_IN:2",
      ],
      [
        "a property that stands for a function, as a parameter and as an input",
        `const own = parameters({\nstartOfDay_first_hour: textParameter() });\nsequence(shell("a", { command: "x", arguments: [own.startOfDay_first_hour, startOfDay(p.first_hour)] }))`,
        "NAME_RESERVED:2",
      ],
      [
        "such a name where nothing is derived",
        `const own = parameters({ startOfDay_first_hour: textParameter() });\nshell("a", { command: "x", arguments: [own.startOfDay_first_hour] })`,
      ],
      [
        "functions in what is promised of a workflow or an action",
        `workflow("w", { at: "time" }, () => shell("a", { command: "x", sla: { nominalTime: p.end, shouldEnd: hours(1),\nmessage: text\`\${wf.id}\` } }),\n{ sla: ({ at }) => ({ nominalTime: at, shouldEnd: hours(1),\nmessage: text\`\${texts.trim("a ")}\${wf.name}\` }) })`,
        "EL_PHASE:0",
        "EL_PHASE:0",
        "EL_PHASE:0",
      ],
      [
        "parameters and inputs there",
        `workflow("w", { at: "time" }, () => nothing, { sla: ({ at }) => ({ nominalTime: at, shouldEnd: hours(1), message: text\`\${p.data} of \${at}\` }) })`,
      ],
      [
        "functions that see references",
        `const own = parameters({ a: textParameter(), b: textParameter(), n: intParameter(), way: choiceParameter(["x", "y"]) });
workflow("w", { day: "string" }, ({ day }) => shell("a", { command: "x", arguments: [
texts.urlEncode(own.a), texts.urlEncode(day), text\`\${texts.appendAll(own.a, "x", ",")}\`,
texts.replaceAll(text\`-\${own.b}\`, "a", "b"),
texts.urlEncode(text\`\${own.n}\${own.way}\${wf.user}\`), texts.trim(own.a), equal(own.a, own.b), equal(own.a, "x & y"), equal(own.way, wf.user),
equal(own.a, "x > y"),
equal(own.a, wf.user), texts.firstNotNull(own.a, "")] }))`,
        "EL_ESCAPED:3",
        "EL_ESCAPED:3",
        "EL_ESCAPED:3",
        "EL_ESCAPED:4",
        "EL_ESCAPED:6",
        "EL_ESCAPED:7",
      ],
      [
        "a text for a number",
        `const own = parameters({ a: textParameter() });\ndecide("d", [when(\ngreater(own.a, 1), nothing)], shell("x", { command: "x" }))`,
        "LITERAL_TYPE:3",
      ],
      [
        "what an action wrote for a number",
        `sequence(shell("a", { command: "x", captureOutput: true }), decide("d", [when(greater(outputOf("a", "rows"), 1), nothing)], shell("x", { command: "x" })))`,
      ],
      [
        "regular expressions of Java",
        String.raw`shell("a", { command: "x", arguments: [
texts.replaceAll(wf.user, "a++", ""), texts.replaceAll("b", "\\Q.\\E", ""), texts.replaceAll(wf.user, "(?i)a", ""),
texts.replaceAll(wf.user, "[a&&[b]]", ""), texts.appendAll(wf.user, "", "\\p{Alpha}"), texts.replaceAll(wf.user, "[]a]", ""),
texts.replaceAll(wf.user, "(?<n>a)[+*+]\\++(?:b|\\[c])(?=d)\\d{2,}?", "")] })`,
        "EL_REGEX:2",
        "EL_REGEX:2",
        "EL_REGEX:2",
        "EL_REGEX:3",
        "EL_REGEX:3",
        "EL_REGEX:3",
      ],
      [
        "startOfDay of a text that is no time",
        `coordinator("c", { ...hourly,\nend: startOfDay("2013-02-30T00:00Z") })`,
        "TIME_LITERAL:2",
      ],
      [
        "a date unit",
        `coordinator("c", { ...hourly, run: ({ nominalTime, dateOffset, formatTime }) =>\nshow.with({ day: formatTime(dateOffset(nominalTime, -1, "WEEK"), "dd") }) })`,
        "DATE_UNIT:2",
      ],
      [
        "a count of 1.5",
        `coordinator("c", { ...hourly, run: ({ nominalTime, dateOffset, formatTime }) =>\nshow.with({ day: formatTime(dateOffset(nominalTime, 1.5, "DAY"), "dd") }) })`,
        "LITERAL_TYPE:2",
      ],
      [
        "a zone of dateTzOffset",
        `coordinator("c", { ...hourly, run: ({ nominalTime, dateTzOffset, formatTime }) =>\nshow.with({ day: formatTime(dateTzOffset(nominalTime, "Nowhere"), "dd") }) })`,
        "ZONE:2",
      ],
      [
        "an unclosed quote in a pattern",
        `coordinator("c", { ...hourly, run: ({ nominalTime, formatTime }) =>\nshow.with({ day: formatTime(nominalTime, "yyyyMMdd'T'HH") }) })`,
      ],
      [
        "joins in a workflow's functions",
        `decide("d", [when(fileSystem.exists(path\`\${p.data}/a\`), nothing)], shell("a", { command: "x" }))`,
      ],
      [
        "a number too large",
        `coordinator("c", { ...hourly,\nthrottle: 3_000_000_000 })`,
        "LITERAL_TYPE:2",
        "THROTTLE:2",
      ],
      [
        "a boolean input given a text",
        `const b = workflow("b", { on: "boolean" }, ({ on }) => shell("a", { command: "x", arguments: [on] }));\ncoordinator("c", { ...hourly,\nrun: () => b.with({ on: "yes" }) })`,
        "LITERAL_TYPE:3",
      ],
    ],
    "data sets": [
      ["monthly by year and month", "dataset('d', { ...byHour, every: months(1), uri: path`/d/${YEAR}${MONTH}` })"],
      ["monthly by year", "dataset('d', { ...byHour, every: months(1),\nuri: path`/d/${YEAR}` })", "SAME_PATH:2"],
      ["yearly by year", "dataset('d', { ...byHour, every: months(12), uri: path`/d/${YEAR}` })"],
      ["daily by hours(24)", "dataset('d', { ...byHour, every: hours(24), uri: path`/d/${YEAR}${MONTH}${DAY}` })"],
      [
        "every quarter of an hour without minutes",
        "dataset('d', { ...byHour, every: minutes(15),\nuri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` })",
        "SAME_PATH:2",
      ],
      ["by hour without the day", "dataset('d', { ...byHour,\nuri: path`/d/${YEAR}${MONTH}_${HOUR}` })", "SAME_PATH:2"],
      [
        "no instance in its frequency",
        "dataset('d', { ...byHour,\nevery: hours(0),\nuri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` })",
        "FREQUENCY:2",
      ],
      [
        "a cron expression",
        "dataset('d', { ...byHour,\nevery: cron('0 0 * * *'), uri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` })",
        "FREQUENCY:2",
      ],
      [
        "a path from a parameter",
        "dataset('d', { ...byHour, uri: path`${p.landing}/d/${YEAR}${MONTH}${DAY}${HOUR}` })",
      ],
      [
        "a scheme that a parameter goes on",
        "dataset('d', { ...byHour, uri: path`hdfs://${p.landing}/d/${YEAR}${MONTH}${DAY}${HOUR}` })",
      ],
      ["no done flag", "dataset('d', { ...byHour, doneFlag: '', uri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` })"],
      [
        "neighbours whose paths begin alike",
        "const a = dataset('a', { ...byHour, uri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` });\nconst b = dataset('b', { ...byHour, uri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}-b` });\ncoordinator('c', { ...hourly, reads: { ...hourly.reads, a: a.current(0), b: b.current(0) } })",
      ],
      ["a comma in a name", "dataset('a,b', { ...byHour, uri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` })", "DATA_NAME:1"],
      ["a zone", "dataset('d', { ...byHour,\ntimezone: 'MEZ', uri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` })", "ZONE:2"],
    ],
    coordinators: [
      [
        "the start is the end",
        `coordinator("c", { ...hourly,\nend: p.first_hour })`,
        "INITIAL_AFTER_END:0",
        "START_AFTER_END:2",
      ],
      [
        "two texts that are no times",
        `coordinator("c", { ...hourly,\nstart: "x",\nend: "x" })`,
        "TIME_LITERAL:2",
        "TIME_LITERAL:3",
      ],
      [
        "a frequency of a parameter",
        `const own = parameters({ n: intParameter({ default: 10 }) });\ncoordinator("c", { ...hourly, every: every("minutes", own.n) })`,
      ],
      [
        "no timeout where nothing is waited for",
        `coordinator("c", { ...hourly, reads: {}, timeout: undefined, run: () => show.with({ day: "1" }) })`,
      ],
      ["a timeout of 0", `coordinator("c", { ...hourly,\ntimeout: minutes(0) })`, "FREQUENCY:2"],
      ["a timeout by the clock", `coordinator("c", { ...hourly,\ntimeout: endOfDays(1) })`, "FREQUENCY:2"],
      ["a timeout of two months", `coordinator("c", { ...hourly, timeout: months(2) })`],
      ["a timeout of three months", `coordinator("c", { ...hourly,\ntimeout: months(3) })`, "TIMEOUT_LONG:2"],
      ["any number side by side", `coordinator("c", { ...hourly, concurrency: -1 })`],
      ["no throttle", `coordinator("c", { ...hourly,\nthrottle: 0 })`, "THROTTLE:2"],
      ["a field of cron that is none", `coordinator("c", { ...hourly,\nevery: cron("0 $ * * *") })`, "CRON:2"],
      [
        "its own state, before it begins",
        `coordinator("c", { ...hourly, reads: { ...hourly.reads, before: hits.current(-1) } })`,
      ],
      [
        "another's state, before it begins",
        `coordinator("c", { ...hourly, run: () => show.with({ day: "1" }), reads: {\nbefore: hits.current(-1) } })`,
        "BEFORE_INITIAL:2",
      ],
      [
        "a start before the data, both known",
        "coordinator('c', { ...hourly, start: '2012-01-01T00:00Z', end: '2012-02-01T00:00Z', reads: { ...hourly.reads,\nd: dataset('d', { every: hours(1), initial: '2012-01-01T05:00Z', uri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` }).current(0) } })",
        "BEFORE_INITIAL:2",
      ],
      [
        "a range that begins with the data, both known",
        "coordinator('c', { ...hourly, start: '2012-01-01T05:00Z', end: '2012-02-01T00:00Z', reads: { ...hourly.reads,\nd: dataset('d', { every: hours(1), initial: '2012-01-01T00:00Z', uri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` }).currentRange(-5, 0) } })",
      ],
      [
        "one more than there is",
        "coordinator('c', { ...hourly, start: '2012-01-01T05:00Z', end: '2012-02-01T00:00Z', reads: { ...hourly.reads,\nd: dataset('d', { every: hours(1), initial: '2012-01-01T00:00Z', uri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` }).currentRange(-6, 0) } })",
        "BEFORE_INITIAL:2",
      ],
      [
        "a day's hours of data that begin at that time",
        "coordinator('c', { ...hourly, every: days(1), start: startOfDay(p.first_hour), reads: {\nlogs: logs.currentRange(0, 23) } })",
        "BEFORE_INITIAL:2",
      ],
      [
        "half past, met every second time",
        "coordinator('c', { ...hourly, start: '2012-01-01T00:00Z', every: minutes(30), reads: { ...hourly.reads,\nd: dataset('d', { every: hours(1), initial: '2011-01-01T00:30Z', uri: path`/d/${YEAR}${MONTH}${DAY}${HOUR}` }).current(0) } })",
      ],
      [
        "numbers that are none",
        `coordinator("c", { ...hourly, reads: {\na: logs.current(0.5),\nb: logs.latestRange(-1, 2),\nc: logs.future(-1, 5),\nd: logs.future(0, 0),\ne: logs.current("1") } })`,
        "INSTANCE_NUMBER:2",
        "INSTANCE_NUMBER:3",
        "INSTANCE_NUMBER:4",
        "INSTANCE_NUMBER:5",
        "INSTANCE_NUMBER:6",
      ],
      [
        "an offset backwards",
        `coordinator("c", { ...hourly, reads: {\na: logs.offsetRange(0, -1, "HOUR") } })`,
        "RANGE_BACKWARDS:2",
      ],
      [
        "outputs that are not one instance",
        `coordinator("c", { ...hourly, writes: {\na: hits.latest(0),\nb: hits.since("2012-01-01T00:00Z", 0),\nc: hits.current(0) } })`,
        "OUTPUT_INSTANCES:2",
        "OUTPUT_INSTANCES:3",
      ],
      [
        "a job's input that comes with another",
        `const totals = partitionsOf(table(web, "totals", { columns: { n: "int" }, location: path\`\${p.data}/totals\`, ...byKey }), byHour);\nconst sum = job("sum", { sql: "sum.sql", every: hours(1), reads: { lines: logs.current(0), hits: hits.current(0) }, writes: [totals] });\nconst adding = workflow("adding", { hour: "string" }, ({ hour }) => spark("sum", { job: sum, from: hour }));\ncoordinator("c", { ...hourly, reads: { hits: hits.current(0) }, run: ({ nominalTime, formatTime }) => adding.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") }) })`,
      ],
      [
        "a bundle that begins at no time",
        `bundle("b", [coordinator("c", hourly)], {\nkickOff: "soon" })`,
        "TIME_LITERAL:2",
      ],
      [
        "two coordinators of one name",
        `const c1 = coordinator("c", hourly);\nconst c2 = coordinator("c", hourly);\nbundle("b", [c1, c2])`,
        "NAME_TWICE:2",
        "BUNDLE_TWICE:3",
      ],
    ],
    "accepted warnings": [
      [
        "on the coordinator, for its inputs",
        `coordinator("c", { ...hourly, every: days(1), accept: { READS_GAPS: "midnight is enough" } })`,
      ],
      [
        "on a workflow, for its actions",
        `workflow("w", {}, () => shell("a", { command: "x", retry: { max: 9, every: minutes(1) } }), { accept: { RETRY_MAX: "allowed there" } })`,
      ],
      [
        "on an action",
        `shell("a", { command: "x", retry: { max: 9, every: minutes(1) }, accept: { RETRY_MAX: "allowed there" } })`,
      ],
      [
        "on the data set, not its reader",
        "const d = dataset('d', { ...byHour, uri: path`/d`, accept: { SAME_PATH: 'one snapshot' } });\ncoordinator('c', { ...hourly, reads: { ...hourly.reads, d: d.current(0) } })",
      ],
      [
        "on the bundle, for its coordinators",
        `bundle("b", [coordinator("c", { ...hourly, timeout: undefined })], { accept: { TIMEOUT_DEFAULT: "as ever" } })`,
      ],
      [
        "on the wrong thing",
        "const d = dataset('d', { ...byHour,\nuri: path`/d` });\ncoordinator('c', { ...hourly,\naccept: { SAME_PATH: 'one snapshot' }, reads: { ...hourly.reads, d: d.current(0) } })",
        "SAME_PATH:2",
        "ACCEPT_UNUSED:4",
      ],
      ["about accepting", `coordinator("c", { ...hourly,\naccept: { ACCEPT_UNUSED: "so be it" } })`, "ACCEPT_ERROR:2"],
      [
        "a name that every object has",
        `coordinator("c", { ...hourly,\naccept: { toString: "so be it" } })`,
        "ACCEPT_UNKNOWN:2",
      ],
    ],
  });
});
