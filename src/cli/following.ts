import type { HowdahEvent } from "../core/events.ts";
import { exitCodes } from "../core/errors.ts";
import { follow, type FollowOptions } from "../operate/follow.ts";
import type { Tree } from "../operate/tree.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Io } from "./io.ts";
import { statusText, treeLines } from "./tree.ts";

/** Follows a job until it is over and shows what changes: redrawn on a terminal, as lines elsewhere, as JSON with `--json`. */
export async function followShown(
  cluster: Cluster,
  id: string,
  io: Io,
  options: Pick<FollowOptions, "timeout" | "tree"> & { readonly current?: string | undefined } = {},
): Promise<number> {
  const { current, ...rest } = options;
  const screen = io.redraws && !io.json ? new Screen(io, current) : undefined;
  let lost = 0;
  const emit = (event: HowdahEvent): void => {
    if (event.event === "action.lost") lost += 1;
    if (io.json) io.out(JSON.stringify(event));
    else if (screen !== undefined) screen.take(event);
    else for (const line of eventLines(event, io)) io.out(line);
  };
  const show = screen === undefined ? {} : { show: (tree: Tree) => screen.draw(tree) };
  try {
    const tree = await follow(cluster, id, { ...rest, emit, ...show, signal: io.signal });
    if (lost > 0) io.say(`Oozie takes for done what did nothing; howdah why ${id} says what to do`);
    return tree.status === "SUCCEEDED" && lost === 0 ? exitCodes.done : exitCodes.failed;
  } catch (error) {
    if (io.signal.aborted) io.say(`${id} goes on; howdah watch ${id} looks again, howdah kill ${id} ends it`);
    throw error;
  }
}

export function eventLines(event: HowdahEvent, { colors }: Io): readonly string[] {
  const text = (fact: string): string => String(event[fact]);
  switch (event.event) {
    case "job.changed": {
      const from = event["from"] === undefined ? "" : `${text("from")} → `;
      const error = event["error"] === undefined ? "" : `  ${colors.red(text("error"))}`;
      return [`${clock()}  ${text("kind")} ${text("name")}  ${from}${statusText(text("status"), colors)}${error}`];
    }
    case "action.lost":
      return [`${clock()}  ${colors.red(`${text("name")} ended OK, but did nothing: ${text("said")}`)}`];
    case "server.away":
      return [`${clock()}  ${colors.yellow(`${text("server")} cannot be asked`)}, waiting for it: ${text("why")}`];
    case "server.back":
      return [`${clock()}  ${text("server")} is back`];
    case "server.mode":
      return [`${clock()}  Oozie is in the mode ${text("mode")}`];
    default:
      return [];
  }
}

export function clock(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/** A tree that is drawn over the one before. */
class Screen {
  readonly #io: Io;
  readonly #current: string | undefined;
  #changed = new Set<string>();
  #height = 0;
  #note = "";

  constructor(io: Io, current: string | undefined) {
    this.#io = io;
    this.#current = current;
  }

  take(event: HowdahEvent): void {
    if (event.event === "job.changed") {
      if (event["from"] !== undefined) this.#changed.add(String(event["id"]));
      return;
    }
    this.#note = event.event === "server.back" ? "" : (eventLines(event, this.#io)[0] ?? this.#note);
    // Nothing is drawn while the server is away: its note is said at once.
    if (event.event === "server.away") process.stdout.write(`${this.#note}\n`);
    if (event.event === "server.away") this.#height += 1;
  }

  draw(tree: Tree): void {
    const { columns, rows } = process.stdout;
    const look = { colors: this.#io.colors, current: this.#current, changed: this.#changed };
    const all = [`${clock()}${this.#note === "" ? "" : `  ${this.#note}`}`, ...treeLines(tree, look)];
    // What does not fit cannot be drawn over.
    const shown = all.slice(0, Math.max(2, rows - 1)).map((one) => clipped(one, columns));
    process.stdout.write(`${this.#height === 0 ? "" : `\u001b[${this.#height}A`}\u001b[0J${shown.join("\n")}\n`);
    this.#height = shown.length;
    this.#changed = new Set();
  }
}

/** At most so many characters that are seen; colours count nothing. */
function clipped(text: string, columns: number): string {
  let seen = 0;
  const parts = text.split(/(\u001b\[\d+m)/).map((part) => {
    if (part.startsWith("\u001b")) return part;
    const kept = Array.from(part).slice(0, Math.max(0, columns - seen));
    seen += kept.length;
    return kept.join("");
  });
  return parts.join("");
}
