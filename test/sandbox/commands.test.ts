import assert from "node:assert/strict";
import { join } from "node:path";
import type { Command } from "#src/cli/command.js";
import { sandboxCommands } from "#src/cli/commands/sandbox.js";
import { processIo } from "#src/cli/io.js";
import { parse } from "#src/cli/parse.js";
import { isHowdahError, type HowdahError } from "#src/core/errors.js";
import type { Finding } from "#src/sandbox/doctor.js";
import { howdah, type Ended } from "../support/command.js";
import { freshFolders } from "../support/folders.js";

describe("howdah sandbox, before anything starts", () => {
  const folderOf = freshFolders();
  const before = process.env["XDG_DATA_HOME"];
  beforeEach(() => {
    process.env["XDG_DATA_HOME"] = folderOf();
  });
  afterEach(() => {
    if (before === undefined) delete process.env["XDG_DATA_HOME"];
    else process.env["XDG_DATA_HOME"] = before;
  });

  /** What a command refuses with, in this process. */
  async function refusal(verb: string, args: readonly string[]): Promise<HowdahError> {
    const command: Command = sandboxCommands.verbs[verb]!;
    const io = processIo({ json: false, signal: new AbortController().signal });
    const error: unknown = await Promise.resolve()
      .then(() => command.run(parse(command, args), io))
      .then(
        (code) => assert.fail(`it ended with ${code}`),
        (thrown: unknown) => thrown,
      );
    assert.ok(isHowdahError(error), String(error));
    return error;
  }

  for (const [args, message] of [
    [["--set", "oozi-site:a=b"], /no FILE:NAME=VALUE, did you mean oozie-site\?/],
    [["--set", "oozie-site"], /no FILE:NAME=VALUE/],
    [["--port", "ozie=11000"], /no NAME=NUMBER, did you mean oozie\?/],
    [["--port-offset", "60000"], /ports go from 1 to 65535: namenode would be 68020, and \d+ more/],
    [["--port-offset", "many"], /--port-offset many is no number/],
    [["--port", "oozie=8020"], /8020 is that of namenode and of oozie/],
    [["--only", "hdfs,ozie"], /there is no part ozie, did you mean oozie\?/],
    [["--name", "../x"], /cannot name a sandbox/],
  ] as const)
    it(`up ${args.join(" ")} is refused`, async () => {
      const { code, exitCode, message: text } = await refusal("up", args);
      assert.deepEqual([code, exitCode], ["USAGE", 2]);
      assert.match(text, message);
    });

  for (const [verb, args] of [
    ["status", []],
    ["down", []],
    ["logs", ["oozie"]],
    ["env", []],
  ] as const)
    it(`${verb} of a sandbox that is not there says how to make one`, async () => {
      const { code, message, next } = await refusal(verb, args);
      assert.deepEqual([code, message], ["NO_SANDBOX", "there is no sandbox default"]);
      assert.equal(next, "howdah sandbox up makes one");
    });

  const bare = (...args: readonly string[]): Promise<Ended> => {
    const folder = folderOf();
    return howdah(["sandbox", ...args, "--port-offset", "12000"], folder, {
      XDG_DATA_HOME: join(folder, "data"),
      HOWDAH_CACHE: join(folder, "cache"),
      PATH: join(folder, "nothing"),
    });
  };

  it("up names all that is missing at once, and how to get it", async () => {
    const { code, err } = await bare("up");
    assert.equal(code, 2, err);
    assert.match(err, /maven: no mvn that runs/);
    assert.match(err, /python: no python3 that runs/);
    assert.match(err, /Fedora: sudo dnf install maven \(not tried\)/);
  });

  it("doctor ends with 1 and says what is missing, for people and for programs", async () => {
    const people = await bare("doctor");
    assert.equal(people.code, 1, people.err);
    assert.match(people.out, /^missing {2}maven +no mvn that runs/m);
    assert.match(people.out, /macOS: brew install maven {2}\(this hint was not tried\)/);
    const { out } = await bare("doctor", "--json");
    const { findings } = JSON.parse(out) as { findings: readonly Finding[] };
    assert.equal(findings.find(({ name }) => name === "maven")!.hints!.length, 3);
    assert.match(findings.find(({ name }) => name === "packages")!.found, /are fetched at the next start/);
  });
});
