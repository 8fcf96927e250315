import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isHowdahError, ManyErrors } from "#src/core/errors.js";
import { openTarget, type LocalTarget } from "#src/local/target.js";
import { loadProject, queriesOf, targetOf, type Project } from "#src/project/load.js";
import { placeOfKey } from "#src/project/position.js";
import { howdah, madeProject, removeFolder, sensorsProject, writeFile } from "../support/command.js";

const head = `import { cluster, coordinator, defineConfig, folder, fromEnvironment, fromFile, hours, nothing, parameters, pathParameter, sequence, shell, textParameter, timeParameter, workflow } from "howdah";
const p = parameters({ data: pathParameter({ default: "/nowhere" }), token: textParameter(), level: textParameter({ default: "low" }) });
const w = workflow("w", {}, () => sequence(shell("show", { command: "bash", arguments: ["-c", "echo $TOKEN > $OUT/shown"], environment: { TOKEN: p.token, OUT: p.data, LEVEL: p.level } })));
`;
/** A configuration whose first setting stands in line 5. */
const config = (settings: string): string => `${head}export default defineConfig({\n${settings}\n} as never);\n`;
const good = `name: "x", definitions: [w], targets: { here: folder("data") }`;

let folder = "";
const projects: string[] = [];
function project(files: Readonly<Record<string, string>>): string {
  folder = madeProject(files);
  projects.push(folder);
  return folder;
}

/** The problems of a project: line in its configuration and message. */
async function problems(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const root = project(files);
  try {
    await loadProject(root);
    return [];
  } catch (error) {
    assert.ok(isHowdahError(error), String(error));
    const all = error instanceof ManyErrors ? error.problems : [error];
    return all.map(({ where, message }) => `${(where ?? "").replace(`${root}/`, "")} ${message}`);
  }
}

after(() => projects.forEach(removeFolder));

