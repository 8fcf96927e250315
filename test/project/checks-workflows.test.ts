import { checkCases } from "../support/checks.js";

describe("the checks of workflows", () => {
  checkCases({
    "names of nodes": [
      ["the end's", `sequence(\nshell("end", { command: "x" }))`, "NODE_TWICE:2"],
      ["the generated kill's", `kill("failed", "so")`, "ALWAYS_FAILS:0", "NODE_TWICE:1"],
      [
        "that of a join",
        `sequence(\nparallel("a", shell("b", { command: "x" }), shell("c", { command: "x" })),\nshell("a-join", { command: "x" }))`,
        "NODE_TWICE:3",
      ],
      [
        "an action that stands in a workflow twice, told of once",
        `const clean = fs("clean", [remove("/a")]);\nworkflow("w", {}, () => sequence(clean, shell("b", { command: "x" }), clean))`,
        "NODE_TWICE:1",
      ],
      ["names that differ by their case", `sequence(shell("a", { command: "x" }), shell("A", { command: "x" }))`],
      [
        "a handler that all actions share",
        `sequence(shell("a", { command: "x" }), shell("b", { command: "x" })).onError(shell("tell", { command: "x" }))`,
      ],
      ["a name of 128 characters", `shell("a".repeat(128), { command: "x" })`],
      ["a name of 129 characters", `shell("a".repeat(129), { command: "x" })`, "NODE_NAME:1"],
      ["a digit first", `shell("1st", { command: "x" })`, "NODE_NAME:1"],
      ["no name", `shell("", { command: "x" })`, "NODE_NAME:1"],
    ],
    "questions about actions": [
      [
        "in a handler, about the action that failed",
        `shell("a", { command: "x" }).onError(shell("tell", { command: "x", arguments: [wf.errorMessage("a")] }))`,
      ],
      [
        "in a shared handler, about one of them",
        `sequence(shell("a", { command: "x" }), shell("b", { command: "x" })).onError(shell("tell", { command: "x", arguments: [wf.errorMessage("b")] }))`,
      ],
      [
        "about what came before the action that failed",
        `sequence(shell("a", { command: "x", captureOutput: true }), shell("b", { command: "x" }).onError(shell("tell", { command: "x", arguments: [outputOf("a", "k")] })))`,
      ],
      [
        "in a handler, about what comes later",
        `sequence(shell("b", { command: "x" }).onError(\nshell("tell", { command: "x", arguments: [outputOf("a", "k")] })), shell("a", { command: "x", captureOutput: true }))`,
        "EL_ORDER:2",
      ],
      [
        "about a handler's action",
        `sequence(shell("a", { command: "x" }).onError(shell("tell", { command: "x", captureOutput: true })),\nshell("b", { command: "x", arguments: [outputOf("tell", "k")] }))`,
        "EL_ORDER:2",
      ],
      [
        "about another branch",
        `parallel("both", shell("a", { command: "x", captureOutput: true }),\nshell("b", { command: "x", arguments: [outputOf("a", "k")] }))`,
        "EL_ORDER:2",
      ],
      [
        "about a branch, behind the parallel",
        `sequence(parallel("both", shell("a", { command: "x", captureOutput: true }), shell("c", { command: "x" })), shell("b", { command: "x", arguments: [outputOf("a", "k")] }))`,
      ],
      [
        "about another case",
        `decide("d", [when(fileSystem.exists("/a"), shell("a", { command: "x", captureOutput: true }))],\nshell("b", { command: "x", arguments: [outputOf("a", "k")] }))`,
        "EL_ORDER:2",
      ],
      [
        "by a decision about the action before it",
        `sequence(shell("a", { command: "x", captureOutput: true }), decide("d", [when(equal(outputOf("a", "k"), "1"), nothing)], shell("b", { command: "x" })))`,
      ],
      [
        "about itself",
        `shell("a", { command: "x", captureOutput: true,\narguments: [outputOf("a", "k")] })`,
        "EL_ORDER:2",
      ],
      [
        "what a Spark action keeps",
        `sequence(spark("s", { job: collect, from: "20120301_00" }), shell("b", { command: "x", arguments: [outputOf("s", "hadoopJobs")] }))`,
      ],
      [
        "about a sub-workflow's action",
        `sequence(subWorkflow("run", show.with({ day: "1" })),\nkill("k", wf.errorMessage("show")))`,
        "ALWAYS_FAILS:0",
        "EL_ACTION:2",
      ],
      [
        "the way that a decision took",
        `sequence(decide("d", [when(fileSystem.exists("/a"), nothing)], shell("a", { command: "x" })), shell("b", { command: "x", arguments: [wf.transition("d")] }))`,
      ],
    ],
    workflows: [
      [
        "a decision that kills in one case",
        `sequence(decide("d", [when(fileSystem.exists("/a"), kill("k", "no"))]), shell("a", { command: "x" }))`,
      ],
      [
        "steps behind a decision that always kills",
        `sequence(\ndecide("d", [when(fileSystem.exists("/a"), kill("k", "no"))], kill("l", "no")),\nshell("a", { command: "x" }))`,
        "ALWAYS_FAILS:0",
        "DEAD_STEP:3",
      ],
      [
        "nothing behind a kill",
        `workflow("w", {}, () => sequence(kill("k", "no"), nothing), { accept: { ALWAYS_FAILS: "a drill" } })`,
      ],
      ["an empty parallel", `parallel("both")`, "PARALLEL_BRANCHES:1"],
      ["branches in which nothing is done", `parallel("both", nothing, sequence(nothing))`, "PARALLEL_EMPTY:1"],
      ["a workflow that does nothing", `workflow("w", {}, () => nothing)`],
      ["a kill in a handler", `shell("a", { command: "x" }).onError(kill("k", "no"))`],
    ],
    actions: [
      ["retries in halves", `shell("a", { command: "x",\nretry: { max: 1.5, every: minutes(1) } })`, "RETRY:2"],
      ["a retry at once", `shell("a", { command: "x",\nretry: { max: 1, every: minutes(0) } })`, "RETRY:2"],
      ["a policy", `shell("a", { command: "x",\nretry: { max: 1, every: minutes(1), policy: "random" } })`, "RETRY:2"],
      ["no memory", `shell("a", { command: "x",\nlauncher: { memory: 0, cores: 1 } })`, "LAUNCHER:2"],
      [
        "a path relative to a parameter",
        `fs("f", [remove(path\`\${p.data}/a\`), move("hdfs://n/a", path\`hdfs\${p.data}\`)])`,
      ],
      [
        "relative paths",
        `fs("f", [\nmove("a", "b"),\ntouch(path\`a/\${p.data}\`)])`,
        "FS_PATH:2",
        "FS_PATH:2",
        "FS_PATH:3",
      ],
      ["a relative path before it starts", `shell("a", { command: "x", prepare: [\nremove("out")] })`, "FS_PATH:2"],
      ["permissions as ls shows them", `fs("f", [chmod("/a", "-rwxr-x--t"), chmod("/a", "644")])`],
      [
        "permissions that are none",
        `fs("f", [\nchmod("/a", "888"),\nchmod("/a", "u+x")])`,
        "PERMISSIONS:2",
        "PERMISSIONS:3",
      ],
      [
        "addresses of parameters",
        `const own = parameters({ who: textParameter() });\nemail("e", { to: text\`\${own.who}\`, subject: "s", body: "b" })`,
      ],
      [
        "a name beside an address",
        `email("e", { to: "Ops <ops@example.com>, dev@example.com", subject: "s", body: "b" })`,
      ],
      ["a lonely comma", `email("e", {\nto: " , ", subject: "s", body: "b" })`, "EMAIL_EMPTY:2"],
      [
        "promises",
        `shell("a", { command: "x",\nsla: { nominalTime: "2012-03-01T00:00Z", shouldEnd: months(1), alertOn: ["late", "start_miss"], contacts: ["ops"] } })`,
        "EMAIL_ADDRESS:1",
        "SLA:2",
        "SLA:2",
        "SLA:2",
      ],
      [
        "files outside of the project",
        `shell("a", { command: "x",\nfiles: ["../x", "/etc/passwd", "bin/load.sh"] })`,
        "FILE_MISSING:1",
        "FILE_MISSING:1",
      ],
      ["an application that is not there", `sparkApplication("s", { application: "score.py" })`, "FILE_MISSING:1"],
    ],
    "units of jobs": [
      [
        "through a sub-workflow",
        `const outer = workflow("outer", { h: "string" }, ({ h }) => subWorkflow("run", load.with({ hour: h })));\ncoordinator("c", { ...hourly, run: ({ nominalTime, formatTime }) =>\nouter.with({ h: formatTime(nominalTime, "yyyyMMdd") }) })`,
        "JOB_KEY:3",
      ],
      ["as a text", `spark("s", { job: collect,\nfrom: "2012-03-01" })`, "JOB_KEY:1"],
      ["of no job", `spark("s", { job: [],\nfrom: "20120301_00" })`, "JOBS_TOGETHER:1"],
      [
        "of a job that reads what one behind it makes",
        `const urls = partitionsOf(table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }), byHour);\nconst list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(0) }, writes: [urls] });\nspark("s", { job: [list, collect], from: "20120301_00" })`,
        "JOBS_TOGETHER:3",
      ],
      [
        "of a job that reads what one behind it made before",
        `const urls = partitionsOf(table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }), byHour);\nconst list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(-1) }, writes: [urls] });\nspark("s", { job: [list, collect], from: "20120301_00" })`,
      ],
      [
        "that an action reads before another makes them",
        `const list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(0) }, writes: [partitionsOf(table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }), byHour)] });\nworkflow("w", { hour: "string" }, ({ hour }) =>\nsequence(spark("l", { job: list, from: hour }),\nspark("c", { job: collect, from: hour })))`,
        "JOB_ORDER:3",
      ],
      [
        "that an action reads beside the one that makes them",
        `const list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(0) }, writes: [partitionsOf(table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }), byHour)] });\nworkflow("w", { hour: "string" }, ({ hour }) =>\nparallel("both", spark("c", { job: collect, from: hour }),\nspark("l", { job: list, from: hour })))`,
        "JOB_ORDER:4",
      ],
      [
        "that an action reads behind the one that makes them",
        `const list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(0) }, writes: [partitionsOf(table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }), byHour)] });\nworkflow("w", { hour: "string" }, ({ hour }) =>\nsequence(spark("c", { job: collect, from: hour }), spark("l", { job: list, from: hour })))`,
      ],
      [
        "that are others than those made behind it",
        `const list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(0) }, writes: [partitionsOf(table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }), byHour)] });\nworkflow("w", { hour: "string", other: "string" }, ({ hour, other }) =>\nsequence(spark("l", { job: list, from: hour }), spark("c", { job: collect, from: other })))`,
      ],
      [
        "that are made before an action reads them, and again behind it",
        `const list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(0) }, writes: [partitionsOf(table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }), byHour)] });\nworkflow("w", { hour: "string" }, ({ hour }) =>\nsequence(spark("c", { job: collect, from: hour }), spark("l", { job: list, from: hour }), spark("again", { job: collect, from: hour })))`,
      ],
      [
        "that are made in the action itself, and again behind it",
        `const list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(0) }, writes: [partitionsOf(table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }), byHour)] });\nworkflow("w", { hour: "string" }, ({ hour }) =>\nsequence(spark("l", { job: [collect, list], from: hour }), spark("c", { job: collect, from: hour })))`,
      ],
      [
        "that are read where the action before has failed",
        `const list = job("list", { sql: "list.sql", every: hours(1), reads: { hits: hits.current(0) }, writes: [partitionsOf(table(web, "urls", { columns: { url: "string" }, location: path\`\${p.data}/urls\`, ...byKey }), byHour)] });\nworkflow("w", { hour: "string" }, ({ hour }) =>\nsequence(shell("x", { command: "x" }).onError(spark("l", { job: list, from: hour })), spark("c", { job: collect, from: hour })))`,
      ],
      [
        "of jobs whose units begin elsewhere",
        `const third = (name, initial) => job(name, { sql: "list.sql", every: hours(3), reads: { lines: logs.current(0) }, writes: [partitionsOf(table(web, name, { columns: { url: "string" }, location: path\`\${p.data}/\${name}\`, ...byKey }), { every: hours(3), initial })] });\nspark("s", { job: [third("a", "2012-03-01T00:00Z"), third("b", "2012-03-01T01:00Z")], from: "20120301_00" })`,
        "JOBS_TOGETHER:2",
      ],
      [
        "of jobs whose units begin a day apart",
        `const third = (name, initial) => job(name, { sql: "list.sql", every: hours(3), reads: { lines: logs.current(0) }, writes: [partitionsOf(table(web, name, { columns: { url: "string" }, location: path\`\${p.data}/\${name}\`, ...byKey }), { every: hours(3), initial })] });\nspark("s", { job: [third("a", "2012-03-01T00:00Z"), third("b", "2012-03-02T00:00Z")], from: "20120301_00" })`,
      ],
      [
        "of a job that stands there twice",
        `spark("s", { job: [collect, collect], from: "20120301_00" })`,
        "JOBS_TOGETHER:1",
      ],
      [
        "of two jobs, in a key that neither reads",
        `const again = job("again", { ...collect, sql: "collect.sql" });\nspark("s", { job: [collect, again], from: "2012-03-01" })`,
        "JOB_KEY:2",
        "JOB_KEY:2",
        "OWNER_TWICE:1",
      ],
      [
        "another spelling of the same",
        `coordinator("c", { ...hourly, run: ({ nominalTime, formatTime }) => load.with({ hour: formatTime(nominalTime, "yyyyMMdd'_'HH") }) })`,
      ],
    ],
  });
});
