import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { commands } from "#src/cli/main.js";
import { parse } from "#src/cli/parse.js";
import { noNetwork } from "../support/installation.js";
import { removeFolder, startProgram, writeFile } from "../support/command.js";
import { projectRoot } from "../support/project.js";
import { needSpark } from "../support/spark.js";
import { commandsOf, pages, wordsOf } from "./blocks.js";

/** What works without a cluster and without a registry. */
const laptopCommands = [
  "init",
  "validate",
  "graph",
  "simulate",
  "test",
  "run",
  "query",
  "check",
  "report",
  "ingest",
  "clean",
  "build",
  "completion",
];
const laptopScripts = ["demo", "generate", "land", "types"];

/** Why a command is not run here, only read; undefined where it is run. */
function reason(command: string): string | undefined {
  const words = wordsOf(command);
  const [program, ...rest] = words[0] === "npx" ? words.slice(1) : words;
  if (program === "howdah") {
    if (!laptopCommands.includes(rest[0]!) || (rest.includes("--target") && rest.includes("sandbox")))
      return "it needs a cluster";
  } else if (program === "npm") {
    if (rest[0] !== "run" && rest[0] !== "install") return "it needs a registry";
    const script = rest.find((word, i) => i > 0 && !word.startsWith("-"));
    if (rest[0] === "run" && !laptopScripts.includes(script!)) return "it needs a cluster";
  } else if (program !== "cd") return "it is for another machine or an interactive shell";
  return undefined;
}

/** Fails unless a command could be run as it is written. */
async function read(command: string): Promise<void> {
  const words = wordsOf(command);
  const [program, ...rest] = words[0] === "npx" ? words.slice(1) : words;
  switch (program) {
    case "howdah": {
      const [name, verb] = rest;
      assert.ok(Object.hasOwn(commands, name!), `there is no command ${name}`);
      const found = await commands[name!]!.load();
      const isGroup = "verbs" in found;
      const one = isGroup ? found.verbs[verb!] : found;
      assert.ok(one !== undefined, `there is no ${name} ${verb}`);
      assert.doesNotThrow(() => parse(one, rest.slice(isGroup ? 2 : 1)));
      return;
    }
    case "npm": {
      if (rest[0] !== "run") return assert.ok(["ci", "install"].includes(rest[0]!));
      const { scripts } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
        readonly scripts: Readonly<Record<string, string>>;
      };
      const own = rest.slice(1).filter((word) => word !== "--if-present");
      const file = scripts[own[0]!]?.replace("jiti ", "");
      return own[0] === "types" ? undefined : knowsOptions([join(projectRoot, "node_modules/.bin/jiti"), file!], own);
    }
    case "spark-submit":
      for (const option of rest.filter((word) => word.startsWith("--")))
        assert.ok(readFileSync(join(projectRoot, "src/jobs/spark/run_sql.py"), "utf8").includes(`"${option}"`), option);
      return;
    case "cd":
    case "alias":
      return;
    default:
      return knowsOptions([join(projectRoot, program!)], rest);
  }
}

const helps = new Map<string, string>();

/** Fails unless a script's own help tells of every option that is given to it. */
function knowsOptions(script: readonly string[], words: readonly string[]): void {
  const name = script.join(" ");
  let help = helps.get(name);
  if (help === undefined) {
    const asked = spawnSync(script[0]!, [...script.slice(1), "--help"], { cwd: projectRoot, encoding: "utf8" });
    assert.equal(asked.status, 0, asked.stderr);
    helps.set(name, (help = asked.stdout));
  }
  for (const word of words.filter((one) => /^--?[A-Za-z]/.test(one)))
    assert.match(help, new RegExp(`(?<![-\\w])${word}(?![-\\w])`), `${name} has no option ${word}`);
}

/** A scratch machine: a home, and folders in which the pages' commands are run one after another. */
class Scratch {
  readonly home = mkdtempSync(join(tmpdir(), "howdah-test-"));
  cwd = this.home;