describe("the configuration", () => {
  const mistakes: readonly (readonly [what: string, text: string, says: readonly RegExp[]])[] = [
    [
      "a mistyped setting",
      config(`name: "x",\ndefinitions: [w],\ntarget: {},\ntargets: { here: folder("data") }`),
      [/^howdah\.config\.ts:7 target: there is no such setting, did you mean targets\?$/],
    ],
    [
      "each mistyped setting of one object",
      config(
        `name: "x",\ndefinitions: [w],\nqueris: "q",\ntable: [],\ntargets: { there: cluster({\n profile: "cdh6.3", nameNode: "hdfs://nn", resourceManager: "rm", root: "/r",\n metastore: { uri: "thrift://m:1",\n princpal: "a@B", ur: "" },\n queueName: "q",\n kerberoes: true }) }`,
      ),
      [
        /:12 targets\.there\.metastore\.princpal: there is no such setting, did you mean principal\?$/,
        /:12 targets\.there\.metastore\.ur: there is no such setting, did you mean uri\?$/,
        /:13 targets\.there\.queueName: there is no such setting$/,
        /:14 targets\.there\.kerberoes: there is no such setting, did you mean kerberos\?$/,
        /:7 queris: there is no such setting, did you mean queries\?$/,
        /:8 table: there is no such setting, did you mean tables\?$/,
      ],
    ],
    ["a missing setting", config(`name: "x",\ndefinitions: [w]`), [/^howdah\.config\.ts:4 targets: is missing$/]],
    [
      "several mistakes at once",
      config(`name: 7,\ndefinitions: [w, 3],\ntargets: {\n here: folder(""),\n there: {}\n}`),
      [
        /:5 name: must be a text$/,
        /:6 definitions: .*: must be made by bundle\(\)/,
        /:8 targets\.here\.folder: must not be empty$/,
        /:9 targets\.there: must be made by folder\(\) or cluster\(\)$/,
      ],
    ],
    [
      "a bad name",
      config(`\nname: "a b",\ndefinitions: [w], targets: { here: folder("data") }`),
      [/:6 name: must be a letter/],
    ],
    [
      "no definitions",
      config(`name: "x",\ndefinitions: [],\ntargets: { here: folder("data") }`),
      [/:6 definitions: must not be empty$/],
    ],
    ["no target", config(`name: "x", definitions: [w],\ntargets: {}`), [/:6 targets: must name at least one target$/]],
    [
      "an unknown default target",
      config(`${good},\ndefaultTarget: "her"`),
      [/:6 defaultTarget: there is no target her, did you mean here\?$/],
    ],
    [
      "two targets and no default",
      config(`name: "x", definitions: [w], targets: { a: folder("a"), b: folder("b") }`),
      [/defaultTarget: is missing: there are the targets a, b$/],
    ],
    [
      "a bad size",
      config(`name: "x", definitions: [w],\ntargets: {\nhere: folder("data", undefined, { memory: "much" }) }`),
      [/:7 targets\.here\.memory: must be a size/],
    ],
    [
      "no default export",
      "export const x = 1;\n",
      [/^howdah\.config\.ts:1 howdah\.config\.ts has no default export made by defineConfig\(\)$/],
    ],
    ["a syntax error", "export default {\n  a: 1,\n  b: ;\n};\n", [/^howdah\.config\.ts:3 Unexpected token$/]],
    ["an error thrown", `${head}\nthrow new Error("no luck");\n`, [/^howdah\.config\.ts:5 no luck$/]],
    [
      "a name that is not defined",
      `${head}\n\nexport default defineConfig(nothingLikeIt);\n`,
      [/^howdah\.config\.ts:6 nothingLikeIt is not defined$/],
    ],
    ["an import that is not there", `import "./none.ts";\n`, [/^howdah\.config\.ts(:\d+)? .*none\.ts/]],
    [
      "names that howdah does not have",
      `import {\n  defineConfig,\n  shel,\n  type Workflow, Action,\n  YEER as Y,\n} from "howdah";\nconst x = shel("a", {});\n`,
      [
        /^howdah\.config\.ts:3 howdah has no shel, did you mean shell\?$/,
        /^howdah\.config\.ts:5 howdah has no YEER, did you mean YEAR\?$/,
      ],
    ],
    [
      "a name that howdah does not have, used where it makes no noise",
      `import { wrkflow } from "howdah";\n${config(`${good},\ntables: [wrkflow].slice(1)`)}`,
      [/^howdah\.config\.ts:1 howdah has no wrkflow, did you mean workflow\?$/],
    ],
    [
      "such a name of howdah as a whole",
      `import * as h from "howdah";\n\nh.shel("a", {});\n`,
      [/^howdah\.config\.ts:3 howdah has no shel, did you mean shell\?$/],
    ],
    [
      "a definition that is undefined",
      config(`name: "x",\ndefinitions: [w, later],\ntables: [w, ...[undefined]], targets: { here: folder("d") }`) +
        "var later;\n",
      [
        /^howdah\.config\.ts:6 definitions: later: is undefined$/,
        /^howdah\.config\.ts:7 tables: w: must be made by table\(\) or view\(\)$/,
        /^howdah\.config\.ts:7 tables: the second one: is undefined$/,
      ],
    ],
    [
      "a coordinator without a workflow",
      `${head}\nconst c = coordinator("c", { every: hours(1),\nstart: "2012-03-01T00:00Z", end: "2013-03-01T00:00Z", reads: {} } as never);\n`,
      [/^howdah\.config\.ts:5 coordinator c has no run$/],
    ],
    [
      "a definition's own mistake",
      `${head}\nconst bad = workflow("no good", {}, () => nothing);\nexport default defineConfig({ name: "x", definitions: [w, bad], targets: { here: folder("d") } });\n`,
      [/^howdah\.config\.ts:5 "no good" cannot name a workflow: it takes a letter or _/],
    ],
    [
      "two things of one name",
      `${head}const w2 = workflow("w", {}, () => nothing);\nexport default defineConfig({ name: "x", definitions: [w, w2], targets: { here: folder("d") } });\n`,
      [/^howdah\.config\.ts:4 two workflows are named w: the other is at .*howdah\.config\.ts:3$/],
    ],
  ];
  for (const [what, text, says] of mistakes)
    it(`with ${what} is refused with its file and line`, async () => {
      const found = await problems({ "howdah.config.ts": text });
      assert.equal(found.length, says.length, found.join("\n"));
      for (const [i, one] of says.entries()) assert.match(found[i]!, one);
    });

  it("whose files import each other is told of what is undefined by it", async () => {
    const first = `import { clean, data } from "./second.ts";
import { bundle, coordinator, hours, nothing, sequence, shell, spark, when, decide, fileSystem, workflow } from "howdah";
const times = { every: hours(1), start: "2012-03-01T00:00Z", end: "2013-03-01T00:00Z" };
`;
    const second = `import { all } from "./first.ts";
export const clean = all, data = all;
`;
    const run = "run: () => w.with({})";
    const cases: readonly (readonly [definition: string, says: string])[] = [
      ["workflow('w', {}, () => sequence(shell('a', { command: 'x' }), clean))", "workflow w: number 2 of its steps"],
      ["workflow('w', {}, () => spark('s', { job: clean, from: 'x' }))", "action s: number 1 of its jobs"],
      ["workflow('w', {}, () => clean)", "workflow w: its body"],
      ["workflow('w', {}, () => decide('d', [when(fileSystem.exists('/a'), clean)], nothing))", "decision d: its then"],
      [
        `(() => { const w = workflow('w', {}, () => nothing); return coordinator('c', { ...times, reads: { data }, ${run} }); })()`,
        "coordinator c: data of its reads",
      ],
    ];
    for (const [definition, says] of cases) {
      const found = await problems({
        "first.ts": `${first}export const all = ${definition};\n`,
        "second.ts": second,
        "howdah.config.ts": `import "./second.ts";\nimport { all } from "./first.ts";\n${head}\nexport default defineConfig({ name: "x", definitions: [w, all], targets: { here: folder("d") } });\n`,
      });
      assert.equal(found.length, 1, found.join("\n"));
      assert.ok(found[0]!.startsWith(`first.ts:4 ${says} is undefined`), found[0]);
    }
  });

  it("is refused by the command with exit code 2, each problem with its place", async () => {
    const ended = await howdah(
      ["run"],
      project({ "howdah.config.ts": config(`name: 7,\ndefinitions: 3,\ntargets: {}`) }),
    );
    assert.equal(ended.code, 2);
    assert.equal(ended.err.match(/^ {2}at .*howdah\.config\.ts:[567]$/gm)?.length, 3, ended.err);
  });

  it("loads when it is in order, a job's SQL checked too", async () => {
    assert.deepEqual(await problems({ "howdah.config.ts": config(good) }), []);
    const sensors = sensorsProject();
    projects.push(sensors);
    const loaded = await loadProject(sensors);
    assert.deepEqual([...loaded.definitions.jobs.keys()], ["collect", "count-alarms"]);
    assert.deepEqual([...queriesOf(loaded).keys()], ["broken", "highest"]);
    const sql = join(sensors, "count_alarms.sql");
    writeFile(sql, readFileSync(sql, "utf8").replace("count(*)", "cuont(*)"));
    await assert.rejects(loadProject(sensors), { code: "JOB_SQL", where: "count_alarms.sql:2" });
  });

  it("is refused when rejects go to a table that cannot tell of them", async () => {
    const sensors = sensorsProject();
    projects.push(sensors);
    const file = join(sensors, "definitions.ts");
    const limits = "rejects: { table: readings, maxShare: p.alarm_above, min: p.alarm_above as never },";
    const writes = "writes: [readings, totals],";
    writeFile(file, readFileSync(file, "utf8").replace(writes, `${writes} ${limits}`));
    await assert.rejects(loadProject(sensors), {
      code: "JOB",
      message: "job collect: its rejects go to house.readings, which has no column data_set, file, line, reason",
    });
  });

  it("is refused when a job's name cannot name files, batches and applications", async () => {
    for (const name of ["../up", "two words", "a+b", "7", "ü", "x".repeat(101)]) {
      const sensors = sensorsProject();
      projects.push(sensors);
      const file = join(sensors, "definitions.ts");
      writeFile(file, readFileSync(file, "utf8").replace('job("collect"', `job(${JSON.stringify(name)}`));
      await assert.rejects(loadProject(sensors), {
        code: "JOB",
        message: `job ${name}: its name must be a letter, then letters, digits, - and _, at most 100 characters`,
      });
    }
  });

  it("finds where a key stands, whatever stands around it", () => {
    const text = `f({ // name: 1\n  "a": { b: "c: {" },\n  c: \`x: \${y}\`,\n  'd': [{ e: 1 }],\n  e: 2,\n})`;
    const line = (...path: readonly string[]): number => placeOfKey(text, { file: "f", line: 1 }, path).line;
    assert.deepEqual([line("a"), line("a", "b"), line("c"), line("d"), line("e")], [2, 2, 3, 4, 5]);
  });
});

