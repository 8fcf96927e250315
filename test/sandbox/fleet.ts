import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Emit } from "#src/core/events.js";
import { startFailure } from "#src/sandbox/failure.js";
import { usualChoices, withChoices, writeSandbox, type Sandbox } from "#src/sandbox/folder.js";
import { alone } from "#src/sandbox/locked.js";
import { serverProcess, type Launch } from "#src/sandbox/process.js";
import { startAll, stopAll, type Patience, type Server, type Task } from "#src/sandbox/supervise.js";
import { messageOf } from "#src/core/errors.js";
import type { ServiceBehaviour } from "./fake-service.js";

/** A service of a fleet: how it behaves, and what it needs. */
export interface Ship extends Omit<ServiceBehaviour, "starts"> {
  readonly needs?: readonly string[];
  /** Milliseconds. */
  readonly grace?: number;
}

/** Services of tests in the folder of a sandbox. */
export interface Fleet {
  readonly sandbox: Sandbox;
  readonly servers: readonly Server[];
  /** Starts what does not run, as `howdah sandbox up` does; gives what was started. */
  readonly up: (options?: FleetOptions) => Promise<readonly string[]>;
  readonly down: (emit?: Emit) => Promise<readonly string[]>;
  readonly pid: (name: string) => number | undefined;
  /** The names of what was started, in order, from the first start on. */
  readonly starts: () => readonly string[];
}

export interface FleetOptions {
  readonly emit?: Emit;
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
  readonly tasks?: readonly Task[];
}

const program = join(import.meta.dirname, "fake-service.js");

export function launchOf({ sandbox }: Pick<Fleet, "sandbox">, ship: Ship): Launch {
  const behaviour: ServiceBehaviour = { ...ship, starts: join(sandbox.folder, "starts") };
  return {
    command: process.execPath,
    args: [program, JSON.stringify(behaviour)],
    env: { PATH: process.env["PATH"] ?? "" },
    cwd: sandbox.folder,
    log: join(sandbox.logs, `${ship.name}.log`),
  };
}

export function fleetOf(folder: string, ships: readonly Ship[]): Fleet {
  const sandbox = withChoices("fleet", folder, usualChoices);
  const servers = ships.map((ship): Server => {
    const { name, needs = [], grace = 20_000, port } = ship;
    return {
      name,
      needs,
      launch: () => launchOf({ sandbox }, ship),
      unwell: () =>
        new Promise((resolve) => {
          const socket = connect({ host: "127.0.0.1", port, timeout: 2000 });
          const end = (why?: string): void => {
            socket.destroy();
            resolve(why);
          };
          socket.on("connect", () => end()).on("timeout", () => end("no answer"));
          socket.on("error", (error) => end(messageOf(error)));
        }),
      grace,
    };
  });
  const ignore: Emit = () => undefined;
  return {
    sandbox,
    servers,
    up: ({ emit = ignore, signal, patience, tasks = [] } = {}) => {
      mkdirSync(folder, { recursive: true });
      writeSandbox(sandbox);
      return alone(sandbox, { emit, ...(signal === undefined ? {} : { signal }) }, () =>
        startAll(servers, tasks, {
          run: sandbox.run,
          emit,
          signal,
          ...(patience === undefined ? {} : { patience }),
          explain: ({ name }, why) => startFailure(name, join(sandbox.logs, `${name}.log`), why),
        }),
      );
    },
    down: (emit = ignore) =>
      alone(sandbox, { emit }, () => stopAll(servers, { run: sandbox.run, emit, leftovers: true })),
    pid: (name) => serverProcess(sandbox.run, name).pid,
    starts: () => {
      const file = join(folder, "starts");
      if (!existsSync(file)) return [];
      return readFileSync(file, "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => line.split(" ")[0]!);
    },
  };
}
