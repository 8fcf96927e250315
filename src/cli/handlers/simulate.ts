import { didYouMean, exitCodes, HowdahError, isHowdahError } from "../../core/errors.ts";
import { formatOozieTime, type Instant } from "../../core/time.ts";
import { formatLocal, zoneOffset, zoneProblem } from "../../core/zone.ts";
import { openTarget } from "../../local/target.ts";
import type { ForecastAction } from "../../oozie/calendar.ts";
import type { Coordinator } from "../../oozie/coordinator.ts";
import type { Scope } from "../../oozie/el/index.ts";
import { everyWords } from "../../oozie/every.ts";
import { profileOf } from "../../oozie/profiles.ts";
import { choiceText } from "../../oozie/resolve.ts";
import { Simulation, type SimulatedAction, type SimulatedEvent } from "../../oozie/simulate.ts";
import { targetOf, type Project } from "../../project/load.ts";
import { valuesOf } from "../../release/build.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf } from "../project.ts";
import { defines, durationOption, timeOption } from "../values.ts";

interface Window {
  readonly from: Instant | undefined;
  readonly until: Instant | undefined;
}

/** `howdah simulate` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  const coordinators = named(args.positionals[0], project);
  const zone = args.text("zone");
  const problem = zone === undefined ? undefined : zoneProblem(zone);
  if (problem !== undefined)
    throw new HowdahError(`--zone: ${problem}`, { code: "USAGE", next: "--zone Europe/Berlin" });
  const window: Window = { from: timeOption(args, "from"), until: timeOption(args, "until") };
  if (window.from !== undefined && window.until !== undefined && window.from >= window.until)
    throw new HowdahError("--from is not before --until", { code: "WINDOW", next: "a range is from <= t < until" });
  const submitted = timeOption(args, "submitted");
  const [duration, delay] = [durationOption(args, "takes", 600_000), durationOption(args, "delay", 0)];
  const { parameter, defaultTimeout, nameNode, close } = surroundings(args, project);
  const lines = new Lines(io);
  try {
    for (const coordinator of coordinators) {
      const simulation = simulationOf(coordinator, parameter, window.until);
      const shown = new Shown(simulation, zone, nameNode, io, lines);
      await shown.head(defaultTimeout);
      const from = window.from ?? simulation.schedule.start;
      const until = Math.min(window.until ?? simulation.schedule.end, simulation.schedule.end) as Instant;
      if (submitted === undefined) await shown.actions(from, until, args.flag("uris"));
      else await shown.forecast({ submitted, until, defaultTimeout, duration, delay }, from);
    }
  } finally {
    await lines.flush();
    await close();
  }
  return exitCodes.done;
}

function named(name: string | undefined, { definitions }: Project): readonly Coordinator[] {
  const { coordinators, bundles } = definitions;
  if (name === undefined) {
    if (coordinators.size === 1) return [...coordinators.values()];
    throw new HowdahError("which coordinator?", {
      code: "NAME_MISSING",
      next:
        coordinators.size === 0
          ? "the project has none"
          : `name one: ${[...coordinators.keys(), ...bundles.keys()].join(", ")}`,
    });
  }
  const found = bundles.get(name)?.coordinators ?? [coordinators.get(name)].filter((one) => one !== undefined);
  if (found.length > 0) return found;
  const names = [...coordinators.keys(), ...bundles.keys()];
  throw new HowdahError(`there is no coordinator ${name}${didYouMean(name, names)}`, {
    code: "NAME_UNKNOWN",
    next: `there are ${names.join(", ")}`,
  });
}

interface Surroundings {
  readonly parameter: Scope["parameter"];
  /** Minutes. */
  readonly defaultTimeout: number;
  /** What stands before paths of the target's own file system. */
  readonly nameNode: string;
  readonly close: () => Promise<void>;
}

