import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Data } from "./data.ts";

/** How an action failed when it was tried last. */
export interface Failure {
  readonly message: string;
  readonly where: string | undefined;
  readonly next: string | undefined;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** What the logs of runs tell that partitions cannot: an action that failed may leave nothing. */
export interface Told {
  /** By `coordinator nominal-time`. */
  readonly failures: ReadonlyMap<string, Failure>;
  /** The units that each job had begun and not ended when the newest run last wrote, by the job's name. */
  readonly begun: ReadonlyMap<string, { readonly from: string; readonly to: string }>;
}

/** Older runs than so many are asked no more: what they left undone was tried since, or nobody misses it. */
const runsAsked = 20;

/** Reads the newest logs of runs on a folder. */
export function toldByLogs(data: Data): Told {
  const failures = new Map<string, Failure>();
  const begun = new Map<string, { from: string; to: string }>();
  const settled = new Set<string>();
  newestLogs(data.own("logs")).forEach((file, age) => {
    const own = new Map<string, Failure | undefined>();
    for (const event of eventsOf(file)) {
      const { event: what, time, name, nominal, job, from, to, error } = event as Readonly<Record<string, unknown>>;
      if (what === "job.started" || what === "job.done") {
        if (age > 0) continue;
        if (what === "job.started") begun.set(String(job), { from: String(from), to: String(to) });
        else begun.delete(String(job));
      } else
        own.set(`${String(name)} ${String(nominal)}`, what === "action.failed" ? failureOf(error, time) : undefined);
    }
    for (const [action, failure] of own) {
      if (settled.has(action)) continue;
      settled.add(action);
      if (failure !== undefined) failures.set(action, failure);
    }
  });
  return { failures, begun };
}

function newestLogs(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith("-run.jsonl"))
    .sort()
    .reverse()
    .slice(0, runsAsked)
    .map((name) => join(folder, name));
}

/**
 * How actions and jobs ended, and which jobs began. An action that waits was not tried: what an earlier run says of it
 * stands. The last line of a run that was killed, or goes on, may be a part of one.
 */
function* eventsOf(file: string): Generator {
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (!/"event":"(action\.(ran|fresh|kept|failed)|job\.(started|done))"/.test(line)) continue;
    try {
      yield JSON.parse(line);
    } catch {
      return;
    }
  }
}

function failureOf(error: unknown, time: unknown): Failure {
  const { message, where, next } = (error ?? {}) as Readonly<Record<string, unknown>>;
  return {
    message: typeof message === "string" ? message : "it failed",
    where: typeof where === "string" ? where : undefined,
    next: typeof next === "string" ? next : undefined,
    at: String(time),
  };
}
