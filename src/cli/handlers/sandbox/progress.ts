import type { HowdahEvent } from "../../../core/events.ts";
import type { Io } from "../../io.ts";
import { seconds, size } from "./format.ts";

interface Doing {
  readonly since: number;
  /** How long it took the last time, in ms. */
  readonly last: number | undefined;
  /** How far it is. */
  readonly far: string | undefined;
}

/** Shows what a start or a stop does: a line for each thing that is done, and one that changes for what goes on. */
export class Progress {
  readonly #io: Io;
  /** What goes on, since when, and how long it took the last time. */
  readonly #doing = new Map<string, Doing>();
  readonly #timer: NodeJS.Timeout;

  constructor(io: Io) {
    this.#io = io;
    this.#timer = setInterval(() => this.#show(), 200);
    this.#timer.unref();
  }

  take(event: HowdahEvent): void {
    const { say, colors } = this.#io;
    const text = (name: string): string => String(event[name]);
    const number = (name: string): number => Number(event[name]);
    const name = text("name");
    switch (event.event) {
      case "sandbox.server.starting":
      case "sandbox.task.started":
        this.#begin(name, event["lastMs"] as number | undefined);
        break;
      case "sandbox.server.healthy":
        this.#doing.delete(name);
        if (event["how"] === "started") this.#line(`${colors.green("healthy")} ${name} (${seconds(number("ms"))})`);
        break;
      case "sandbox.task.done":
        this.#doing.delete(name);
        if (number("ms") > 1000) this.#line(`${colors.green("done")}    ${name} (${seconds(number("ms"))})`);
        break;
      case "sandbox.server.died":
        this.#line(`${colors.yellow("died")}    ${name}; it is started again`);
        break;
      case "sandbox.server.restarting":
        this.#line(`${colors.yellow("silent")}  ${name}, started again: ${text("why")}`);
        break;
      case "sandbox.server.stopping":
        this.#begin(`stopping ${name}`, undefined);
        break;
      case "sandbox.server.stopped":
        this.#doing.delete(`stopping ${name}`);
        this.#line(`stopped ${name} (${seconds(number("ms"))}${event["killed"] === true ? ", killed" : ""})`);
        break;
      case "sandbox.leftovers":
        this.#line(`stopped ${(event["pids"] as readonly number[]).length} processes that servers had started`);
        break;
      case "sandbox.undoing":
        this.#doing.clear();
        this.#line(`stopping what this call started: ${(event["servers"] as readonly string[]).join(", ")}`);
        break;
      case "sandbox.left":
        this.#line(`not started: ${(event["servers"] as readonly string[]).join(", ")}`);
        break;
      case "sandbox.uploaded":
        this.#begin("share-library", undefined, `${size(number("bytes"))} of ${size(number("total"))}`);
        break;
      case "sandbox.waiting":
        say(`waiting: process ${number("pid")} on ${text("host")} works on this sandbox`);
        break;
      case "packages.waiting":
        say(`waiting: process ${number("pid")} on ${text("host")} fetches packages`);
        break;
      case "sandbox.download":
        this.#line(`fetching about ${size(number("bytes"))} into ${text("cache")}, once for all sandboxes`);
        break;
      case "packages.fetching":
        this.#begin(
          `packages of ${text("group")}`,
          undefined,
          `${size(number("bytes"))} of ${size(number("ofBytes"))}`,
        );
        break;
      case "packages.ready":
        this.#doing.delete(`packages of ${text("group")}`);
        this.#line(`${colors.green("fetched")} packages of ${text("group")}`);
        break;
      case "sandbox.doubt":
        say(`${colors.yellow("doubtful:")} ${name}: ${text("found")}`);
        if (event["next"] !== undefined) say(`  → ${text("next")}`);
        break;
      default:
        break;
    }
    this.#show();
  }

  /** Takes the changing line away. */
  end(): void {
    clearInterval(this.#timer);
    this.#io.status("");
  }

  /** Shows that something goes on; what is known of it from before stays. */
  #begin(name: string, last: number | undefined, far?: string): void {
    const before = this.#doing.get(name);
    this.#doing.set(name, { since: before?.since ?? performance.now(), last: last ?? before?.last, far });
  }

  #line(text: string): void {
    if (!this.#io.json) this.#io.say(text);
  }

  #show(): void {
    const parts = [...this.#doing].map(([name, { since, last, far }]) => {
      const now = seconds(performance.now() - since);
      const before = last === undefined ? "" : ` of ${seconds(last)} last time`;
      return `${name} ${now}${before}${far === undefined ? "" : `, ${far}`}`;
    });
    this.#io.status(parts.join(" · "));
  }
}
