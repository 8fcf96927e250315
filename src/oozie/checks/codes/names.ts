import type { CodeFacts } from "./facts.ts";

export const nameCodes = {
  NODE_NAME: {
    severity: "error",
    title: "a name that no node of a workflow can have",
    why: "Oozie refuses a node whose name is not a letter or `_` and then letters, digits, `-` and `_`, 128 in all (E0701, E0724; servers before 2016 allow 50, which `NODE_NAME_LONG` checks). The generated nodes have such names too: that of a `parallel` gets `-join` behind it.",
    example: 'shell("load today", { command: "load" }) // a space',
    fix: 'shell("load-today", { command: "load" })',
  },
  APPLICATION_NAME: {
    severity: "error",
    title: "a name that no workflow, coordinator or bundle can have",
    why: "The name is also that of a folder in a release, and part of paths. Oozie itself resolves `${…}` in it.",
    example: 'coordinator("load/hourly", hourly) // a slash',
    fix: 'coordinator("load-hourly", hourly)',
  },
  DATA_NAME: {
    severity: "error",
    title: "a name that no data set, input or output can have",
    why: "Oozie's schema takes a letter and then letters, digits, `-` and `_` for them (E0701).",
    example: `coordinator("load-hourly", {
  ...hourly,
  reads: { "web.logs": logs.current(0) }, // a dot
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  reads: { web_logs: logs.current(0) },
})`,
  },
  CREDENTIAL_NAME: {
    severity: "error",
    title: "a name that no credential can have",
    why: "An action names its credentials in one text, divided by commas: Oozie does not find one whose name has a comma (JA021).",
    example: `shell("load", {
  command: "load",
  credentials: [credential("hive,main", "hive2", {})], // a comma
})`,
    fix: `shell("load", {
  command: "load",
  credentials: [credential("hive-main", "hive2", {})],
})`,
  },
  PARAMETER_NAME: {
    severity: "error",
    title: "a name that no parameter or input can have",
    why: "Expressions name it: `${…}` takes a letter or `_`, then letters, digits and `_`. Oozie reads a dot or a hyphen as an operator (E1004, or an action that fails).",
    example: `const own = parameters({
  "max-rows": intParameter({ default: 5 }), // a hyphen
});
shell("load", { command: "load", arguments: [own["max-rows"]] })`,
    fix: `const own = parameters({
  max_rows: intParameter({ default: 5 }),
});
shell("load", { command: "load", arguments: [own.max_rows] })`,
  },
  NAME_RESERVED: {
    severity: "error",
    title: "a parameter or input with a name that is taken",
    why: "Oozie keeps `YEAR`, `MONTH`, `DAY`, `HOUR`, `MINUTE`, `MINUTES`, `HOURS`, `DAYS`, `KB` … `PB` and the names of its counters to itself (E0808); words such as `empty`, `div` and `eq` are part of its expression language; `nameNode`, `release`, `queueName` and some more are the properties by which howdah tells an application of its surroundings, and `startOfDay_x` is the one that stands for `startOfDay(p.x)`, where that is used.",
    example: `const own = parameters({
  HOUR: textParameter({ default: "00" }), // Oozie's own
});
shell("load", { command: "load", arguments: [own.HOUR] })`,
    fix: `const own = parameters({
  first: textParameter({ default: "00" }),
});
shell("load", { command: "load", arguments: [own.first] })`,
  },
  NAME_TWICE: {
    severity: "error",
    title: "two different things of a kind under one name",
    why: "Names tell the parts of a release apart, and the properties of a job: one would take the place of the other.",
    example: `const again = workflow("load", {}, () => nothing); // there is another load
coordinator("other", { ...hourly, run: () => again.with({}) })`,
    fix: `const again = workflow("load-again", {}, () => nothing);
coordinator("other", { ...hourly, run: () => again.with({}) })`,
  },
  NODE_TWICE: {
    severity: "error",
    title: "two nodes of one name in a workflow",
    why: "Oozie refuses it (E0705). `end` and `failed` are in every workflow, and `NAME-join` ends `parallel(NAME)`. An action that stands in a workflow twice is two nodes of one name.",
    example: `const clean = fs("clean", [remove(path\`\${p.data}/old\`)]);
workflow("twice", {}, () =>
  sequence(
    clean,
    shell("load", { command: "load" }),
    fs("clean", [remove(path\`\${p.data}/new\`)]), // again
  ),
)`,
    fix: `const clean = fs("clean", [remove(path\`\${p.data}/old\`)]);
workflow("twice", {}, () =>
  sequence(
    clean,
    shell("load", { command: "load" }),
    fs("clean-new", [remove(path\`\${p.data}/new\`)]),
  ),
)`,
  },
  CHARACTER: {
    severity: "error",
    title: "a character that XML cannot hold",
    why: "Control characters other than tab and line ends, halves of surrogate pairs, U+FFFE and U+FFFF cannot stand in any XML document, also not escaped (E0700).",
    example: String.raw`shell("load", { // U+0001
  command: "load",
  arguments: ["a\u0001b"],
})`,
    fix: `shell("load", {
  command: "load",
  arguments: ["a b"],
})`,
  },
} as const satisfies Readonly<Record<string, CodeFacts>>;
