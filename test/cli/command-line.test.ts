import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commonOptions, type Command } from "#src/cli/command.js";
import { cleanCommand } from "#src/cli/commands/clean.js";
import { ingestCommand } from "#src/cli/commands/ingest.js";
import { queryCommand } from "#src/cli/commands/query.js";
import { runCommand } from "#src/cli/commands/run.js";
import { validateCommand } from "#src/cli/commands/validate.js";
import { help } from "#src/cli/help.js";
import { parse } from "#src/cli/parse.js";
import { howdah, madeProject, removeFolder, sensorsProject } from "../support/command.js";

const commands: readonly Command[] = [runCommand, validateCommand, queryCommand, ingestCommand, cleanCommand];
const here = import.meta.dirname;

describe("the command line", () => {
  it("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(join(here, "../../../package.json"), "utf8")) as { version: string };
    const ended = await howdah(["--version"], here);
    assert.deepEqual([ended.code, ended.out, ended.err], [0, `${version}\n`, ""]);
  });

  it("lists its commands with --help, and also when there is none, with exit code 2", async () => {
    const asked = await howdah(["--help"], here);
    assert.equal(asked.code, 0);
    for (const { name } of commands) assert.match(asked.out, new RegExp(`^ {2}${name} `, "m"));
    const nothing = await howdah([], here);
    assert.deepEqual([nothing.code, nothing.out], [2, asked.out]);
  });

  it("refuses unknown commands, and options before the command", async () => {
    const mistyped = await howdah(["rnu"], here);
    assert.deepEqual([mistyped.code, mistyped.out], [2, ""]);
    assert.equal(
      mistyped.err,
      "error: there is no command rnu, did you mean run?\n  → howdah --help lists the commands\n",
    );
    assert.match((await howdah(["--json", "run"], here)).err, /--json stands before the command/);
    assert.equal((await howdah(["toString"], here)).code, 2);
  });

  for (const command of commands) {
    it(`${command.name} --help tells every option, exit codes or examples, and what it is`, () => {
      const text = help(command);
      assert.ok(text.includes(command.describe) && text.includes(`howdah ${command.usage}`));
      for (const name of Object.keys({ ...command.options, ...commonOptions }))
        assert.ok(text.includes(name === "define" ? "-D NAME=VALUE" : `--${name}`), name);
      for (const [example] of command.examples) assert.ok(text.includes(example));
      assert.ok(Math.max(...text.split("\n").map((line) => line.length)) <= 130);
    });

    it(`${command.name}'s examples are understood by its own parser`, () => {
      for (const [example] of command.examples) {
        const [, name, rest = ""] = /^howdah (\S+)(?: (.*))?$/.exec(example.replace(/ > .*/, ""))!;
        assert.equal(name, command.name);
        const words = [...rest.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);
        assert.doesNotThrow(() => parse(command, words), example);
      }
    });
  }

  it("shows a command's help in both ways", async () => {
    const one = await howdah(["run", "--help"], here);
    const other = await howdah(["help", "run"], here);
    assert.deepEqual([one.code, one.out], [0, `${help(runCommand)}\n`]);
    assert.deepEqual(other, one);
  });

  it("prints no escape codes into pipes, nor with NO_COLOR", async () => {
    const project = sensorsProject();
    try {
      for (const env of [{}, { NO_COLOR: "1" }, { FORCE_COLOR: "1" }])
        for (const args of [["run"], ["query", "--tables"], ["run", "nothing"]]) {
          const ended = await howdah(args, project, env);
          assert.doesNotMatch(ended.out + ended.err, /\u001b/, args.join(" "));
        }
    } finally {
      removeFolder(project);
    }
  });

  it("says when there is no project", async () => {
    const folder = madeProject({});
    try {
      const ended = await howdah(["run"], folder);
      assert.equal(ended.code, 2);
      assert.match(ended.err, /^error: there is no howdah\.config\.ts in .* or above it\n {2}→ .*--project FOLDER\n$/);
      assert.equal((await howdah(["query", "--list", "--project", "nowhere"], folder)).code, 2);
    } finally {
      removeFolder(folder);
    }
  });

  it("finds the project above, and by --project", async () => {
    const project = sensorsProject();
    try {
      assert.equal((await howdah(["query", "--list", "--json"], join(project, "queries"))).code, 0);
      assert.equal((await howdah(["query", "--list", "--json", "--project", project], here)).code, 0);
    } finally {
      removeFolder(project);
    }
  });
});
