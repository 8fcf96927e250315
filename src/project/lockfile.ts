import { randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { systemCode } from "../core/errors.ts";
import { isRunning, processStart } from "./process.ts";

/** Which process holds a lock, as the lock's file says. */
export interface Claim {
  readonly pid: number;
  /** When the process started, as the system counts it, so that a pid used again is told apart; null where unknown. */
  readonly started: string | null;
  readonly host: string;
  readonly nonce: string;
}

/** This process's own. */
export function claim(): Claim {
  const { pid } = process;
  return { pid, started: processStart(pid) ?? null, host: hostname(), nonce: randomUUID() };
}

/** Whether the process of a claim has ended. One of another machine cannot be looked at from here: it counts as alive. */
export function isGone({ pid, started, host }: Claim): boolean {
  if (host !== hostname()) return false;
  return !isRunning(pid) || (started !== null && (processStart(pid) ?? started) !== started);
}

/** What a lock's file says; undefined when it cannot be read. */
export function parseClaim(text: string): Claim | undefined {
  try {
    return JSON.parse(text) as Claim;
  } catch {
    return undefined;
  }
}

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
