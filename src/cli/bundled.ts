#!/usr/bin/env node
// The package's command: all but this is one script beside it. V8's own code for it, with the functions that a command has
// called, is kept in the user's cache, one file a command: reading and compiling modules took half of a short command's time.
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { sha256 } from "../core/hash.ts";
import { userCache } from "../core/usercache.ts";
import { codeFormat, keepFile, keptFile } from "../project/keptfile.ts";
import { start, type Main } from "./start.ts";
import type { commands } from "./main.ts";

interface Exports {
  readonly main: Main;
  readonly commands: typeof commands;
}

/** What build.mjs makes of main.ts. */
type Run = (
  require: NodeJS.Require,
  module: { exports: Partial<Exports> },
  importModule: (id: string) => Promise<unknown>,
  url: string,
) => void;

interface Facts {
  /** Of the script. */
  readonly hash: string;
  /** Whether the command whose functions it has did what it was asked. */
  readonly well: boolean;
}

const scriptUrl = new URL("./main.js", import.meta.url);
/** In stacks. Kept code has the name that it was made with, wherever the script lies by then. */
const filename = "howdah/main.js";
/** Of so many scripts, which are of as many versions of howdah, code is kept. */
const versions = 4;

function load(): Main {
  const bytes = readFileSync(scriptUrl);
  const hash = sha256(bytes);
  const [first = ""] = process.argv.slice(2);
  // Without a command it tells of all of them.
  const name = first === "" || first === "-h" || first === "--help" ? "help" : first;
  const folder = commandsFolder();
  const place = folder !== undefined && /^[a-z]+$/.test(name) ? join(folder, hash.slice(0, 16), name) : undefined;
  const known = place === undefined ? undefined : keptFile(place, codeFormat);
  const facts = known?.facts as Facts | undefined;
  const kept = facts?.hash === hash ? known?.body : undefined;
  // But for comments it is all ASCII, which as latin1 needs no decoding.
  const script = new Script(bytes.toString("latin1"), { filename, cachedData: kept });
  const module: { exports: Partial<Exports> } = { exports: {} };
  (script.runInThisContext() as Run)(createRequire(scriptUrl), module, (id) => import(id), scriptUrl.href);
  const { main, commands } = module.exports as Exports;
  return async (argv) => {
    const code = await main(argv);
    const onlyTold = name !== "help" && argv.some((word) => word === "--help" || word === "-h");
    const well = code === 0 && !onlyTold;
    const usable = kept !== undefined && script.cachedDataRejected !== true;
    // What ended early has not called the functions that its next run needs.
    const better = !usable || (well && facts?.well !== true);
    if (place !== undefined && better && (name === "help" || Object.hasOwn(commands, name))) {
      keepFile(place, codeFormat, { hash, well } satisfies Facts, script.createCachedData());
      forgetOld(dirname(dirname(place)));
    }
    return code;
  };
}

/** Where code is kept; undefined without a home. */
function commandsFolder(): string | undefined {
  try {
    return join(userCache(), "commands");
  } catch {
    return undefined;
  }
}

/** Removes the code of other scripts than those of which some was kept last. */
function forgetOld(folder: string): void {
  try {
    const written = readdirSync(folder).map(
      (name) => [join(folder, name), statSync(join(folder, name)).mtimeMs] as const,
    );
    const old = written.sort(([, a], [, b]) => b - a).slice(versions);
    for (const [one] of old) rmSync(one, { recursive: true, force: true });
  } catch {
    // Another process does the same, or it may not be written: it is only room on the disk.
  }
}

await start(new URL("../package.json", import.meta.url), load);