/** The parameters' values on the target, and how long its server waits. */
function surroundings(args: Arguments, project: Project): Surroundings {
  const { targets, defaultTarget } = project.config;
  const name = args.text("target") ?? defaultTarget ?? Object.keys(targets)[0]!;
  if (targets[name]?.kind === "cluster") {
    const { target } = targetOf(project, "cluster", name);
    const values = valuesOf(project, target, defines(args));
    const { defaultTimeout } = profileOf(target.profile);
    const { nameNode } = target;
    return { parameter: (one) => values.get(one), defaultTimeout, nameNode, close: () => Promise.resolve() };
  }
  const target = openTarget(project, targetOf(project, "folder", name).target, { given: defines(args) });
  return { parameter: (one) => target.values.get(one), defaultTimeout: 120, nameNode: "", close: target.close };
}

/** A coordinator whose end has no value ends where the simulation does. Throws `EL_PARAMETER`, offering that. */
function simulationOf(coordinator: Coordinator, parameter: Scope["parameter"], until: Instant | undefined): Simulation {
  try {
    return new Simulation(coordinator, parameter);
  } catch (error) {
    if (!isHowdahError(error) || error.code !== "EL_PARAMETER") throw error;
    if (until !== undefined) return new Simulation(coordinator, parameter, until);
    const { message, code, where, next } = error;
    // Were it the end alone, an end would help.
    if (!isLackingEndAlone(coordinator, parameter)) throw error;
    throw new HowdahError(`${message}, and is where ${coordinator.name} ends`, {
      code,
      ...(where === undefined ? {} : { where }),
      next: `${next!}, or say where to stop: --until 2012-03-02T00:00Z`,
    });
  }
}

function isLackingEndAlone(coordinator: Coordinator, parameter: Scope["parameter"]): boolean {
  try {
    return new Simulation(coordinator, parameter, 0 as Instant).coordinator === coordinator;
  } catch {
    return false;
  }
}

/** Lines of output, written many at a time. */
class Lines {
  readonly #io: Io;
  #text = "";

  constructor(io: Io) {
    this.#io = io;
  }

  add(line: string): Promise<void> | undefined {
    this.#text += `${line}\n`;
    return this.#text.length > 1 << 16 ? this.flush() : undefined;
  }

  async flush(): Promise<void> {
    // Where stdout is a file nothing is waited for, so that Ctrl-C would not be heard before the end.
    await new Promise(setImmediate);
    this.#io.signal.throwIfAborted();
    const text = this.#text;
    this.#text = "";
    if (text !== "") await this.#io.write(text);
  }
}

/** What is shown of one coordinator. */
class Shown {
  readonly #simulation: Simulation;
  readonly #zone: string | undefined;
  readonly #io: Io;
  readonly #lines: Lines;
  readonly #nameNode: string;
  #offset: number | undefined;

  constructor(simulation: Simulation, zone: string | undefined, nameNode: string, io: Io, lines: Lines) {
    const { timezone } = simulation.coordinator;
    this.#simulation = simulation;
    this.#zone = zone ?? (timezone === "UTC" ? undefined : timezone);
    this.#nameNode = nameNode;
    this.#io = io;
    this.#lines = lines;
  }

