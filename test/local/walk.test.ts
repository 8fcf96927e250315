import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { HowdahEvent } from "#src/core/events.js";
import { run, type ActionReport } from "#src/local/run.js";
import { openTarget } from "#src/local/target.js";
import { loadProject, targetOf } from "#src/project/load.js";
import { madeProject, removeFolder, writeFile } from "../support/command.js";

const definitions = `
import { both, bundle, chmod, coordinator, days, dataset, decide, defineConfig, equal, fileSystem, folder, fs, greater, hive2, hiveScript, hours, kill, minutes, mkdir, move, nothing, not, outputOf, parallel, parameters, path, pathParameter, remove, sequence, shell, subWorkflow, text, textParameter, timeParameter, touch, when, workflow, DAY, HOUR, MONTH, YEAR } from "howdah";
const p = parameters({ data: pathParameter(), first: timeParameter({ default: "2021-05-01T00:00Z" }), end: timeParameter({ default: "2021-05-01T03:00Z" }), word: textParameter({ default: "a" }) });
const say = (name, word) => shell(name, { command: "bash", arguments: ["-c", 'echo "$1" >> "$0/said"', p.data, word] });
const fail = (name, options = {}) => shell(name, { command: "bash", arguments: ["-c", 'echo x >> "$0/tries"; echo no luck >&2; exit 3', p.data], ...options });

const side = workflow("side", {}, () => sequence(
  parallel("both",
    shell("one", { command: "bash", arguments: ["-c", 'touch $0/one; for i in $(seq 200); do [ -e $0/two ] && exit 0; sleep 0.02; done; exit 1', p.data] }),
    shell("two", { command: "bash", arguments: ["-c", 'touch $0/two; for i in $(seq 200); do [ -e $0/one ] && exit 0; sleep 0.02; done; exit 1', p.data] })),
  say("after", "after")));
const sideFails = workflow("side-fails", {}, () => sequence(parallel("both", fail("one"), say("two", "two")), say("after", "after")));
const choose = workflow("choose", { word: "string" }, ({ word }) => sequence(
  decide("which", [when(equal(word, "a"), say("say-a", "took a")), when(both(not(equal(word, "a")), equal(word, "b")), say("say-b", "took b"))], kill("stop", text\`no \${word}\`)),
  say("after", "after")));
const outputs = workflow("outputs", {}, () => sequence(
  shell("ask", { command: "bash", arguments: ["-c", "echo noise; echo size=12; echo 'name=a b=c'"], captureOutput: true }),
  decide("big", [when(greater(outputOf("ask", "size"), 9), say("big-one", outputOf("ask", "name")))])));
const retried = workflow("retried", {}, () => sequence(
  shell("third-time", { command: "bash", arguments: ["-c", 'echo x >> $0/tries; [ $(wc -l < $0/tries) -ge 3 ]', p.data], retry: { max: 2, every: minutes(1) } })));
const gaveUp = workflow("gave-up", {}, () => sequence(fail("never", { retry: { max: 1, every: minutes(1) } }), say("after", "after")));
const handled = workflow("handled", {}, () => sequence(
  fail("first").onError(sequence(say("tell", "it failed"), fail("too"))), say("after", "after")));
const missing = workflow("missing", {}, () => sequence(shell("far", { command: "howdah-no-such-command" })));
const withFile = workflow("with-file", {}, () => sequence(
  shell("own", { command: "own.sh", arguments: ["x y"], environment: { WHERE: p.data }, files: ["bin/own.sh"] })));
const files = workflow("files", {}, () => sequence(fs("all", [
  mkdir(path\`\${p.data}/a/b\`), touch(path\`\${p.data}/a/b/c\`), move(path\`\${p.data}/a/b/c\`, path\`\${p.data}/a/d\`),
  mkdir(path\`\${p.data}/into\`), move(path\`\${p.data}/a/d\`, path\`\${p.data}/into\`), chmod(path\`\${p.data}/into\`, "-rwxr-x---", { recursive: true }),
  remove(path\`\${p.data}/a\`), remove(path\`\${p.data}/never-was\`)]),
  decide("there", [when(fileSystem.exists(path\`\${p.data}/into/d\`), decide("folder", [when(fileSystem.isFolder(path\`\${p.data}/into\`), say("yes", "moved"))]))])));
const outside = (name, operation) => workflow(name, {}, () => sequence(fs("away", [operation])));
const inner = workflow("inner", { word: "string" }, ({ word }) => sequence(say("inside", word), decide("d", [when(equal(word, "bad"), kill("bad-word", "a bad word"))])));
const outer = workflow("outer", { word: "string" }, ({ word }) => sequence(subWorkflow("call", inner.with({ word })), say("after", "after")));
const hiveText = workflow("hive-text", {}, () => sequence(hive2("own", [hiveScript("MSCK REPAIR TABLE x")])));

const arrivals = dataset("arrivals", { every: hours(1), initial: p.first, uri: path\`\${p.data}/in/\${YEAR}\${MONTH}\${DAY}\${HOUR}\` });
const noted = workflow("note", { hour: "string", uri: "string", word: "string" }, ({ hour, uri, word }) => sequence(say("say", text\`\${hour} \${uri} \${word}\`)));
const notes = coordinator("notes", { every: hours(1), start: p.first, end: p.end, reads: { arrivals: arrivals.currentRange(-1, 0) },
  run: ({ nominalTime, formatTime, reads }) => noted.with({ hour: formatTime(nominalTime, "HH"), uri: text\`\${reads.arrivals}\`, word: p.word }) });

export default defineConfig({ name: "walks", targets: { here: folder("data", (root) => ({ parameters: { data: root } })) }, definitions: [
  side, sideFails, choose, outputs, retried, gaveUp, handled, missing, withFile, files, inner, outer, hiveText, notes,
  outside("outside-folder", remove(path\`/tmp/howdah-never\`)), outside("outside-up", touch(path\`\${p.data}/../up\`)),
  outside("itself", remove(path\`\${p.data}\`)), outside("move-out", move(path\`\${p.data}/x\`, path\`/tmp/howdah-never\`)) ] } as never);
`;

