import { existsSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { HowdahError } from "../core/errors.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import { nominalTimes } from "../oozie/calendar.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import { resolveEvery } from "../oozie/every.ts";
import { keepDone } from "./done.ts";
import { endOf, isMade, MaterialisedAction, writtenBy, type Standing } from "./materialised.ts";
import { tell, type ActionReport, type ActionStatus } from "./report.ts";
import type { LocalTarget } from "./target.ts";
import { workflowRun } from "./scope.ts";
import { hasDecision, jobsIn, walkWorkflow, type WalkContext } from "./walk.ts";

/** Nominal times in `from <= t < until`. */
export interface Window {
  readonly from: Instant;
  readonly until: Instant;
}

export interface SchedulerOptions {
  readonly asRange: boolean;
  readonly dryRun: boolean;
}

interface Ready {
  readonly action: MaterialisedAction;
  readonly standing: Standing;
}

/**
 * Materialises the actions of coordinators and runs those that are ready until nothing moves. It asks the flags on the
 * folder what is ready, and the partitions' records what is done.
 */
export class Scheduler {
  readonly #target: LocalTarget;
  readonly #options: SchedulerOptions;
  readonly #context: WalkContext;
  /** What is left to do, by coordinator; those stand first that others read from. */
  readonly #pending: Map<Coordinator, readonly MaterialisedAction[]>;
  readonly #reports: ActionReport[] = [];
  /** Flags that stand for work which failed in this run, or depends on such: nothing that needs them is sent. */
  readonly #tainted = new Set<string>();
  /** The largest range to try next, after one failed: a coordinator whose every hour fails is not tried whole each time. */
  readonly #sizes = new Map<Coordinator, number>();
  /** In a dry run: flags of what would be made, or might change. */
  readonly #wouldChange = new Set<string>();
  #turned = performance.now();

  constructor(
    target: LocalTarget,
    coordinators: readonly Coordinator[],
    window: Window,
    options: SchedulerOptions,
    context: WalkContext,
  ) {
    this.#target = target;
    this.#options = options;
    this.#context = context;
    const actions = coordinators.map((coordinator) => {
      const schedule = {
        every: resolveEvery(coordinator.every, target.data.scope),
        timezone: coordinator.timezone,
        start: target.data.time(coordinator.start),
        end: endOf(coordinator, target),
      };
      const times = [...nominalTimes(schedule, window.from, window.until)];
      context.emit({ event: "coordinator.materialised", coordinator: coordinator.name, actions: times.length });
      return [coordinator, times.map((nominal, i) => new MaterialisedAction(coordinator, nominal, i, target))] as const;
    });
    this.#pending = new Map(inOrderOfNeed(actions));
  }

  async run(): Promise<readonly ActionReport[]> {
    for (let moved = true; moved;) {
      moved = false;
      for (const coordinator of this.#pending.keys()) if (await this.#pass(coordinator)) moved = true;
    }
    for (const action of [...this.#pending.values()].flat())
      this.#report(action, "waiting", [], { missing: this.#missing(action) });
    return this.#reports;
  }

  /** Goes once through what is pending of a coordinator, in order of nominal time. */
  async #pass(coordinator: Coordinator): Promise<boolean> {
    const pending = this.#pending.get(coordinator)!;
    const left: MaterialisedAction[] = [];
    const inRanges = this.#options.asRange && !hasDecision(coordinator.run.workflow.body);
    let last: { readonly index: number; readonly size: number } | undefined;
    for (let i = 0; i < pending.length;) {
      await this.#turn();
      this.#context.signal.throwIfAborted();
      const action = pending[i]!;
      const ready = this.#settle(action, left);
      if (ready === undefined) {
        i += 1;
        continue;
      }
      // A state that changed is likely to change the next hour's too: ranges grow as they follow one another.
      const follows = last?.index === action.index - 1 && feedsItself(coordinator, ready.standing);
      const most = this.#sizes.get(coordinator) ?? Infinity;
      const least = Math.min(most, follows ? last!.size * 2 : 1);
      const group = inRanges ? this.#group(ready, pending.slice(i + 1), { least, most }) : [ready];
      const { stopped, failed } = await this.#runGroup(coordinator, group);
      left.push(...stopped);
      this.#sizes.set(coordinator, failed ? 1 : most * 2);
      last = { index: group.at(-1)!.action.index, size: group.length };
      i += group.length;
    }
    this.#pending.set(coordinator, left);
    return left.length < pending.length;
  }

  /** Lets others have their turn now and then, Ctrl-C among them: looking at many hours waits for nothing by itself. */
  async #turn(): Promise<void> {
    if (performance.now() - this.#turned < 20) return;
    await setImmediate();
    this.#turned = performance.now();
  }

  /** Decides what becomes of an action without running it; gives it back when it has to run now. */
  #settle(action: MaterialisedAction, left: MaterialisedAction[]): Ready | undefined {
    const standing = action.standing();
    const tainted = action.read(standing).some((flag) => this.#tainted.has(flag));
    if (standing.fresh && !this.#context.force && !tainted) {
      // Also when an input is gone or pruned since: what was made of it stands.
      const shaky = this.#wouldChange.size > 0 && action.read(standing).some((flag) => this.#wouldChange.has(flag));
      if (shaky) this.#foresee(action, standing, "may-run", ["what it reads may change"]);
      else this.#report(action, "fresh", []);
      return undefined;
    }
    const missing = this.#missing(action);
    if (!tainted && this.#isKept(standing, missing, this.#wouldChange)) {
      this.#report(action, "kept", standing.why);
      return undefined;
    }
    if (missing.length === 0 && !tainted) {
      if (!this.#options.dryRun) return { action, standing };
      this.#foresee(action, standing, "would-run", this.#why(standing));
      return undefined;
    }
    if (tainted) this.#taint(action, standing);
    left.push(action);
    return undefined;
  }

  /**
   * The action and those behind it that can go through the jobs together with it: `least` of them even if they are
   * fresh, and no more than `most`.
   */
  #group(
    first: Ready,
    behind: readonly MaterialisedAction[],
    { least, most }: { readonly least: number; readonly most: number },
  ): readonly Ready[] {
    const group = [first];
    const made = new Set(first.standing.outputs);
    for (const action of behind) {
      if (group.length >= most) break;
      if (action.index !== group.at(-1)!.action.index + 1) break;
      if (this.#missing(action).some((flag) => !made.has(flag))) break;
      const standing = action.standing();
      if (standing.jobs === undefined || this.#isKept(standing, [], made)) break;
      if (standing.fresh && !this.#context.force && (group.length >= least || standing.pruned)) break;
      for (const flag of standing.outputs) made.add(flag);
      group.push({ action, standing });
    }
    return group;
  }

  /** Runs actions in step. Gives back those that were stopped because one before them failed. */
  async #runGroup(
    coordinator: Coordinator,
    group: readonly Ready[],
  ): Promise<{ readonly stopped: readonly MaterialisedAction[]; readonly failed: boolean }> {
    const runs = group.map(({ action }) => workflowRun(action.label, action.inputs));
    this.#context.emit({
      event: "action.started",
      name: coordinator.name,
      nominal: formatOozieTime(group[0]!.action.nominal),
      last: formatOozieTime(group.at(-1)!.action.nominal),
      actions: group.length,
    });
    await walkWorkflow(coordinator.run.workflow, runs, this.#context);
    const stopped: MaterialisedAction[] = [];
    group.forEach(({ action, standing }, i) => {
      const { error, stopped: wasStopped } = runs[i]!;
      if (error !== undefined) {
        this.#taint(action, standing);
        this.#report(action, "failed", this.#why(standing), { error });
      } else if (wasStopped) stopped.push(action);
      else {
        if (standing.outputs.length === 0) keepDone(action, this.#target);
        this.#report(action, "ran", this.#why(standing));
      }
    });
    return { stopped, failed: runs.some(({ error }) => error !== undefined) };
  }

  /**
   * Whether it is stale, but cannot be made again, for what it was made of is gone or pruned, and nobody makes it now:
   * it stays as it is.
   */
  #isKept(standing: Standing, missing: readonly string[], made: ReadonlySet<string>): boolean {
    if (standing.fresh || this.#context.force) return false;
    const isGone = missing.length > 0 || standing.gone.some((flag) => !made.has(flag));
    return isGone && isMade(standing);
  }

  #why(standing: Standing): readonly string[] {
    return this.#context.force ? ["it was asked for"] : standing.why;
  }

  #report(
    { coordinator, nominal }: MaterialisedAction,
    status: ActionStatus,
    why: readonly string[],
    more: { readonly missing?: readonly string[]; readonly error?: HowdahError } = {},
  ): void {
    const report = { name: coordinator.name, nominal: formatOozieTime(nominal), status, why };
    this.#reports.push(tell({ ...report, missing: more.missing ?? [] }, more.error, this.#context.emit));
  }

  /** Flags of inputs that are not there, or stand for work that failed. */
  #missing({ inputFlags }: MaterialisedAction): readonly string[] {
    return inputFlags.filter((flag) => this.#tainted.has(flag) || !(existsSync(flag) || this.#wouldChange.has(flag)));
  }

  #taint(action: MaterialisedAction, standing: Standing): void {
    for (const flag of action.made(standing)) this.#tainted.add(flag);
  }

  /** Notes in a dry run that an action would run or may, and what that may change behind it. */
  #foresee(
    action: MaterialisedAction,
    standing: Standing,
    status: "would-run" | "may-run",
    why: readonly string[],
  ): void {
    for (const flag of action.made(standing)) this.#wouldChange.add(flag);
    this.#report(action, status, why);
  }
}

/** Whether an action reads what an earlier one of the same coordinator writes. */
function feedsItself(coordinator: Coordinator, standing: Standing): boolean {
  const written = new Set(writtenBy(coordinator, standing).map(({ name }) => name));
  return Object.values(coordinator.reads).some(({ dataSet }) => written.has(dataSet.name));
}

type Actions = readonly [Coordinator, readonly MaterialisedAction[]];

/** Coordinators so that each stands behind those that make what it reads; those in a circle as they were given. */
function inOrderOfNeed(all: readonly Actions[]): readonly Actions[] {
  const facts = all.map((one) => {
    const [coordinator] = one;
    // All that its workflow may run, whichever path its decisions take.
    const jobs = jobsIn(coordinator.run.workflow.body);
    const events = (of: Coordinator["reads"]): readonly string[] =>
      Object.values(of).map(({ dataSet }) => dataSet.name);
    return {
      one,
      reads: new Set([...events(coordinator.reads), ...jobs.flatMap(({ reads }) => events(reads))]),
      writes: [...events(coordinator.writes), ...jobs.flatMap(({ writes }) => writes.map(({ name }) => name))],
    };
  });
  const ordered: Actions[] = [];
  let rest = facts;
  while (rest.length > 0) {
    const free = rest.filter(
      (fact) => !rest.some((other) => other !== fact && other.writes.some((name) => fact.reads.has(name))),
    );
    const taken = free.length > 0 ? free : rest.slice(0, 1);
    ordered.push(...taken.map(({ one }) => one));
    rest = rest.filter((fact) => !taken.includes(fact));
  }
  return ordered;
}
