#!/usr/bin/env node
// The package's command: all but this is one script beside it. V8's own code for it, with the functions that a command has
// called, is kept in the user's cache, one file a command: reading and compiling modules took half of a short command's time.
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Script } from "node:vm";
import { exitCodes } from "../core/errors.ts";
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
/** Code is kept for so many versions of howdah, of Node, and of flags. */
const versions = 4;

function load(): Main {
  const bytes = readFileSync(scriptUrl);
  const hash = sha256(bytes);
  const name = keptAs(process.argv.slice(2));
  const cache = name === undefined ? undefined : userCache();
  // V8 takes code only with the flags that it was made with.
  const made = sha256([hash, codeFormat, process.env["NODE_OPTIONS"] ?? "", ...process.execArgv].join("\0"));
  const place = cache === undefined ? undefined : join(cache, "commands", made.slice(0, 16), name!);
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
    const isCommand = name === overview || Object.hasOwn(commands, argv[0] ?? "");
    // A group may have no such verb.
    const isUnknown = !isCommand || (name?.includes("-") === true && code === exitCodes.usage);
    if (place === undefined || isUnknown || code === exitCodes.interrupted) return code;
    const onlyTold = name !== overview && argv.some((word) => word === "--help" || word === "-h");
    const well = code === exitCodes.done && !onlyTold;
    const usable = kept !== undefined && script.cachedDataRejected !== true;
    // What ended early has not called the functions that its next run needs.
    if (usable && (!well || facts?.well === true)) return code;
    keepFile(place, codeFormat, () => ({ facts: { hash, well } satisfies Facts, body: script.createCachedData() }));
    forgetOld(dirname(dirname(place)));
    return code;
  };
}

/** The list of commands, as `howdah help`. */
const overview = "help";
/** Commands that are groups of others. */
const groups: ReadonlySet<string> = new Set(["sandbox", "hdfs", "hive", "spark"]);

/** By what name a command line's code is kept: of a group each verb by itself. Undefined of what cannot be a command. */
function keptAs([first = overview, verb = ""]: readonly string[]): string | undefined {
  if (first === "-h" || first === "--help") return overview;
  if (!/^[a-z]+$/.test(first)) return undefined;
  return groups.has(first) && /^[a-z-]+$/.test(verb) ? `${first}-${verb}` : first;
}

/** Removes the code of other versions than those of which some was kept last. */
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
