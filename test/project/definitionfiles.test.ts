import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadDefinitionFiles } from "#src/project/definitionfiles.js";
import { withFolder } from "../support/project.js";

/** The library whose functions the definitions call. */
const library: object = await import("#src/index.js");

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

async function load(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const { exported } = await loadDefinitionFiles(join(folder, "main.ts"), library, (error) => {
    throw error;
  });
  return exported as Readonly<Record<string, unknown>>;
}

/** Loads with a cache of the test's own. */
async function withCache<T>(work: (project: string, cache: string) => Promise<T>): Promise<T> {
  const before = process.env["XDG_CACHE_HOME"];
  return withFolder(async (folder) => {
    const [project, cache] = [join(folder, "project"), join(folder, "cache")];
    process.env["XDG_CACHE_HOME"] = cache;
    try {
      return await work(project, join(cache, "howdah", "definitions"));
    } finally {
      if (before === undefined) delete process.env["XDG_CACHE_HOME"];
      else process.env["XDG_CACHE_HOME"] = before;
    }
  });
}

const kept = (cache: string): readonly string[] => readdirSync(cache).filter((name) => name.endsWith(".compiled"));

/** Every way in which a file may name another, or ask for more than it. */
const many = {
  "main.ts": `import { basename } from "node:path";
import { readFileSync } from "node:fs";
import data from "./data.json" with { type: "json" };
import { left, seen } from "./left";
import { compiled } from "./compiled.js";
import { inFolder } from "./folder";
import plain from "./plain.cjs";
import { own } from "own";
export const sum = [left, compiled, inFolder, data.five, plain.six, own];
export const here = basename(import.meta.url);
export const read = readFileSync(new URL("./data.json", import.meta.url), "utf8");
const absolute = new URL("./left.ts", import.meta.url).pathname;
export const same = (await import(absolute)).left === left && (await import(absolute)).seen === seen;
export const later = (await import("./later.ts")).later;
export const required = typeof require;
`,
  "left.ts": `import { right } from "./right.ts";\nexport const left: number = 1;\nexport const seen = () => right();\n`,
  "right.ts": `import * as other from "./left.ts";\nexport const right = (): number => other.left;\nif (right() !== undefined) throw new Error("left was there before it was run");\n`,
  "compiled.ts": `export const compiled = 2 as const;\n`,
  "folder/index.ts": `export enum Three { three = 3 }\nexport const inFolder = Three.three;\n`,
  "data.json": `{ "five": 5 }\n`,
  "plain.cjs": `module.exports = { six: 6 };\n`,
  "later.ts": `export const later = await Promise.resolve("later");\n`,
  "node_modules/own/package.json": `{ "name": "own", "version": "1.0.0", "type": "module", "exports": "./own.js" }\n`,
  "node_modules/own/own.js": `export const own = 7;\n`,
};

/** Calls of the library at known lines: `// NAME` ends the line from which the value of NAME should come. */
const places = `import * as whole from "howdah";
import { hours, path as at, pathParameter, parameters, shell as run, sequence, fs, mkdir } from "howdah";
export const p = parameters({ root: pathParameter() });
export const frequency = hours(1); // frequency
export const tagged =
  at\`\${p.root}/a/\${at\`b\`}\`; // tagged
export const steps = sequence(
  run("one", { command: "true" }), // steps.0
  run(
    "two", {
      arguments: ["a", at\`\${p.root}\`], // steps.1.arguments.1
      command: "true",
  }),
  whole.shell("three", { command: "true" }), // steps.2
  [1, 2].map((n) =>
    fs(\`four-\${n}\`, [ // steps.3
      mkdir(at\`/\${\`\${n}\`}\`), // steps.3.operations.0.path
    ]))[1]!,
);
export const indirect = ((f: typeof hours) => f(2))(hours); // indirect
`;

/** The lines that comments name, and those that the values have. */
function linesOf(exported: object): readonly (readonly [name: string, expected: number, found: unknown])[] {
  return places.split("\n").flatMap((line, i) => {
    const name = /\/\/ (\S+)$/.exec(line)?.[1];
    if (name === undefined) return [];
    const keys = name.split(".").flatMap((key, k) => (k === 0 && key === "steps" ? ["steps", "steps"] : [key]));
    const value = keys.reduce<unknown>((from, key) => (from as Record<string, unknown>)[key], exported);
    return [[name, i + 1, (value as { at: { line: number } }).at.line] as const];
  });
}

describe("files of definitions", () => {
  it("are loaded whatever they import, first and from the cache alike", () =>
    withCache(async (project, cache) => {
      write(project, many);
      for (const time of ["first", "second"]) {
        const { sum, here, read, later, required, same } = await load(project);
        assert.deepEqual(sum, [1, 2, 3, 5, 6, 7], time);
        assert.deepEqual([here, read, later, required], ["main.ts", '{ "five": 5 }\n', "later", "function"], time);
        assert.equal(same, true, "a file is loaded once, however it is named");
        assert.equal(kept(cache).length, 1);
      }
    }));

  it("know the line of each call, first and from the cache alike", () =>
    withCache(async (project) => {
      write(project, { "main.ts": places });
      for (const time of ["first", "second"]) {
        const lines = linesOf(await load(project));
        assert.equal(lines.length, 8);
        for (const [name, expected, found] of lines) assert.equal(found, expected, `${name}, loaded the ${time} time`);
      }
    }));

  it("keep texts that look like compiled calls", () =>
    withCache(async (project) => {
      const text = "(0, _howdah.hours)(1)";
      write(project, { "main.ts": `import { hours } from "howdah";\nexport const made = [hours(1), "${text}"];\n` });
      const [hour, found] = (await load(project))["made"] as readonly [
        { readonly at: { readonly line: number } },
        string,
      ];
      assert.deepEqual([hour.at.line, found], [2, text]);
    }));

  it("are compiled again when they changed, and only then", () =>
    withCache(async (project, cache) => {
      write(project, { "main.ts": `export * from "./value.ts";\n`, "value.ts": `export const value = 1;\n` });
      assert.equal((await load(project))["value"], 1);
      const file = join(cache, kept(cache)[0]!);
      utimesSync(file, 1, 1);
      assert.equal((await load(project))["value"], 1);
      assert.equal(statSync(file).mtimeMs, 1000, "nothing had to be kept anew");
      write(project, { "value.ts": `export const value = 2;\n` });
      assert.equal((await load(project))["value"], 2);
      assert.ok(statSync(file).mtimeMs > 1000);
    }));

  it("are compiled where what was kept is broken, cut off or of something else", () =>
    withCache(async (project, cache) => {
      write(project, { "main.ts": `export const value = [1, 2].map((n) => n * 2);\n` });
      await load(project);
      const file = join(cache, kept(cache)[0]!);
      const whole = readFileSync(file);
      const broken = Buffer.from(whole);
      broken[whole.length - 100]! ^= 1;
      for (const bytes of [
        Buffer.alloc(0),
        Buffer.from("{}\n"),
        whole.subarray(0, 100),
        broken,
        whole.subarray(0, -50),
      ]) {
        writeFileSync(file, bytes);
        assert.deepEqual((await load(project))["value"], [2, 4]);
        assert.ok(!readFileSync(file).equals(bytes), "it was not believed, and was made anew");
      }
    }));

  it("are loaded where nothing can be kept", () =>
    withCache(async (project, cache) => {
      write(project, { "main.ts": `export const value = 1;\n` });
      write(dirname(dirname(cache)), { howdah: "a file where a folder should be" });
      assert.equal((await load(project))["value"], 1);
      assert.equal(existsSync(cache), false);
    }));
});
