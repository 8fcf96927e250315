import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandFile, howdah, madeProject, removeFolder } from "../support/command.js";
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
  const place = (): string => join(cache, "commands", "completion");

  it("is kept once a command went well, and used, with the same result", async () => {
    const first = await run("completion", "bash");
    assert.match(first, /^0 /);
    const kept = readFileSync(place());
    assert.equal(await run("completion", "bash"), first);
    assert.ok(readFileSync(place()).equals(kept), "it was not made again");
    assert.deepEqual(readdirSync(join(cache, "commands")), ["completion"], "no draft is left");
    const overview = await run("--help");
    assert.equal(await run("help"), overview);
    assert.equal(await run("--help"), overview);
    assert.deepEqual(readdirSync(join(cache, "commands")).sort(), ["completion", "help"]);
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
    const kept = readFileSync(place());
    const head = kept.subarray(0, kept.indexOf("\n")).toString();
    const body = kept.subarray(kept.indexOf("\n"));
    const flipped = Buffer.from(kept);
    flipped[kept.length >> 1]! ^= 1;
    const hash = /"hash":"(\w+)"/.exec(head)![1]!;
    for (const broken of [
      flipped,
      kept.subarray(0, kept.length - 100),
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

  it("is not kept of what is no command, nor where nothing can be written", async () => {
    assert.match(await run("completions"), /^2 /);
    assert.equal(statSync(cache, { throwIfNoEntry: false }), undefined);
    const first = await run("completion", "bash");
    removeFolder(cache);
    writeFileSync(cache, "a file");
    assert.equal(await run("completion", "bash"), first);
  });
});
