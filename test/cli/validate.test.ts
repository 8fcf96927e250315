import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codes } from "#src/oozie/checks/index.js";
import { howdah, madeProject, removeFolder, sensorsProject, type Ended } from "../support/command.js";
import { projectRoot } from "../support/project.js";

/** Lines that end in `// CODE` have that problem and no other. */
const twelve = {
  "howdah.config.ts": `import { defineConfig, folder, bundle } from "howdah";
import { backwards, hourly, slow } from "./coordinators.ts";
import { loop } from "./workflows.ts";
export default defineConfig({ name: "twelve", definitions: [bundle("all", [hourly, backwards, slow]), loop], targets: { here: folder("data") } });
`,
  "parameters.ts": `import { intParameter, parameters, pathParameter, timeParameter } from "howdah";
export const p = parameters({
  data: pathParameter({ describe: "where everything lies" }),
  start: timeParameter({ default: "2012-03-01T00:00Z" }),
  rows: intParameter({ default: 3.5 }), // PARAMETER_VALUE
  columns: intParameter({ default: 3 }), // PARAMETER_UNUSED
});
`,
  "data.ts": `import { DAY, dataset, hours, MONTH, path, YEAR } from "howdah";
import { p } from "./parameters.ts";
export const logs = dataset("logs", {
  every: hours(1),
  initial: p.start,
  uri: path\`\${p.data}/logs/\${YEAR}\${MONTH}\${DAY}\`, // SAME_PATH
});
`,
  "workflows.ts": `import { decide, fs, nothing, outputOf, parallel, remove, sequence, shell, subWorkflow, text, workflow } from "howdah";
import { p } from "./parameters.ts";
export const load = workflow("load", { hour: "string" }, ({ hour }) =>
  sequence(
    shell("load", { command: "load.sh", arguments: [hour], environment: { ROWS: p.rows } }),
    fs("end", [remove("/tmp/x")]), // NODE_TWICE
    parallel("one", shell("only", { command: "true" })), // PARALLEL_BRANCHES
    shell("show", {
      command: "echo",
      arguments: [outputOf("laod", "rows")], // EL_ACTION
    }),
    shell("ship", { command: "own.sh", files: ["bin/own.sh"] }), // FILE_MISSING
  ),
);
let again;
export const loop = workflow("loop", {}, () =>
  subWorkflow("inner", workflow("inner", {}, () =>
    subWorkflow("outer", { values: {}, get workflow() { return again; } } as never), // WORKFLOW_CYCLE
  ).with({})),
);
again = loop;
`,
  "coordinators.ts": `import { coordinator, days, hours, minutes, timeIn } from "howdah";
import { logs } from "./data.ts";
import { load } from "./workflows.ts";
const run = ({ nominalTime, formatTime }) => load.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") });
export const hourly = coordinator("hourly", {
  every: minutes(2), // FREQUENCY_FAST
  start: "2012-03-01T00:00Z",
  end: "2013-03-01T00:00Z",
  reads: { logs: logs.current(0) },
  timeout: days(1),
  run,
});
export const backwards = coordinator("backwards", {
  every: hours(1),
  start: "2013-03-01T00:00Z",
  end: "2012-03-01T00:00Z", // START_AFTER_END
  reads: {},
  run,
});
export const slow = coordinator("slow", {
  every: hours(1),
  start: timeIn("Europe/Berlin", "2012-03-25T02:30"), // TIME_IN
  end: "2013-03-01T00:00Z",
  reads: {},
  concurrency: 0, // CONCURRENCY
  run,
});
`,
} as const;

/** `CODE file:line` of each comment. */
const expected = Object.entries(twelve)
  .flatMap(([file, text]) =>
    text.split("\n").flatMap((line, i) => {
      const [, code] = / \/\/ ([A-Z_]+)$/.exec(line) ?? [];
      return code === undefined ? [] : [`${code} ${file}:${i + 1}`];
    }),
  )
  .sort();

interface Facts {
  readonly problems: readonly Readonly<Record<string, string | number>>[];
  readonly counts: Readonly<Record<string, number>>;
}

