import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { HowdahError, systemCode } from "../core/errors.ts";
import { isRunning } from "../project/process.ts";
import { onDisk } from "../project/disk.ts";
import type { Build, BuildFile } from "./build.ts";
import { layout } from "./layout.ts";
import type { Manifest } from "./manifest.ts";

/**
 * Writes a build into a folder, in the place of the build that was there: readers see the old tree or the new one,
 * never a part; a tree that is the same stays. What killed builds have left beside it goes. Throws `IN_THE_WAY` for a
 * folder that holds something else.
 */
export function writeBuild({ files }: Pick<Build, "files">, out: string): void {
  onDisk("write the build", out, () => {
    // Of a link, what it leads to is replaced.
    const folder = existsSync(out) ? realpathSync(out) : out;
    clearAway(folder);
    if (holdsOther(folder))
      throw new HowdahError(`${out} holds something that no build wrote`, {
        code: "IN_THE_WAY",
        where: out,
        next: "name another folder: --out FOLDER",
      });
    const kept = sameFiles(files, folder);
    if (kept.size === files.length && holdsOnly(files, folder)) return;
    const [made, old] = [aside(folder, "new"), aside(folder, "old")];
    try {
      mkdirSync(dirname(folder), { recursive: true });
      // Not with the others: where a folder cannot be made at all, a recursive attempt of Node's never ends.
      mkdirSync(made);
      for (const one of foldersOf(files).keys()) mkdirSync(join(made, one), { recursive: true });
      for (const { path, content, executable = false } of files) {
        const file = join(made, path);
        if (!kept.has(path) || !takeOver(join(folder, path), file))
          writeFileSync(file, content, { mode: executable ? 0o755 : 0o644 });
      }
      putInPlace(made, folder, old);
    } finally {
      putBack(old, folder);
      for (const left of [made, old]) rmSync(left, { recursive: true, force: true });
    }
  });
}

/** The paths of the files that stand in the build before with the same content. */
function sameFiles(files: readonly BuildFile[], folder: string): ReadonlySet<string> {
  const same = new Set<string>();
  for (const { path, content } of files)
    if (contentAt(`${folder}/${path}`)?.equals(Buffer.from(content)) === true) same.add(path);
  return same;
}

function contentAt(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    // It is not there, or cannot be read: it is written anew.
    return undefined;
  }
}

/** Every folder of a build, its own included, with what is in it: how many files and how many folders. */
function foldersOf(files: readonly BuildFile[]): ReadonlyMap<string, { files: number; folders: number }> {
  const found = new Map([[".", { files: 0, folders: 0 }]]);
  const inside = (folder: string): { files: number; folders: number } => {
    const known = found.get(folder);
    if (known !== undefined) return known;
    inside(dirname(folder)).folders += 1;
    const made = { files: 0, folders: 0 };
    found.set(folder, made);
    return made;
  };
  for (const { path } of files) inside(dirname(path)).files += 1;
  return found;
}

/** Whether a folder that has all files of a build has nothing else: then the build stands there already. */
function holdsOnly(files: readonly BuildFile[], folder: string): boolean {
  for (const [path, wanted] of foldersOf(files)) {
    const there = readdirSync(join(folder, path), { withFileTypes: true });
    if (there.length !== wanted.files + wanted.folders) return false;
    if (there.filter((one) => one.isDirectory()).length !== wanted.folders) return false;
    if (there.filter((one) => one.isFile()).length !== wanted.files) return false;
  }
  return true;
}

/**
 * Gives a file of the build before a second name in the new one: many times quicker than writing it. False where it
 * cannot be had so.
 */
function takeOver(before: string, file: string): boolean {
  try {
    linkSync(before, file);
    return true;
  } catch {
    // Somebody has just taken it away, or the file system has no links.
    return false;
  }
}

/** Whether a folder holds something, and not a build. Other tools, too, name a file `manifest.json`. */
function holdsOther(folder: string): boolean {
  try {
    const names = readdirSync(folder);
    if (!names.includes(layout.manifest)) return names.length > 0;
    return !isManifest(JSON.parse(readFileSync(join(folder, layout.manifest), "utf8")));
  } catch (error) {
    // Nothing is there, or a build at the same time has just moved it away.
    if (systemCode(error) === "ENOENT") return false;
    if (error instanceof SyntaxError || systemCode(error) === "EISDIR") return true;
    throw error;
  }
}

function isManifest(json: unknown): boolean {
  const keys = ["format", "hash", "applications", "files"] satisfies readonly (keyof Manifest)[];
  return typeof json === "object" && json !== null && keys.every((key) => Object.hasOwn(json, key));
}

/** A tree of this process beside a build, by a name that nobody chooses: what a killed build has left is removed. */
function aside(folder: string, kind: "new" | "old"): string {
  return join(dirname(folder), `.${basename(folder)}.howdah-${kind}-${process.pid}`);
}

/** Puts a tree in the place of another. A build at the same time may do so too: the last one stays. */
function putInPlace(made: string, folder: string, old: string): void {
  for (let tries = 1; ; tries++) {
    rmSync(old, { recursive: true, force: true });
    if (existsSync(folder)) moveAway(folder, old);
    try {
      renameSync(made, folder);
      return;
    } catch (error) {
      if (!["ENOTEMPTY", "EEXIST"].includes(systemCode(error) ?? "") || tries > 9) throw error;
    }
  }
}

function moveAway(folder: string, old: string): void {
  try {
    renameSync(folder, old);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}

/** An old tree goes back where a build was killed, or refused, between the two renames. */
function putBack(old: string, folder: string): void {
  if (existsSync(old) && !existsSync(folder)) renameSync(old, folder);
}

/** Removes the trees of builds whose process is gone. */
function clearAway(folder: string): void {
  const parent = dirname(folder);
  if (!existsSync(parent)) return;
  const name = basename(folder);
  for (const one of readdirSync(parent)) {
    const own = `.${name}.howdah-`;
    const [, kind, pid] = (one.startsWith(own) ? /^(new|old)-(\d+)$/.exec(one.slice(own.length)) : null) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const left = join(parent, one);
    if (kind === "old") putBack(left, folder);
    rmSync(left, { recursive: true, force: true });
  }
}
