import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { completionCommand } from "#src/cli/commands/completion.js";
import { handle } from "#src/cli/handlers/completion.js";
import { processIo } from "#src/cli/io.js";
import { commands } from "#src/cli/main.js";
import { parse } from "#src/cli/parse.js";
import { suggest } from "#src/cli/suggest.js";
import { positionalAt } from "#src/cli/usage.js";
import { commandFile, howdah, removeFolder, sensorsProject, startProgram, writeFile } from "../support/command.js";
import { skip } from "../support/skip.js";

describe("howdah completion", () => {
  let project: string;
  before(() => {
    project = sensorsProject();
    // As npm leaves it: the shells ask the project's own howdah.
    const command = `#!/bin/sh\nexec "${process.execPath}" "${commandFile}" "$@"\n`;
    chmodSync(writeFile(join(project, "node_modules/.bin/howdah"), command), 0o755);
  });
  after(() => removeFolder(project));

  /** What is suggested for the last word, without what each is. */
  async function suggested(...words: readonly string[]): Promise<readonly string[]> {
    const lines: string[] = [];
    const args = parse(completionCommand, ["suggest", ...words]);
    const io = { ...processIo({ json: false, signal: new AbortController().signal }), cwd: project };
    assert.equal(await handle(args, { ...io, out: (line) => lines.push(line) }), 0);
    return lines.map((line) => line.split("\t")[0]!);
  }

  it("suggests commands, verbs, options and what the usage says of values", async () => {
    assert.deepEqual(await suggested("va"), ["validate"]);
    assert.deepEqual(await suggested("help", "sim"), ["simulate"]);
    assert.ok((await suggested("--")).includes("--version"));
    assert.deepEqual(await suggested("hdfs", "ch"), ["chmod", "chown", "checksum"]);
    assert.deepEqual(await suggested("run", "--as"), ["--as-range"]);
    assert.ok(!(await suggested("run", "--as-range", "--")).includes("--as-range"), "given once already");
    assert.ok((await suggested("run", "-D", "end=x", "-")).includes("-D"), "may be repeated");
    assert.deepEqual(await suggested("init", "--template", "m"), ["marketing"]);
    assert.deepEqual(await suggested("query", "--format=j"), ["--format=jsonl"]);
    assert.deepEqual(await suggested("validate", "--explain", "READS_G"), ["READS_GAPS"]);
    assert.deepEqual(await suggested("query", "--file", ""), [":files"]);
    assert.deepEqual(await suggested("build", "--out", "x"), [":folders"]);
    assert.deepEqual(await suggested("sandbox", "sh", "hdfs", "--"), [":files"], "another program's words");
    assert.deepEqual(await suggested("completion", "z"), ["zsh"]);
  });

  it("suggests the project's names where they may stand", async () => {
    assert.deepEqual(await suggested("run", ""), [
      ...["sensors", "every-hour", "every-day", "collect-hour", "count-day", "collect", "count-alarms"],
    ]);
    assert.deepEqual(await suggested("simulate", "every-"), ["every-hour", "every-day"]);
    assert.deepEqual(await suggested("kill", "--dry-run", "collect-hour", "count"), ["count-day"]);
    assert.deepEqual(await suggested("spark", "submit", "collect", "c"), ["collect", "count-alarms"]);
    assert.deepEqual(await suggested("run", "--target", ""), ["here"]);
    // As bash takes it apart.
    assert.deepEqual(await suggested("run", "--target", "="), ["here"]);
    assert.deepEqual(await suggested("run", "--target", "=", "h"), ["here"]);
    assert.deepEqual(await suggested("run", "-D", "alarm"), ["alarm_above="]);
    assert.deepEqual(await suggested("query", "hi"), ["highest"]);
    assert.deepEqual(await suggested("ingest", ""), ["lines"]);
    assert.deepEqual(await suggested("ingest", "lines", ""), [":files", "lines"]);
    assert.deepEqual(await suggested("ingest", "--instance", ""), []);
  });

  it("says nothing of what is wrong, and nothing that the project's files print", async () => {
    const quiet = await howdah(["completion", "suggest", "run", "--project", "/nowhere", ""], project);
    assert.deepEqual([quiet.code, quiet.out, quiet.err], [0, "", ""]);
    assert.deepEqual(await suggested("nosuch", ""), []);
    const broken = sensorsProject();
    try {
      writeFile(join(broken, "definitions.ts"), "export const = 3;");
      assert.deepEqual(await suggested("run", "--project", broken, ""), []);
      writeFile(join(broken, "howdah.config.ts"), 'console.log("noise");\nthrow new Error("no");');
      assert.deepEqual(await suggested("run", `--project=${broken}`, ""), []);
    } finally {
      removeFolder(broken);
    }
  });

  it("refuses a shell that it does not know", async () => {
    const refused = await howdah(["completion", "bsh"], project);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /there is no completion for bsh, did you mean bash\?/);
  });

  it("reads every usage: each command's first word has a meaning", async () => {
    const placeholders = new Set<string>();
    for (const { load } of Object.values(commands)) {
      const loaded = await load();
      for (const command of "verbs" in loaded ? Object.values(loaded.verbs) : [loaded]) {
        const { min, max } = command.positionals;
        const first = positionalAt(command, 0);
        assert.equal(first.length > 0, max > 0, `howdah ${command.usage} takes ${min} to ${max}`);
        for (const one of first) placeholders.add(one);
        const asked = [...command.name.split(" "), ""];
        await assert.doesNotReject(suggest(commands, asked, () => Promise.resolve([])));
      }
    }
    assert.ok(placeholders.has("JOB") && placeholders.has("DATA-SET") && !placeholders.has("TIME"));
  });

  /** Prints what a shell takes, into a file for it to read. */
  async function script(shell: string): Promise<string> {
    const { out } = await howdah(["completion", shell], project);
    return writeFile(join(project, `completion.${shell}`), out);
  }

  function shellOrSkip(context: Mocha.Context, shell: string): void {
    if (spawnSync(shell, ["-c", "true"]).status !== 0) skip(context, `there is no ${shell} on this machine`);
  }

  it("completes in bash", async function () {
    shellOrSkip(this, "bash");
    const file = await script("bash");
    const program = `
      source "${file}"
      typed() {
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        $(complete -p howdah | sed 's/.*-F \\([^ ]*\\).*/\\1/') howdah "\${!#}" ""
        echo "\${COMPREPLY[*]}"
      }
      typed howdah vali
      typed howdah run every-
      typed howdah run --target = h
      typed howdah query --file defin
      typed howdah build --out quer
      typed howdah nosuch x`;
    const ended = await startProgram("bash", ["--norc", "-c", program], project).ended;
    assert.equal(ended.err, "");
    assert.deepEqual(
      ended.out.split("\n").map((line) => line.trim()),
      [...["validate", "every-hour every-day", "here", "definitions.ts", "queries", "", ""]],
    );
  });

  it("completes in zsh", async function () {
    shellOrSkip(this, "zsh");
    const file = await script("zsh");
    // Keys are typed on a terminal of its own; what it shows is read until it is what is to come.
    const program = `
      zmodload zsh/zpty zsh/zselect
      zpty -b z zsh -f -i
      shows() {
        local seen part
        for _ in {1..300}; do
          while zpty -r -t z part; do seen+=$part; done
          [[ $seen == *$~1* ]] && { print -r -- "$1"; return }
          zselect -t 10
        done
        print -r -- "not $1 but \${(q)seen}"
      }
      typed() { zpty -w -n z $'\\C-u'"$1"$'\\t'; shows "$2" }
      zpty -w z "autoload -Uz compinit; compinit -u -D; source ${file}; PS1=; print RE''ADY"
      shows READY
      typed 'howdah vali' date
      typed 'howdah run --target=' here
      typed 'howdah run -D alarm_a' bove=
      typed 'howdah query --file defin' itions.ts
      typed $'howdah run every-\\t' 'every-hour*every-day*coordinator'
      zpty -d z`;
    const ended = await startProgram("zsh", ["-f", "-c", program], project).ended;
    assert.deepEqual(
      ended.out.trim().split("\n"),
      ["READY", "date", "here", "bove=", "itions.ts", "every-hour*every-day*coordinator"],
      ended.err,
    );
  });

  it("completes in fish", async function () {
    shellOrSkip(this, "fish");
    const file = await script("fish");
    const lines = ["vali", "run every-", "run --target=h", "query --file defin", "build --out quer", "run -D alarm"];
    const program = [`source ${file}`, ...lines.map((line) => `complete -C "howdah ${line}"`)].join("\n");
    const ended = await startProgram("fish", ["--no-config", "-c", program], project).ended;
    assert.deepEqual(
      ended.out
        .trim()
        .split("\n")
        .map((line) => line.split("\t")[0]),
      ["validate", "every-day", "every-hour", "--target=here", "definitions.ts", "queries/", "alarm_above="],
      ended.err,
    );
  });
});