describe("howdah validate", () => {
  const projects: string[] = [];
  const project = (files: Readonly<Record<string, string>>): string => {
    const folder = madeProject(files);
    projects.push(folder);
    return folder;
  };
  after(() => projects.forEach(removeFolder));
  const facts = ({ out }: Ended): Facts => JSON.parse(out) as Facts;

  it("tells of all mistakes at once, each at its place", async () => {
    assert.equal(expected.length, 12);
    const root = project(twelve);
    const ended = await howdah(["validate"], root);
    assert.equal(ended.code, 2, ended.err);
    const found = [...ended.out.matchAll(/^(\S+:\d+) +(error|warning) +([A-Z_]+) +\S/gm)];
    assert.deepEqual(found.map(([, place, , code]) => `${code!} ${place!}`).sort(), expected, ended.out);
    assert.match(ended.out, /\n\n10 errors, 2 warnings\n$/);
    assert.equal(ended.err, "");

    const places = found.map(([, place]) => place!);
    assert.deepEqual(
      [...new Set(places.map((place) => place.split(":")[0]))],
      ["coordinators.ts", "data.ts", "parameters.ts", "workflows.ts"],
    );
    assert.equal((await howdah(["validate"], root)).out, ended.out);
  });

  it("gives the same facts as JSON", async () => {
    const ended = await howdah(["validate", "--json"], project(twelve));
    assert.equal(ended.code, 2);
    const { problems, counts } = facts(ended);
    assert.deepEqual(problems.map(({ code, file, line }) => `${code!} ${file!}:${line!}`).sort(), expected);
    assert.deepEqual(counts, { errors: 10, warnings: 2, accepted: 0 });
    for (const problem of problems) assert.equal(problem["severity"], codes[problem["code"] as "NODE_NAME"].severity);
    const cycle = problems.find(({ code }) => code === "WORKFLOW_CYCLE");
    assert.equal(cycle!["message"], "workflows run each other for ever: loop › inner › loop");
    assert.equal(cycle!["path"], "workflow inner › action outer");
  });

  it("finds what other commands refuse a project for", async () => {
    const ended = await howdah(["run"], project(twelve));
    assert.equal(ended.code, 2);
    assert.equal(ended.err.match(/^error: /gm)?.length, 10, ended.err);
    assert.doesNotMatch(ended.err, /SAME_PATH|is declared, and no definition uses it/);
  });

  it("succeeds with warnings, unless it is strict", async () => {
    const sensors = sensorsProject();
    projects.push(sensors);
    const ended = await howdah(["validate"], sensors);
    assert.equal(ended.code, 0, ended.out);
    assert.match(ended.out, /^definitions\.ts:\d+ +warning +TIMEOUT_DEFAULT .*\n +→ say how long/m);
    assert.match(ended.out, /\n4 warnings\n$/);
    const strict = await howdah(["validate", "--strict"], sensors);
    assert.deepEqual([strict.code, strict.out], [2, ended.out]);
  });

  it("counts accepted warnings, and shows them with their reasons when asked", async () => {
    const ended = await howdah(["validate", "--strict"], projectRoot);
    const missing = "sandbox: end, first_hour have no value yet, which a job needs when it is submitted\n";
    assert.deepEqual([ended.code, ended.out], [0, `no problems; 1 warning accepted\n${missing}`]);
    const all = await howdah(["validate", "--strict", "--all"], projectRoot);
    assert.equal(all.code, 0);
    assert.match(all.out, /^oozie\/coordinators\.ts:\d+ +accepted +BEFORE_INITIAL .*\n +because on a cluster/);
    assert.equal(facts(await howdah(["validate", "--json"], projectRoot)).problems.length, 0);
    const [one] = facts(await howdah(["validate", "--json", "--all"], projectRoot)).problems;
    assert.match(String(one!["accepted"]), /^on a cluster/);
  });

  it("tells of all values of targets that do not fit, each at its place, and of those that are missing", async () => {
    const root = project({
      "howdah.config.ts": `import * as h from "howdah";
const p = h.parameters({
  data: h.pathParameter(), rows: h.intParameter({ max: 9 }), word: h.textParameter(), mark: h.textParameter({ default: "a" }),
  end: h.timeParameter(), more: h.textParameter(),
});
const w = h.workflow("w", {}, () => h.shell("s", { command: "x", arguments: [p.data, p.rows, p.word, p.mark, p.end, p.more] }));
const hadoop = { profile: "oozie5.2", nameNode: "hdfs://nn", resourceManager: "rm:1", root: "/user/x" } as const;
export default h.defineConfig({
  name: "x",
  definitions: [w],
  targets: {
    here: h.folder("data", (root) => ({
      parameters: { data: root, rows: 3.5 }, // PARAMETER_VALUE
    })),
    one: h.cluster({
      ...hadoop,
      parameters: {
        data: "data", // PARAMETER_VALUE
        rows: 10, // PARAMETER_VALUE
        words: "a", // PARAMETER_UNKNOWN
        word: "", // VALUE_EMPTY
        mark: "\${user}", // VALUE_EXPRESSION
        end: "2012-03-01T00:00Z",
      },
    }),
    two: h.cluster({
      ...hadoop,
      parameters: {
        data: "/data",
        word: " a", // VALUE_SPACE
      },
      parameterFiles: ["VALUES"],
    }),
  },
  defaultTarget: "here",
});
`,
    });
    const values = join(root, "values.json");
    writeFileSync(values, `{\n  "rows": 5,\n  "end": "today"\n}\n`);
    spawnSync("sed", ["-i", `s|VALUES|${values}|`, "howdah.config.ts"], { cwd: root });
    const lines = readFileSync(join(root, "howdah.config.ts"), "utf8").split("\n");
    const marked = lines.flatMap((line, i) => {
      const [, code] = / \/\/ ([A-Z_]+)$/.exec(line) ?? [];
      return code === undefined ? [] : [`${code} howdah.config.ts:${i + 1}`];
    });
    const ended = await howdah(["validate", "--json"], root);
    assert.equal(ended.code, 2, ended.err);
    const { problems, missing } = JSON.parse(ended.out) as Facts & { readonly missing: unknown };
    const told = problems.map(({ code, file, line }) => `${code!} ${file!}:${line!}`);
    assert.deepEqual([...told].sort(), [...marked, "PARAMETER_VALUE values.json:3"].sort(), ended.out);
    assert.deepEqual(missing, { one: ["more"], two: ["more"] });
    const one = await howdah(["validate", "--json", "--target", "one"], root);
    assert.equal(facts(one).problems.length, 5);
    const built = await howdah(["build", "--target", "one"], root);
    assert.equal(built.code, 2);
    assert.deepEqual(
      [...built.err.matchAll(/^ {2}at .*howdah\.config\.ts:(\d+)$/gm)].map(([, line]) => `howdah.config.ts:${line!}`),
      marked.slice(1, 5).map((one) => one.split(" ")[1]!),
    );
  });

  it("lists mistakes of the configuration and of jobs' files in the same way", async () => {
    const config = await howdah(["validate"], project({ "howdah.config.ts": "export const x = 1;\n" }));
    assert.deepEqual([config.code, config.err], [2, ""]);
    assert.match(config.out, /^howdah\.config\.ts:1 +error +CONFIG +howdah\.config\.ts has no default export/);
    const thrown = await howdah(
      ["validate", "--json"],
      project({ "howdah.config.ts": '\nthrow new Error("no luck");' }),
    );
    assert.deepEqual(facts(thrown).problems, [
      { code: "DEFINITION", severity: "error", file: "howdah.config.ts", line: 2, message: "no luck" },
    ]);
    const sensors = sensorsProject();
    projects.push(sensors);
    spawnSync("sed", ["-i", "s/count(\\*)/cuont(*)/", "count_alarms.sql"], { cwd: sensors });
    const job = await howdah(["validate"], sensors);
    assert.equal(job.code, 2);
    assert.match(job.out, /^count_alarms\.sql:2 +error +JOB_SQL /m);
    assert.match(job.out, /1 error, 4 warnings\n$/);
  });

  it("refuses a target that there is not, and a folder without a project", async () => {
    const target = await howdah(["validate", "--target", "moon"], projectRoot);
    assert.deepEqual([target.code, target.out], [2, ""]);
    assert.match(target.err, /there is no target moon/);
    const nowhere = await howdah(["validate"], project({ "empty.txt": "" }));
    assert.deepEqual([nowhere.code, nowhere.out], [2, ""]);
    assert.match(nowhere.err, /there is no howdah\.config\.ts/);
  });

  it("keeps control characters of names off the terminal", async () => {
    const root = project({
      "howdah.config.ts": `import { defineConfig, folder, shell, workflow } from "howdah";
const w = workflow("w\\u001b[2J\\nerror: all is lost", {}, () => shell("a\\u202e\\u0007", { command: "x" }));
export default defineConfig({ name: "x", definitions: [w], targets: { here: folder("data") } });
`,
    });
    const ended = await howdah(["validate"], root);
    assert.equal(ended.code, 2);
    assert.doesNotMatch(ended.out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    assert.equal(ended.out.match(/^howdah\.config\.ts:2 /gm)?.length, 2, ended.out);
    assert.doesNotMatch(ended.out, /^error: /m);
  });

  it("lists and explains its codes", async () => {
    const listed = await howdah(["validate", "--codes"], "/");
    assert.equal(listed.code, 0);
    for (const [code, { severity, title }] of Object.entries(codes))
      assert.match(
        listed.out,
        new RegExp(`^${code} +${severity} +${title.replaceAll(/[()[\]`.@|*+?^$]/g, "\\$&")}$`, "m"),
      );
    const json = JSON.parse((await howdah(["validate", "--codes", "--json"], "/")).out) as readonly unknown[];
    assert.equal(json.length, Object.keys(codes).length);
    const explained = await howdah(["validate", "--explain", "READS_GAPS"], "/");
    assert.equal(explained.code, 0);
    for (const line of codes.READS_GAPS.example.split("\n")) assert.ok(explained.out.includes(`    ${line}\n`), line);
    const both = await howdah(["validate", "--codes", "--explain", "READS_GAPS"], "/");
    assert.deepEqual([both.code, both.out], [2, ""]);
    assert.match(both.err, /--codes lists every code, and --explain tells of one/);
    const unknown = await howdah(["validate", "--explain", "READ_GAPS"], "/");
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /there is no code READ_GAPS, did you mean READS_GAPS\?/);
  });

  it("is described by docs/checks.md, which follows from the codes", () => {
    const checked = spawnSync(process.execPath, [join(projectRoot, "docs/generate.mjs"), "--check"], {
      encoding: "utf8",
    });
    assert.deepEqual([checked.status, checked.stderr], [0, ""]);
  });
});
