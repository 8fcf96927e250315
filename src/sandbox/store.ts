import { randomUUID } from "node:crypto";
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { systemCode } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";
import { diskError } from "../project/disk.ts";

/** What a finished folder holds, so that damage is noticed: its path below the folder, and what is in it. */
interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Written last: a folder without it is no finished one. */
const contents = "contents.json";

/**
 * Makes a folder whole or not at all: it is filled under another name and then renamed. A folder of the name that
 * stands there already gives way; who has files of it open keeps them.
 */
export async function makeFolder(folder: string, fill: (draft: string) => void | Promise<void>): Promise<void> {
  const draft = `${folder}.draft-${randomUUID()}`;
  mkdirSync(draft, { recursive: true });
  try {
    await fill(draft);
    writeFileSync(join(draft, contents), `${JSON.stringify(filesOf(draft), undefined, 1)}\n`);
    replaceFolder(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Gives a folder its name; what had the name before is removed. */
export function replaceFolder(draft: string, folder: string): void {
  const aside = `${folder}.draft-${randomUUID()}`;
  try {
    renameSync(folder, aside);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  renameSync(draft, folder);
  rmSync(aside, { recursive: true, force: true });
}

/**
 * The files of a finished folder that are gone or changed; the folder itself when it is not finished. Sizes alone are
 * compared unless `thoroughly`.
 */
export function damagedFiles(folder: string, thoroughly = false): readonly string[] {
  let files: readonly StoredFile[];
  try {
    files = JSON.parse(readFileSync(join(folder, contents), "utf8")) as readonly StoredFile[];
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "") || error instanceof SyntaxError) return [folder];
    throw diskError(error, "read which packages there are", folder);
  }
  return files
    .map((file) => ({ ...file, path: join(folder, file.path) }))
    .filter(({ path, ...expected }) => !isFile(path, thoroughly ? expected : { bytes: expected.bytes }))
    .map(({ path }) => path);
}

/** Whether there is a file of this size and, where that is given, this content. */
export function isFile(path: string, expected: { readonly bytes: number; readonly sha256?: string }): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.size !== expected.bytes) return false;
  return expected.sha256 === undefined || sha256(readFileSync(path)) === expected.sha256;
}

/** One more name for a file, or a copy where the file system has no such names. */
export function shareFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    linkSync(from, to);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "EMLINK", "EXDEV"].includes(systemCode(error) ?? "")) throw error;
    copyFileSync(from, to);
  }
}

/** Removes what was left by processes that were killed. Only who holds the lock may call it. */
export function removeDrafts(parent: string): void {
  for (const name of readdirSync(parent))
    if (/\.draft-[0-9a-f-]{36}$|^fetch-/.test(name)) rmSync(join(parent, name), { recursive: true, force: true });
}

function filesOf(folder: string): readonly StoredFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => {
      const bytes = readFileSync(path);
      return { path: relative(folder, path), bytes: bytes.length, sha256: sha256(bytes) };
    });
}
