import type { HowdahEvent } from "../../../core/events.ts";
import type { Io } from "../../io.ts";
import { seconds, size } from "./format.ts";

/** Shows what a start or a stop does: a line for each thing that is done, and one that changes for what goes on. */
export class Progress {
  readonly #io: Io;
  /** What goes on, since when, and how long it took the last time. */
  readonly #doing = new Map<string, { readonly since: number; readonly last: number | undefined }>();
  readonly #timer: NodeJS.Timeout;
  #sent: string | undefined;

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
        if (name === "share-library") this.#sent = undefined;
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
        this.#sent = `${size(number("bytes"))} of ${size(number("total"))}`;
        break;
      case "sandbox.waiting":
        say(`waiting: ${text("why")}`);
        break;
      case "sandbox.doubt":
        say(`${colors.yellow("doubtful:")} ${name}: ${text("found")}`);
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

  #begin(name: string, last: number | undefined): void {
    this.#doing.set(name, { since: performance.now(), last });
  }

  #line(text: string): void {
    if (!this.#io.json) this.#io.say(text);
  }

  #show(): void {
    const parts = [...this.#doing].map(([name, { since, last }]) => {
      const now = seconds(performance.now() - since);
      const sent = name === "share-library" && this.#sent !== undefined ? `, ${this.#sent}` : "";
      return `${name} ${now}${last === undefined ? "" : ` of ${seconds(last)} last time`}${sent}`;
    });
    this.#io.status(parts.join(" · "));
  }
}
