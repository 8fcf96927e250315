import type { HowdahEvent } from "../core/events.ts";
import { logs } from "../operate/logs/logs.ts";
import type { ValueFacts } from "../operate/prepare.ts";
import type { Cancelled } from "../operate/spark/cancel.ts";
import type { BatchEnd } from "../operate/spark/follow.ts";
import type { BatchFacts } from "../operate/spark/list.ts";
import type { Cluster } from "../project/cluster.ts";
import type { LoadedDefinitions } from "../project/load.ts";
import { clock, eventLines } from "./following.ts";
import type { Io } from "./io.ts";

/** Shows what becomes of batches: lines of changes, how far they are on a terminal, JSON with `--json`. */
export class Batches {
  readonly #io: Io;
  #label: string;

  /** @param label what is followed; what is posted later has its own */
  constructor(io: Io, label = "") {
    this.#io = io;
    this.#label = label;
  }

  take(event: HowdahEvent): void {
    if (this.#io.json) return this.#io.out(JSON.stringify(event));
    const { say, status, colors } = this.#io;
    const text = (fact: string): string => String((event[fact] as string | number | undefined) ?? "");
    const number = (fact: string): number => Number(event[fact]);
    switch (event.event) {
      case "spark.prepared": {
        for (const { name, value, from } of event["values"] as readonly ValueFacts[])
          say(colors.dim(`${name} ${value ?? "******"} (${from.replace(/^(?:file|job) /, "from ")})`));
        return;
      }
      case "batch.posted":
      case "batch.found": {
        this.#label = `${(event["jobs"] as readonly string[]).join("+")} ${text("first")} to ${text("last")}`;
        const how = event.event === "batch.posted" ? colors.green("posted") : colors.yellow("runs already:");
        const id = event["id"] === undefined ? text("application") : `livy:${text("id")}`;
        const attempt = number("attempt") > 1 ? `  attempt ${text("attempt")}` : "";
        this.#io.out(`${how} ${this.#label}  ${id}  release ${text("release")}${attempt}`);
        say(colors.dim(`  ${text("name")}`));
        return;
      }
      case "batch.unsure":
        return say(`${colors.yellow("not known whether it arrived")}: ${text("why")}; looking for it`);
      case "batch.lost":
        return say(`${clock()}  ${colors.yellow("Livy has forgotten the batch")}: looking for it in YARN`);
      case "batch.changed": {
        const states = [text("state"), text("yarn") === "" ? "" : `YARN: ${text("yarn")}`, text("application")];
        return say(`${clock()}  ${this.#label}  ${states.filter((one) => one !== "").join("  ")}`.trimEnd());
      }
      case "batch.progress": {
        const done = number("done") === 0 ? "" : `${text("done")} were done, `;
        const last = event["last"] === undefined ? "" : `, the last ${text("last")}`;
        return status(`${this.#label}: ${done}${text("made")} of ${text("units")} made${last}`);
      }
      case "batch.over":
        return this.#io.out(endText(event as unknown as BatchEnd & HowdahEvent, this.#io, this.#label));
      case "batch.cancelled":
        return say(cancelledText(event, colors));
      case "lock.waiting":
        return status(`waiting for ${text("for")} (${text("doing")})`);
      case "lock.taken-over":
        return say(`took over the lock of ${text("from")}, who is gone`);
      default:
        for (const line of eventLines(event, this.#io)) say(line);
    }
  }
}

function endText(
  { succeeded, why, finalStatus, progress, application }: BatchEnd,
  { colors }: Io,
  label: string,
): string {
  const word = finalStatus ?? (succeeded ? "SUCCEEDED" : "FAILED");
  const counts = progress === undefined ? "" : `  ${progress.made} made, ${progress.done} were done`;
  const reason = why === "" ? "" : `  ${why}`;
  return `${succeeded ? colors.green(word) : colors.red(word)} ${label}${counts}${reason}  ${application ?? ""}`.trimEnd();
}

/** What a batch makes, or else what it is called. */
export function batchLabel({ id, name, jobs, first, last }: BatchFacts): string {
  return jobs === undefined ? (name ?? id) : `${jobs.join("+")} ${first!} to ${last!}`;
}

/** What became of a batch that was to end. */
export function cancelledText(event: Readonly<Record<string, unknown>>, colors: Io["colors"]): string {
  const { id, application, state, over, why } = event as {
    readonly id?: number;
    readonly why?: string;
  } & Partial<Cancelled>;
  const what = `the batch${id === undefined ? "" : ` livy:${id}`}`;
  const yarns = application === undefined ? "YARN has no application of it" : `${application} is ${state ?? "gone"}`;
  if (over === true) return `cancelled ${what}; ${yarns}`;
  return `${colors.red("not sure to be cancelled")}: ${what}: ${why ?? yarns}`;
}

/** What the logs of a batch that failed say first, and where there is more. */
export async function* decisiveLines(
  { definitions }: Pick<LoadedDefinitions, "definitions">,
  cluster: Cluster,
  { id, state, application }: BatchEnd,
  io: Io,
): AsyncGenerator<string, void, undefined> {
  const what = state !== undefined && id !== undefined ? `livy:${id}` : application;
  if (what === undefined) return;
  for await (const part of logs(cluster, definitions, { what, lines: 0, patience: 30_000, signal: io.signal })) {
    if (part.is !== "action") continue;
    if (io.json) yield JSON.stringify({ event: "batch.decisive", decisive: part.decisive });
    else for (const { source, line } of part.decisive) yield `  ${io.colors.dim(`${source}:`)} ${io.colors.red(line)}`;
  }
  if (!io.json) io.say(io.colors.dim(`→ howdah logs ${what}`));
}

/** A batch on a line of its own. */
export function batchLine(
  { id, name, state, application, jobs, first, last, release, attempt }: BatchFacts,
  io: Io,
): string {
  const { colors } = io;
  const own = jobs === undefined ? (name ?? "") : `${colors.bold(jobs.join("+"))} ${first!} to ${last!}`;
  const shown = state === "success" ? colors.green(state) : /dead|error|killed/.test(state) ? colors.red(state) : state;
  return [
    `batch ${own}`,
    shown,
    colors.dim(id),
    ...(application === undefined ? [] : [colors.dim(application)]),
    ...(release === undefined ? [] : [`release ${release}`]),
    ...(attempt === undefined || attempt === 1 ? [] : [`attempt ${attempt}`]),
  ].join("  ");
}
