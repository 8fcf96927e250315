import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { HowdahError, systemCode } from "../core/errors.ts";

/** What the operating system's refusals mean to a person, and whether the person or the run is at fault. */
const refusals: Readonly<Record<string, { code: string; fault: "user" | "run"; why: string; next: string }>> = {
  ENOSPC: { code: "DISK_FULL", fault: "run", why: "the disk is full", next: "free some space, then do the same again" },
  EDQUOT: {
    code: "DISK_FULL",
    fault: "run",
    why: "the quota is used up",
    next: "free some space, then do the same again",
  },
  EFBIG: { code: "DISK_FULL", fault: "run", why: "the file would grow beyond the limit", next: "raise `ulimit -f`" },
  EACCES: { code: "NOT_PERMITTED", fault: "user", why: "permission denied", next: "see its owner and mode: ls -ld" },
  EPERM: { code: "NOT_PERMITTED", fault: "user", why: "not permitted", next: "see its owner and mode: ls -ld" },
  EROFS: {
    code: "READ_ONLY",
    fault: "user",
    why: "it is mounted read-only",
    next: "name a folder that can be written",
  },
  ENOENT: { code: "NOT_FOUND", fault: "user", why: "there is no such file or folder", next: "check the path" },
  EISDIR: { code: "NOT_A_FILE", fault: "user", why: "it is a folder, not a file", next: "name the files in it" },
  ENOTDIR: { code: "NOT_A_FOLDER", fault: "user", why: "a file stands where a folder should", next: "check the path" },
  EEXIST: { code: "IN_THE_WAY", fault: "user", why: "something else stands there", next: "see what it is: ls -l" },
  EXDEV: { code: "OTHER_DISK", fault: "user", why: "it lies on another disk", next: "keep a data root on one disk" },
};

/** A failure of the file system as an error that says what was tried, where, and what to do; others pass through. */
export function diskError(error: unknown, doing: string, path: string): unknown {
  const refusal = refusals[systemCode(error) ?? ""];
  if (refusal === undefined) return error;
  const { code, fault, why, next } = refusal;
  return new HowdahError(`cannot ${doing}: ${why}`, { code, fault, where: path, next, cause: error });
}

/** Does something with files; failures become errors that name it. */
export function onDisk<T>(doing: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(error, doing, path);
  }
}

/** Writes a whole file so that readers see the old or the new one, never a part. */
export function writeByRename(path: string, aside: string, text: string): void {
  writeFileSync(aside, text);
  renameSync(aside, path);
}

/** The text of a file, or undefined when it, or the process that it tells of, is gone. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ESRCH") return undefined;
    throw error;
  }
}