  async head(defaultTimeout: number): Promise<void> {
    if (this.#io.json) return;
    const { coordinator, schedule, timeout, concurrency, throttle } = this.#simulation;
    const { bold, dim } = this.#io.colors;
    const period = `from ${formatOozieTime(schedule.start)} to ${formatOozieTime(schedule.end)}`;
    await this.#lines.add(
      bold(`${coordinator.name}: ${everyWords(schedule.every)} in ${coordinator.timezone}, ${period}`),
    );
    const waits = `waits for ${minutesText(timeout ?? defaultTimeout)}${timeout === undefined ? " (the server's default)" : ""}`;
    await this.#lines.add(
      dim(`  ${waits}; concurrency ${concurrency}, throttle ${throttle}, ${coordinator.execution}`),
    );
    for (const [name, one] of Object.entries(coordinator.reads))
      await this.#lines.add(dim(`  ${name}: ${choiceText(one)} of ${one.dataSet.name}`));
  }

  async actions(from: Instant, until: Instant, uris: boolean): Promise<void> {
    let count = 0;
    let droppedCount = 0;
    let [before, unresolved] = [0, 0];
    for (const action of this.#simulation.actions(from, until)) {
      count += 1;
      for (const { resolved, first } of action.reads) {
        droppedCount += resolved.dropped.length;
        if (resolved.unresolved !== undefined || resolved.refused !== undefined) continue;
        if (action.nominal < first) unresolved += 1;
        else before += resolved.dropped.length;
      }
      const wait = this.#io.json ? this.#lines.add(JSON.stringify(this.#facts(action))) : this.#show(action, uris);
      if (wait !== undefined) await wait;
    }
    await this.#summary({ actions: count, dropped: droppedCount }, [
      count === 0 ? "no action: it ends before it starts, or the window is outside of it" : `${count} actions`,
      ...(before > 0 ? [`${counted(before, "instance")} before the first one, which Oozie leaves out silently`] : []),
      ...(unresolved > 0
        ? [`${counted(unresolved, "input")} at a time before the first instance, of which Oozie resolves none`]
        : []),
    ]);
  }

  #facts({ nominal, reads, writes }: SimulatedAction): Readonly<Record<string, unknown>> {
    const events = (all: readonly SimulatedEvent[]): Readonly<Record<string, unknown>> =>
      Object.fromEntries(
        all.map(({ name, instances, resolved }) => [
          name,
          {
            dataSet: instances.dataSet.name,
            instances: resolved.times.map(formatOozieTime),
            dropped: resolved.dropped.map(formatOozieTime),
            ...(resolved.unresolved === undefined ? {} : { unresolved: choiceText(instances) }),
            ...(resolved.refused === undefined ? {} : { refused: resolved.refused }),
          },
        ]),
      );
    const local = this.#zone === undefined ? {} : { local: formatLocal(this.#zone, nominal) };
    const { name } = this.#simulation.coordinator;
    const outputs = writes.length === 0 ? {} : { writes: events(writes) };
    return { coordinator: name, nominal: formatOozieTime(nominal), ...local, reads: events(reads), ...outputs };
  }

  #show(action: SimulatedAction, uris: boolean): Promise<void> | undefined {
    this.#noteClock(action.nominal);
    const parts = action.reads.map((event) => `${event.name} ${eventText(event, action.nominal)}`);
    const wait = this.#lines.add(`${this.#time(action.nominal)}  ${parts.join("; ")}`);
    if (!uris) return wait;
    for (const { instances, resolved } of action.reads)
      for (const time of resolved.times) {
        const { dataSet } = instances;
        const flag = dataSet.doneFlag === "" ? "" : `/${dataSet.doneFlag}`;
        void this.#lines.add(`    ${this.#onNameNode(this.#simulation.uri(dataSet, time))}${flag}`);
      }
    return wait;
  }

  async forecast(options: Parameters<Simulation["forecast"]>[0], from: Instant): Promise<void> {
    const counts = { actions: 0, started: 0, skipped: 0, "timed-out": 0, waiting: 0, ready: 0, behind: 0, late: 0 };
    let caughtUp: Instant | undefined;
    for (const action of this.#simulation.forecast(options)) {
      counts.actions += 1;
      counts[action.outcome] += 1;
      if (action.nominal < options.submitted) counts.behind += 1;
      if (isLate(action, options.delay)) {
        counts.late += 1;
        caughtUp = action.outcome === "started" ? action.at : undefined;
      }
      if (action.nominal < from) continue;
      const wait = this.#lines.add(this.#io.json ? JSON.stringify(this.#fate(action)) : this.#fateText(action));
      if (wait !== undefined) await wait;
    }
    const end = formatOozieTime(options.until);
    await this.#summary({ ...counts, caughtUp: caughtUp === undefined ? null : formatOozieTime(caughtUp) }, [
      `${counts.actions} actions: ${counts.started} started, ${counts.skipped} skipped, ${counts["timed-out"]} given up` +
        (counts.waiting + counts.ready > 0 ? `, ${counts.waiting + counts.ready} still open at ${end}` : ""),
      ...(counts.behind > 0 ? [`${counts.behind} of them lie before the submission`] : []),
      ...(counts.late > 0
        ? [
            caughtUp === undefined
              ? `it has not caught up by ${end}`
              : `it has caught up at ${formatOozieTime(caughtUp)}`,
          ]
        : []),
    ]);
  }

  #fate(action: ForecastAction): Readonly<Record<string, unknown>> {
    const time = (one: Instant | undefined): string | null => (one === undefined ? null : formatOozieTime(one));
    return {
      coordinator: this.#simulation.coordinator.name,
      nominal: time(action.nominal),
      created: time(action.created),
      ready: time(action.ready),
      outcome: action.outcome,
      at: time(action.at),
      ends: time(action.ends),
    };
  }

  #fateText({ nominal, created, outcome, at, ends, deadline }: ForecastAction): string {
    this.#noteClock(nominal);
    const made = `made ${formatOozieTime(created)}`;
    switch (outcome) {
      case "started":
        return `${this.#time(nominal)}  ${made}, runs ${formatOozieTime(at!)} to ${formatOozieTime(ends!)}`;
      case "skipped":
        return `${this.#time(nominal)}  ${made}, skipped ${formatOozieTime(at!)}`;
      case "timed-out":
        return `${this.#time(nominal)}  ${made}, given up ${formatOozieTime(at!)}`;
      case "waiting":
        return `${this.#time(nominal)}  ${made}, waits until ${formatOozieTime(deadline)} at the latest`;
      case "ready":
        return `${this.#time(nominal)}  ${made}, is ready and has not started`;
    }
  }

  /** A path of HDFS that names no server is of the target's name node. */
  #onNameNode(uri: string): string {
    return uri.startsWith("/") ? `${this.#nameNode}${uri}` : uri;
  }

  #time(time: Instant): string {
    return this.#zone === undefined
      ? formatOozieTime(time)
      : `${formatOozieTime(time)}  ${formatLocal(this.#zone, time)}`;
  }

  /** Says where clocks were set between two actions. */
  #noteClock(time: Instant): void {
    if (this.#zone === undefined) return;
    const offset = zoneOffset(this.#zone, time);
    const before = this.#offset;
    this.#offset = offset;
    if (before === undefined || before === offset) return;
    const hours = Math.abs(offset - before) / 3_600_000;
    const way = offset > before ? "forward" : "back";
    void this.#lines.add(
      this.#io.colors.yellow(
        `-- clocks in ${this.#zone} were set ${way} by ${hours === 1 ? "an hour" : `${hours} hours`}`,
      ),
    );
  }

  async #summary(facts: Readonly<Record<string, unknown>>, texts: readonly string[]): Promise<void> {
    const { name } = this.#simulation.coordinator;
    await this.#lines.add(
      this.#io.json ? JSON.stringify({ coordinator: name, summary: facts }) : `${name}: ${texts.join("; ")}`,
    );
  }
}

