import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { systemCode } from "../core/errors.ts";

/** Creates a file whole or not at all, false when the name is taken: a link to a finished file fails then. */
export function createWhole(path: string, text: string): boolean {
  const aside = `${path}.${randomUUID()}`;
  writeFileSync(aside, text);
  try {
    linkSync(aside, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Removes a dead owner's lock, and puts back what stood there instead if somebody was quicker. */
export function takeAway(path: string, text: string): void {
  const aside = `${path}.dead-${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  if (readFileSync(aside, "utf8") !== text) {
    try {
      linkSync(aside, path);
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
  }
  rmSync(aside, { force: true });
}