describe("walking a workflow", function () {
  let project = "";
  const data = (...path: readonly string[]): string => join(project, "data", ...path);
  const said = (): readonly string[] =>
    existsSync(data("said")) ? readFileSync(data("said"), "utf8").trim().split("\n") : [];
  const tries = (): number => readFileSync(data("tries"), "utf8").trim().split("\n").length;
  let events: HowdahEvent[] = [];

  beforeEach(() => {
    project = madeProject({
      "howdah.config.ts": definitions,
      "bin/own.sh": '#!/bin/bash\necho "$1 $(ls)" >> "$WHERE/said"\n',
      "data/.keep": "",
    });
    events = [];
  });
  afterEach(() => removeFolder(project));

  async function walk(
    name: string,
    inputs: Readonly<Record<string, string>> = {},
    given: Readonly<Record<string, string>> = {},
  ): Promise<readonly ActionReport[]> {
    const loaded = await loadProject(project);
    const target = openTarget(loaded, targetOf(loaded, "folder").target, { given });
    try {
      return (await run(target, { name, inputs, emit: (event) => events.push(event) })).actions;
    } finally {
      await target.close();
    }
  }
  async function failure(
    name: string,
    inputs?: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    const [action] = await walk(name, inputs);
    assert.equal(action!.status, "failed");
    return action!.error!;
  }
  const succeeds = async (name: string, inputs?: Readonly<Record<string, string>>): Promise<void> => {
    const [action] = await walk(name, inputs);
    assert.equal(action!.status, "ran", JSON.stringify(action));
  };

  it("runs branches side by side, and goes on after all of them", async () => {
    await succeeds("side");
    assert.deepEqual(said(), ["after"]);
  });

  it("lets the other branch end when one fails, and does not go on", async () => {
    assert.match(String((await failure("side-fails"))["message"]), /action one: bash ended with 3: no luck/);
    assert.deepEqual(said(), ["two"]);
  });

  it("takes the first case that holds, or the last way; a kill ends it with its message and place", async () => {
    await succeeds("choose", { word: "a" });
    await succeeds("choose", { word: "b" });
    assert.deepEqual(said(), ["took a", "after", "took b", "after"]);
    const error = await failure("choose", { word: "c" });
    assert.deepEqual([error["code"], error["message"]], ["KILLED", "no c"]);
    assert.match(String(error["where"]), /howdah\.config\.ts:\d+$/);
    assert.equal(said().length, 4);
  });

  it("asks for what a shell action printed", async () => {
    await succeeds("outputs");
    assert.deepEqual(said(), ["a b=c"]);
  });

  it("tries again as often as asked, and gives up after that", async () => {
    await succeeds("retried");
    assert.equal(tries(), 3);
    assert.equal(events.filter(({ event }) => event === "action.retry").length, 2);
    writeFile(data("tries"), "");
    await failure("gave-up");
    assert.equal(tries(), 2);
    assert.deepEqual(said(), []);
  }).timeout(120_000);

  it("runs the handler of a failed action, and fails all the same, with the first error", async () => {
    const error = await failure("handled");
    assert.match(String(error["message"]), /action first: bash ended with 3/);
    assert.deepEqual(said(), ["it failed"]);
    assert.equal(events.filter(({ event }) => event === "handler.failed").length, 1);
  });

  it("fails with a sentence where this machine has not the command", async () => {
    const error = await failure("missing");
    assert.equal(
      error["message"],
      "action far: this machine has no command howdah-no-such-command, so the action can run on a cluster alone",
    );
    assert.match(String(error["where"]), /howdah\.config\.ts:\d+$/);
    assert.match(String((await failure("hive-text"))["message"]), /HiveQL of its own, which only HiveServer2 can run/);
  });

  it("runs a command of the project beside its files, with its environment", async () => {
    const { chmodSync } = await import("node:fs");
    chmodSync(join(project, "bin/own.sh"), 0o755);
    await succeeds("with-file");
    assert.deepEqual(said(), ["x y own.sh"]);
  });

  it("works on the folder as fs actions do on HDFS", async () => {
    await succeeds("files");
    assert.deepEqual(said(), ["moved"]);
    assert.equal(existsSync(data("a")), false);
    assert.deepEqual(readdirSync(data("into")), ["d"]);
    assert.deepEqual(
      [data("into"), data("into/d")].map((path) => statSync(path).mode & 0o777),
      [0o750, 0o750],
    );
  });

  for (const name of ["outside-folder", "outside-up", "itself", "move-out"])
    it(`changes nothing outside of its folder: ${name}`, async () => {
      const error = await failure(name);
      assert.equal(error["code"], "PATH_OUTSIDE");
      assert.match(String(error["where"]), /howdah\.config\.ts:\d+$/);
      assert.ok(existsSync(data()) && !existsSync(join(project, "up")));
    });

  it("refuses permissions that are none before anything runs", async () => {
    const config = join(project, "howdah.config.ts");
    writeFile(config, readFileSync(config, "utf8").replace("-rwxr-x---", "rwx"));
    await assert.rejects(walk("side"), { code: "PERMISSIONS", message: /"rwx" are no permissions/ });
  });

  it("runs another workflow with its inputs, and fails with it", async () => {
    await succeeds("outer", { word: "good" });
    assert.deepEqual(said(), ["good", "after"]);
    assert.equal((await failure("outer", { word: "bad" }))["message"], "a bad word");
    assert.deepEqual(said(), ["good", "after", "bad"]);
  });
});

