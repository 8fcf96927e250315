import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { commandFile, howdah, madeProject, removeFolder, sensorsProject, startProgram } from "../support/command.js";
import { projectRoot } from "../support/project.js";
import { skip } from "../support/skip.js";

/** The command keeps V8's code for its own script, one file a command: it is never seen but by its speed. */
describe("howdah, V8's code for it", () => {
  let folder: string;
  let cache: string;
  before(function () {
    if (!commandFile.includes("bundle")) skip(this, "coverage is measured on dist/, which keeps no code");
  });
  beforeEach(() => {
    folder = madeProject({});
    cache = join(folder, "cache");
  });
  afterEach(() => removeFolder(folder));

  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await howdah(args, folder, { HOWDAH_CACHE: cache });
    return `${code} ${out}${err}`;
  };
  const commands = (): string => join(cache, "commands");
  /** The one script's folder. */
  const kept = (): string => join(commands(), readdirSync(commands())[0]!);
  const place = (): string => join(kept(), "completion");

  it("is kept once a command went well, and used, with the same result", async () => {
    const first = await run("completion", "bash");
    assert.match(first, /^0 /);
    const code = readFileSync(place());
    assert.equal(await run("completion", "bash"), first);
    assert.ok(readFileSync(place()).equals(code), "it was not made again");
    assert.deepEqual(readdirSync(kept()), ["completion"], "no draft is left");
    const overview = await run("--help");
    assert.equal(await run("help"), overview);
    assert.equal(await run("--help"), overview);
    assert.deepEqual(readdirSync(kept()).sort(), ["completion", "help"]);
  });

  it("of a run that failed, or only told of itself, is replaced by that of one that went well", async () => {
    await run("completion", "--help");
    const [ofHelp] = [readFileSync(place())];
    assert.match(await run("completion", "nothing"), /^2 /);
    assert.ok(readFileSync(place()).equals(ofHelp));
    await run("completion", "bash");
    assert.ok(!readFileSync(place()).equals(ofHelp));
  });

  it("is made again where it is broken, of another howdah, or of another Node", async () => {
    const first = await run("completion", "bash");
    const code = readFileSync(place());
    const head = code.subarray(0, code.indexOf("\n")).toString();
    const body = code.subarray(code.indexOf("\n"));
    const flipped = Buffer.from(code);
    flipped[code.length >> 1]! ^= 1;
    const hash = /"hash":"(\w+)"/.exec(head)![1]!;
    for (const broken of [
      flipped,
      code.subarray(0, code.length - 100),
      Buffer.alloc(0),
      Buffer.concat([Buffer.from(head.replace(hash, hash.replaceAll(/\d/g, "0"))), body]),
      Buffer.concat([Buffer.from(head.replace("V8 ", "V8 1")), body]),
    ]) {
      writeFileSync(place(), broken);
      assert.equal(await run("completion", "bash"), first);
      const again = readFileSync(place());
      assert.ok(!again.equals(broken));
      assert.equal(again.subarray(0, again.indexOf("\n")).includes(hash), true);
    }
  });

  it("is the same wherever the script lies, and takes no place in a project", async () => {
    const project = sensorsProject();
    const copy = join(folder, "copy");
    try {
      for (const part of ["bundle", "package.json", "node_modules"])
        if (part === "bundle") cpSync(join(projectRoot, part), join(copy, part), { recursive: true });
        else symlinkSync(join(projectRoot, part), join(copy, part));
      const config = join(project, "howdah.config.ts");
      writeFileSync(config, readFileSync(config, "utf8").replace("parameters: {", 'parameters: { nobody: "1",'));
      const run = async (command: string): Promise<string> =>
        (await startProgram(process.execPath, [command, "validate"], project, { HOWDAH_CACHE: cache }).ended).out;
      const first = await run(join(copy, "bundle", "howdah.js"));
      assert.match(first, /^howdah\.config\.ts:\d+ +error +PARAMETER_UNKNOWN/m);
      assert.equal(await run(commandFile), first);
      assert.equal(readdirSync(commands()).length, 1);
    } finally {
      removeFolder(project);
    }
  });

  it("is not run where another user may have written it", async () => {
    await run("completion", "bash");
    assert.equal(statSync(place()).mode & 0o777, 0o600);
    assert.equal(statSync(kept()).mode & 0o777, 0o700);
    chmodSync(place(), 0o666);
    const before = statSync(place()).ino;
    assert.match(await run("completion", "bash"), /^0 /);
    assert.notEqual(statSync(place()).ino, before, "it was made again");
    assert.equal(statSync(place()).mode & 0o777, 0o600);
  });

  it("is kept nowhere without a home, and never in the current folder", async () => {
    for (const env of [
      { HOWDAH_CACHE: "", XDG_CACHE_HOME: "", HOME: "" },
      { HOWDAH_CACHE: "", XDG_CACHE_HOME: "caches", HOME: "" },
    ]) {
      const { code } = await howdah(["completion", "bash"], folder, env);
      assert.equal(code, 0);
      assert.deepEqual(readdirSync(folder), []);
    }
    const project = sensorsProject();
    try {
      const before = readdirSync(project);
      const { code, err } = await howdah(["validate"], project, { HOWDAH_CACHE: "", XDG_CACHE_HOME: "", HOME: "" });
      assert.equal(code, 0, err);
      assert.deepEqual(readdirSync(project), before);
    } finally {
      removeFolder(project);
    }
  });

  it("is kept of four versions, those that were made last", async () => {
    for (const [age, name] of ["a", "b", "c", "d", "e"].entries()) {
      mkdirSync(join(commands(), name), { recursive: true });
      utimesSync(join(commands(), name), 1_000_000 - age, 1_000_000 - age);
    }
    await run("completion", "bash");
    assert.deepEqual(
      readdirSync(commands()).filter((name) => name.length === 1),
      ["a", "b", "c"],
    );
    assert.equal(readdirSync(commands()).length, 4);
  });

  it("is not kept of what is no command, nor where nothing can be written", async () => {
    assert.match(await run("completions"), /^2 /);
    assert.equal(statSync(cache, { throwIfNoEntry: false }), undefined);
    const first = await run("completion", "bash");
    removeFolder(cache);
    writeFileSync(cache, "a file");
    assert.equal(await run("completion", "bash"), first);
  });
});
