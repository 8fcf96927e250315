import { setTimeout as sleep } from "node:timers/promises";
import type { Emit } from "../core/events.ts";
import { HowdahError, isHowdahError, messageOf, throwAll } from "../core/errors.ts";
import { inOrder } from "./graph.ts";
import {
  endProcesses,
  forgetServer,
  launchServer,
  markedProcesses,
  processFacts,
  rememberHealthy,
  rememberTime,
  serverProcess,
  startTimes,
  wasHealthy,
  type Launch,
} from "./process.ts";

/** A server as the supervisor sees it. */
export interface Server {
  readonly name: string;
  /** Servers and tasks that must be healthy, or done, before its start. */
  readonly needs: readonly string[];
  readonly launch: () => Launch;
  /** Servers without which it cannot seem healthy, though it may be. */
  readonly leansOn?: readonly string[];
  /** What is wrong with it, or undefined. Never throws, and answers soon. */
  readonly unwell: () => Promise<string | undefined>;
  /** How long a stop may take before it is killed, in ms. */
  readonly grace: number;
}

/** Work that stands between the starts of servers. */
export interface Task {
  readonly name: string;
  readonly needs: readonly string[];
  readonly run: () => Promise<void>;
}

export interface Patience {
  /** How long a start may take, in ms. */
  readonly start: number;
  /** How long a live server may stay silent before it is started again, in ms. */
  readonly silence: number;
}

export interface Supervision {
  /** Folder of process ids. */
  readonly run: string;
  readonly emit: Emit;
  readonly signal?: AbortSignal | undefined;
  /** @default 120 s for a start, 20 s for silence */
  readonly patience?: Patience;
  /** Says why a start failed, from what is known of the server; the given reason otherwise. */
  readonly explain?: (server: Server, reason: string) => HowdahError;
}

/**
 * Starts what does not run, and waits until all are healthy; what runs and is healthy is left alone, what is silent is
 * started again. When the signal comes, what this call started is stopped. Gives the names of the started.
 *
 * Throws every failure; what does not depend on one goes on running.
 */
export async function startAll(
  servers: readonly Server[],
  tasks: readonly Task[],
  supervision: Supervision,
): Promise<readonly string[]> {
  const { run, emit, signal } = supervision;
  const started: string[] = [];
  const steps = [
    ...tasks.map((task) => ({ ...task, work: () => doTask(task, supervision) })),
    ...servers.map((server) => ({
      ...server,
      work: () => {
        const leansOn = servers.filter(({ name }) => server.leansOn?.includes(name) === true);
        return ensure(server, leansOn, supervision, () => void started.push(server.name));
      },
    })),
  ];
  const { failed, left } = await inOrder(steps, ({ work }) => work(), signal);
  if (signal?.aborted === true) {
    const ours = servers.filter(({ name }) => started.includes(name));
    emit({ event: "sandbox.undoing", servers: ours.map(({ name }) => name) });
    await stopAll(ours, { run, emit });
    throw signal.reason;
  }
  const problems = [...failed.values()].map((error) =>
    isHowdahError(error)
      ? error
      : new HowdahError(messageOf(error), { code: "SANDBOX_START", fault: "run", cause: error }),
  );
  const waiting = left.filter((name) => servers.some((server) => server.name === name));
  if (waiting.length > 0) emit({ event: "sandbox.left", servers: waiting });
  throwAll(problems);
  return started;
}

async function doTask(task: Task, { run, emit }: Supervision): Promise<void> {
  const begun = performance.now();
  emit({ event: "sandbox.task.started", name: task.name, lastMs: startTimes(run)[task.name] });
  await task.run();
  const ms = Math.round(performance.now() - begun);
  // What found nothing to do tells nothing of how long the work takes.
  if (ms > 1000) rememberTime(run, task.name, ms);
  emit({ event: "sandbox.task.done", name: task.name, ms });
}