/** Started more than ten minutes after it could have, were nothing in its way. */
function isLate({ outcome, at, nominal, ready }: ForecastAction, delay: number): boolean {
  if (outcome === "ready") return true;
  return outcome === "started" && at! - Math.max(nominal, (ready ?? nominal) - delay) > 600_000 + delay;
}

/** `2012-03-01T00:00Z … 2012-03-01T23:00Z (24)`. */
function eventText({ instances, resolved, first }: SimulatedEvent, nominal: Instant): string {
  const { times, dropped, unresolved, refused } = resolved;
  if (refused !== undefined) return `refused: ${refused}`;
  if (unresolved !== undefined) return `${choiceText(instances)}, known when it starts`;
  // `CoordELFunctions.getCurrentInstance` finds none then, and nothing can be counted from it.
  if (nominal < first) {
    const asked = dropped.length === 0 ? "" : ` of ${range(dropped)}`;
    return `nothing${asked}: the time is before the first instance, ${formatOozieTime(first)}, and Oozie resolves none`;
  }
  const given = range(times);
  if (dropped.length === 0) return given;
  return `${given} (left out, before the first one: ${range(dropped)})`;
}

function range(times: readonly Instant[]): string {
  if (times.length === 0) return "nothing";
  const [first, last] = [Math.min(times[0]!, times.at(-1)!), Math.max(times[0]!, times.at(-1)!)] as [Instant, Instant];
  if (first === last) return formatOozieTime(first);
  return `${formatOozieTime(first)} … ${formatOozieTime(last)} (${times.length})`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function minutesText(minutes: number): string {
  if (minutes % 1440 === 0) return counted(minutes / 1440, "day");
  return minutes % 60 === 0 ? counted(minutes / 60, "hour") : counted(minutes, "minute");
}