describe("the target of a command", () => {
  it("is to be added where none is of its kind, and to be named where several are", async () => {
    const cluster = (name: string): string =>
      `${name}: cluster({ profile: "cdh6.3", nameNode: "hdfs://nn", resourceManager: "rm", root: "/r" })`;
    const given = (targets: string): Promise<Project> =>
      loadProject(
        project({
          "howdah.config.ts": config(`name: "x", definitions: [w], defaultTarget: "here", targets: { ${targets} }`),
        }),
      );
    const none = await given(`here: folder("data")`);
    assert.throws(() => targetOf(none, "cluster"), {
      code: "NO_TARGET",
      next: "add one to its targets: NAME: cluster(…)",
    });
    const two = await given(`here: folder("data"), ${cluster("a")}, ${cluster("b")}`);
    assert.throws(() => targetOf(two, "cluster"), { message: /there are a, b$/, next: "name one: --target NAME" });
    assert.equal(targetOf(two, "cluster", "b").name, "b");
  });
});

describe("values of parameters", () => {
  const values = `(root) => ({
    parameters: { data: root, token: fromEnvironment("HOWDAH_TEST_TOKEN") },
    parameterFiles: [root + "/a.json", root + "/b.json"],
  })`;
  const withValues = (given = values): string =>
    config(`name: "x", definitions: [w],\ntargets: { here: folder("data", ${given}) }`);
  async function opened(root: string, given: Readonly<Record<string, string>> = {}): Promise<LocalTarget> {
    const loaded = await loadProject(root);
    return openTarget(loaded, targetOf(loaded, "folder").target, { given });
  }

  it("come from the first that has one", async () => {
    const root = project({ "howdah.config.ts": withValues() });
    const level = async (given?: Readonly<Record<string, string>>): Promise<readonly unknown[]> => {
      const target = await opened(root, given);
      return [target.values.get("level"), target.values.origin("level")];
    };
    assert.deepEqual(await level(), ["low", "default"]);
    writeFile(join(root, "data/b.json"), '{"level": "b"}');
    assert.deepEqual(await level(), ["b", `file ${join(root, "data/b.json")}`]);
    writeFile(join(root, "data/a.json"), '{"level": "a", "other": "x"}');
    assert.deepEqual(await level(), ["a", `file ${join(root, "data/a.json")}`]);
    assert.deepEqual(await level({ level: "given" }), ["given", "command line"]);
    writeFile(join(root, "data/a.json"), "{");
    await assert.rejects(opened(root), { code: "PARAMETER_FILE", where: join(root, "data/a.json") });
  });

  it("are refused for a parameter that no definition uses", async () => {
    const root = project({ "howdah.config.ts": withValues(`() => ({ parameters: { levle: "x" } })`) });
    await assert.rejects(opened(root), { code: "PARAMETER_UNKNOWN", message: /levle.*did you mean level\?/ });
  });

  it("may be secrets: used, but never shown or kept", async () => {
    const root = project({ "howdah.config.ts": withValues(), "data/.keep": "" });
    const secret = "s3cr3t-token";
    const ended = await howdah(["run", "w", "--json"], root, { HOWDAH_TEST_TOKEN: secret });
    assert.equal(ended.code, 0, ended.err);
    assert.equal(readFileSync(join(root, "data/shown"), "utf8"), `${secret}\n`);
    const { log } = JSON.parse(ended.out) as { log: string };
    for (const text of [ended.out, ended.err, readFileSync(log, "utf8")]) assert.doesNotMatch(text, /s3cr3t/);
    assert.match(readFileSync(log, "utf8"), /"token":"\(secret\)"/);
    const given = await howdah(["run", "w", "-D", `token=${secret}`], root);
    assert.equal(given.code, 0, given.err);
    assert.doesNotMatch(given.out + given.err, /s3cr3t/);
    const missing = await howdah(["run", "w"], root);
    assert.notEqual(missing.code, 0);
    assert.match(missing.out + missing.err, /the secret token: the variable HOWDAH_TEST_TOKEN is not set/);
  });

  it("may be read from files outside the project alone", async () => {
    const outside = madeProject({ token: "from a file\n" });
    projects.push(outside);
    const from = (file: string): string =>
      withValues(`() => ({ parameters: { token: fromFile(${JSON.stringify(file)}) } })`);
    const target = await opened(project({ "howdah.config.ts": from(join(outside, "token")) }));
    assert.deepEqual([target.values.get("token"), target.values.isSecret("token")], ["from a file", true]);
    for (const file of ["token", "./sub/../token"])
      await assert.rejects(
        async () => (await opened(project({ "howdah.config.ts": from(file), token: "x" }))).values.need("token"),
        {
          code: "SECRET",
          message: /lies inside the project/,
        },
      );
    await assert.rejects(
      async () => (await opened(project({ "howdah.config.ts": from(join(outside, "none")) }))).values.need("token"),
      /there is no file/,
    );
  });

  it("are refused as secrets where a record would keep them", async () => {
    const text = `${head}const q = parameters({ t: timeParameter({ default: "2021-05-01T00:00Z" }) });
const v = workflow("v", { token: "string" }, () => nothing);
const c = coordinator("c", { every: hours(1), start: q.t, end: "2021-05-02T00:00Z", reads: {}, run: () => v.with({ token: p.token }) });
export default defineConfig({ name: "x", definitions: [c, w], targets: { here: folder("data", () => ({ parameters: { token: fromEnvironment("X") } })) } });`;
    const root = project({ "howdah.config.ts": text });
    await assert.rejects(opened(root), {
      code: "SECRET",
      message: /coordinator c uses the parameter token/,
      where: /howdah\.config\.ts:6$/,
    });
  });
});