async function ensure(
  server: Server,
  leansOn: readonly Server[],
  supervision: Supervision,
  onStart: () => void,
): Promise<void> {
  const { run, emit, signal, patience = { start: 120_000, silence: 20_000 } } = supervision;
  const { name } = server;
  const before = serverProcess(run, name);
  if (before.pid !== undefined) {
    // What it needs may have come back only now. Its own silence begins when those answer on which it leans; one that was
    // never healthy may be in the middle of its start, which an up began that was killed.
    const { silence, start } = patience;
    const age = (processFacts([before.pid]).get(before.pid)?.seconds ?? 0) * 1000;
    const allowed = wasHealthy(run, name, before.pid) ? silence : Math.max(silence, start - age);
    const looked = performance.now();
    let answered = looked;
    do {
      if ((await server.unwell()) === undefined) {
        rememberHealthy(run, name, before.pid);
        return emit({ event: "sandbox.server.healthy", name, pid: before.pid, how: "already" });
      }
      const others = await Promise.all(leansOn.map((other) => other.unwell()));
      if (others.some((why) => why !== undefined)) answered = performance.now();
      signal?.throwIfAborted();
      await sleep(100);
    } while (
      serverProcess(run, name).pid !== undefined &&
      performance.now() < Math.min(answered + allowed, looked + start)
    );
    emit({ event: "sandbox.server.restarting", name, why: await server.unwell() });
    await endProcesses([before.pid], server.grace);
  } else if (before.ended) emit({ event: "sandbox.server.died", name });
  signal?.throwIfAborted();
  const begun = performance.now();
  emit({ event: "sandbox.server.starting", name, lastMs: startTimes(run)[name] });
  const launch = server.launch();
  const launched = launchServer(run, name, launch);
  const { pid } = launched;
  onStart();
  const failure = (why: string): HowdahError =>
    supervision.explain?.(server, why) ??
    new HowdahError(`${name} ${why}`, { code: "SANDBOX_START", fault: "run", where: launch.log });
  for (let why: string | undefined = ""; why !== undefined;) {
    await sleep(100);
    signal?.throwIfAborted();
    // Asked before it is seen to live: what answers in the place of a dead one is not taken for it.
    why = await server.unwell();
    if (launched.hasEnded()) throw failure("ended while it was starting");
    // On a busy machine the pid file may still be of the one before.
    if (serverProcess(run, name).pid !== pid) why ??= "another answers in its place";
    if (why !== undefined && performance.now() - begun > patience.start)
      throw failure(`is not healthy after ${Math.round(patience.start / 1000)} s: ${why}`);
  }
  const ms = Math.round(performance.now() - begun);
  rememberHealthy(run, name, pid, ms);
  emit({ event: "sandbox.server.healthy", name, pid, how: "started", ms });
}

/**
 * Ends servers, those first that others do not need, and then whatever they started. Gives what was stopped. Processes
 * of others are never touched.
 */
export async function stopAll(
  servers: readonly Server[],
  { run, emit, leftovers = false }: { readonly run: string; readonly emit: Emit; readonly leftovers?: boolean },
): Promise<readonly string[]> {
  const stopped: string[] = [];
  const steps = servers.map((server) => ({
    ...server,
    needs: servers.filter(({ needs }) => needs.includes(server.name)).map(({ name }) => name),
  }));
  await inOrder(steps, async ({ name, grace }) => {
    const { pid } = serverProcess(run, name);
    if (pid !== undefined) {
      const begun = performance.now();
      emit({ event: "sandbox.server.stopping", name, pid });
      const killed = (await endProcesses([pid], grace)).length > 0;
      stopped.push(name);
      emit({ event: "sandbox.server.stopped", name, pid, killed, ms: Math.round(performance.now() - begun) });
    }
    forgetServer(run, name);
  });
  // Containers of YARN, and what Livy launched, outlive a server that was killed.
  const others = leftovers ? markedProcesses(run) : [];
  if (others.length > 0) {
    emit({ event: "sandbox.leftovers", pids: others });
    await endProcesses(others, 3000);
  }
  return stopped;
}