  constructor() {
    // npx takes what is in node_modules; by itself it would also look for newer versions.
    const npx = writeFile(
      join(this.home, "bin/npx"),
      '#!/bin/sh\nname=$1\nshift\nexec "node_modules/.bin/$name" "$@"\n',
    );
    chmodSync(npx, 0o755);
    const line = "2001,2026-01-06 00:12,teapot,1,32.00";
    writeFile(join(this.home, "orders.csv"), `order_id,ordered_at,product,quantity,unit_price\n${line}\n`);
    mkdirSync(join(this.home, ".config/fish/completions"), { recursive: true });
  }

  enter(name: string): void {
    this.cwd = join(this.home, name);
    mkdirSync(this.cwd, { recursive: true });
  }

  /** Does a command as it is written. */
  async run(command: string): Promise<void> {
    if (/^npm install\b/.test(command)) return this.install();
    if (command.startsWith("cd ")) return this.enter(join(this.cwd.slice(this.home.length), command.slice(3)));
    for (const [name, from] of [
      ["hits.tsv.gz", "data/raw/web-logs.tsv.gz"],
      ["invoices.csv.gz", "data/raw/online-retail.csv.gz"],
    ] as const)
      if (command.includes(` ${name}`)) copyFileSync(join(this.cwd, from), join(this.cwd, name));
    const ended = await startProgram("bash", ["-c", command], this.cwd, {
      ...noNetwork,
      HOME: this.home,
      XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
      PATH: `${join(this.home, "bin")}:${process.env["PATH"]}`,
    }).ended;
    assert.equal(ended.code, 0, `${ended.out}\n${ended.err}`);
    assert.doesNotMatch(ended.err, /^error:/m);
  }

  /** What `npm install` leaves, of the packages that are here. */
  private install(): void {
    const modules = join(this.cwd, "node_modules");
    mkdirSync(join(modules, ".bin"), { recursive: true });
    symlinkSync(projectRoot, join(modules, "howdah"));
    for (const name of ["jiti", "typescript", "@types"])
      symlinkSync(join(projectRoot, "node_modules", name), join(modules, name));
    for (const [name, file] of [
      ["howdah", "howdah/bundle/howdah.js"],
      ["jiti", "jiti/lib/jiti-cli.mjs"],
      ["tsc", "typescript/bin/tsc"],
    ] as const)
      symlinkSync(join("..", file), join(modules, ".bin", name));
    const file = join(this.cwd, "package.json");
    if (!existsSync(file)) writeFile(file, JSON.stringify({ dependencies: { howdah: `file:${projectRoot}` } }));
  }
}

/** Pages whose commands are run, in this order, and where: those after another in one folder go on from what is there. */
const runPages: readonly (readonly [page: string, folder: string | undefined])[] = [
  ["docs/first-pipeline.md", "own"],
  // In the reference project that the page before has made.
  ["README.md", undefined],
  ["docs/getting-started.md", undefined],
  ["docs/definitions.md", undefined],
  ["docs/queries.md", undefined],
  ["docs/running.md", undefined],
  ["docs/testing.md", undefined],
  ["docs/row-checks.md", undefined],
  ["docs/graphs.md", undefined],
  ["docs/report.md", undefined],
  ["docs/completion.md", undefined],
];

describe("the commands of the documentation", function () {
  this.timeout(180_000);
  const scratch = new Scratch();
  after(() => removeFolder(scratch.home));
  const ran = new Set<string>();

  for (const [page, folder] of runPages)
    describe(page, () => {
      before(() => {
        if (folder !== undefined) scratch.enter(folder);
      });
      for (const command of commandsOf(page)) {
        const why = reason(command);
        // The README begins with the small project, which has its own page.
        const elsewhere = page === "README.md" && commandsOf("docs/first-pipeline.md").includes(command);
        if (why !== undefined) it(`read, since ${why}: ${command}`, () => read(command));
        else if (elsewhere || (command === "npm run demo" && ran.has(command)))
          it(`run with another page: ${command}`, () => read(command));
        else {
          ran.add(command);
          it(`run: ${command}`, async function () {
            if (command.includes("--engine spark")) {
              this.timeout(600_000);
              await needSpark(this);
            }
            await scratch.run(command);
          });
        }
      }
    });

  for (const page of pages.filter((one) => runPages.every(([other]) => other !== one))) {
    const own = [...new Set(commandsOf(page))];
    if (own.length === 0) continue;
    describe(page, () => {
      for (const command of own) it(`read: ${command}`, () => read(command));
    });
  }
});
