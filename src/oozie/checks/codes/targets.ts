import type { CodeFacts } from "./facts.ts";

export const targetCodes = {
  SCHEMA: {
    severity: "error",
    title: "a document that Oozie's schema does not allow",
    why: "Oozie refuses it (E0701). Most of what a definition can do wrong has a code of its own; this one is what is left.",
    profile: "cdh5.16",
    example: `fs("thin", [ // 16 bits
  setrep("/data", 100_000),
])`,
    fix: `fs("thin", [
  setrep("/data", 2),
])`,
  },
  PROFILE_LACKS: {
    severity: "error",
    title: "something that the target's server does not have",
    why: "Elements, actions and functions came with one version of Oozie or another (E0701, E0723, E1004). The message names what needs the newer one, and the profiles that have it.",
    profile: "cdh5.4",
    example: `sparkApplication("score", { // files came with Spark action 0.2
  application: path\`/lib/score.jar\`,
  mainClass: "Score",
  files: [path\`/lib/model.bin\`],
})`,
    fix: `sparkApplication("score", {
  application: path\`/lib/score.jar\`,
  mainClass: "Score",
})`,
  },
  VERSIONS_CLASH: {
    severity: "error",
    title: "two things that no version of Oozie has together",
    why: "One went with the version in which the other came.",
    profile: "oozie5.2",
    example: 'fs("thin", [setrep("/data", 2)]) // setrep went with workflow 0.5, resource-manager came with 1.0',
    fix: 'shell("thin", { command: "hdfs", arguments: ["dfs", "-setrep", "2", "/data"] })',
  },
  NODE_NAME_LONG: {
    severity: "error",
    title: "a node's name that is too long for the target's server",
    why: "Servers before 2016 allow 50 characters, later ones 128 (E0724).",
    profile: "cdh5.7",
    example: `shell("load-the-lines-of-all-web-servers-of-the-last-hour-once-more", { command: "load" }) // 60 characters`,
    fix: `shell("load-lines", { command: "load" })`,
  },
  PARAMETER_UNKNOWN: {
    severity: "error",
    title: "a target's value for a parameter that no definition uses",
    why: "It would be given to nobody: mostly its name is misspelt, and the parameter that is meant has no value.",
    example: `defineConfig({
  name: "web",
  definitions: [coordinator("load-hourly", hourly)],
  targets: {
    production: cluster({
      ...hadoop,
      parameters: { landing: "/landing", date: "/data" }, // date
    }),
  },
})`,
    fix: `defineConfig({
  name: "web",
  definitions: [coordinator("load-hourly", hourly)],
  targets: {
    production: cluster({
      ...hadoop,
      parameters: { landing: "/landing", data: "/data" },
    }),
  },
})`,
  },
  VALUE_EMPTY: {
    severity: "error",
    title: "an empty value on a cluster",
    why: "Oozie reads a property without text as one that is not there: it takes the default of the document instead, or refuses the job (E0738), or an expression fails with `variable cannot be resolved`.",
    example: `defineConfig({
  name: "web",
  definitions: [coordinator("load-hourly", hourly)],
  targets: {
    production: cluster({
      ...hadoop,
      parameters: { landing: "/landing", data: "" }, // empty
    }),
  },
})`,
    fix: `defineConfig({
  name: "web",
  definitions: [coordinator("load-hourly", hourly)],
  targets: {
    production: cluster({
      ...hadoop,
      parameters: { landing: "/landing", data: "/data" },
    }),
  },
})`,
  },
  VALUE_EXPRESSION: {
    severity: "warning",
    title: "an expression in a value on a cluster",
    why: "Hadoop's configuration replaces `${…}` in a property by another one, and what a coordinator writes into its XML is resolved again: the value is not used as it is written here, and a laptop uses it as it is.",
    example: `defineConfig({
  name: "web",
  definitions: [coordinator("load-hourly", hourly)],
  targets: {
    production: cluster({
      ...hadoop,
      parameters: { landing: "/landing", data: "/\${base}/data" }, // base
    }),
  },
})`,
    fix: `defineConfig({
  name: "web",
  definitions: [coordinator("load-hourly", hourly)],
  targets: {
    production: cluster({
      ...hadoop,
      parameters: { landing: "/landing", data: "/data" },
    }),
  },
})`,
  },
  VALUE_SPACE: {
    severity: "warning",
    title: "white space at an end of a value on a cluster",
    why: "Oozie takes it off when it reads a job's properties: the value differs from the one on a laptop.",
    example: `defineConfig({
  name: "web",
  definitions: [coordinator("load-hourly", hourly)],
  targets: {
    production: cluster({
      ...hadoop,
      parameters: { landing: "/landing", data: "/data " }, // at its end
    }),
  },
})`,
    fix: `defineConfig({
  name: "web",
  definitions: [coordinator("load-hourly", hourly)],
  targets: {
    production: cluster({
      ...hadoop,
      parameters: { landing: "/landing", data: "/data" },
    }),
  },
})`,
  },
} as const satisfies Readonly<Record<string, CodeFacts>>;