describe("a coordinator that writes no table", () => {
  it("is done once, by a record of its own, until its inputs or its workflow's values differ", async () => {
    const project = madeProject({ "howdah.config.ts": definitions, "bin/own.sh": "" });
    const data = (...path: readonly string[]): string => join(project, "data", ...path);
    const statuses = async (given: Readonly<Record<string, string>> = {}): Promise<readonly string[]> => {
      const loaded = await loadProject(project);
      const target = openTarget(loaded, targetOf(loaded, "folder").target, { given });
      try {
        const from = target.data.time(loaded.definitions.coordinators.get("notes")!.start);
        const until = target.data.time(loaded.definitions.coordinators.get("notes")!.end);
        return (await run(target, { name: "notes", from, until })).actions.map(({ status }) => status);
      } finally {
        await target.close();
      }
    };
    try {
      for (const hour of ["00", "01"]) writeFile(data(`in/20210501${hour}/_SUCCESS`), "");
      assert.deepEqual(await statuses(), ["ran", "ran", "waiting"]);
      const folder = data("in");
      assert.deepEqual(readFileSync(data("said"), "utf8").trim().split("\n"), [
        `00 ${folder}/2021050100 a`,
        `01 ${folder}/2021050101,${folder}/2021050100 a`,
      ]);
      assert.deepEqual(await statuses(), ["fresh", "fresh", "waiting"]);
      writeFile(data("in/2021050102/_SUCCESS"), "");
      assert.deepEqual([...(await statuses())].sort(), ["fresh", "fresh", "ran"]);
      assert.deepEqual(await statuses({ word: "b" }), ["ran", "ran", "ran"]);
      assert.equal(readFileSync(data("said"), "utf8").trim().split("\n").length, 6);
      const text = readFileSync(join(project, "howdah.config.ts"), "utf8");
      writeFile(join(project, "howdah.config.ts"), text.replace('sequence(say("say"', 'sequence(say("say-it"'));
      assert.deepEqual(await statuses({ word: "b" }), ["ran", "ran", "ran"]);
    } finally {
      removeFolder(project);
    }
  });
});
