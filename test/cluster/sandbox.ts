import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { openSandbox, type Sandbox } from "#src/sandbox/folder.js";
import { holderOf } from "#src/sandbox/holders.js";
import { fetchPackages, packageCache, type Packages } from "#src/sandbox/packages.js";
import { markedProcesses, serverOf, serverProcess } from "#src/sandbox/process.js";
import { serviceNames, servicesOf, usualParts, type ServiceName } from "#src/sandbox/services.js";
import type { SandboxStatus, State } from "#src/sandbox/status.js";
import { portsOf } from "#src/sandbox/ports.js";
import { clusterAt, type ClusterAddresses } from "../support/cluster.js";
import { startCommand, type Ended, type Started } from "../support/command.js";

/** A sandbox as people have it: by commands. */
export class TestSandbox {
  readonly at: ClusterAddresses;
  readonly name: string;
  /** XDG_DATA_HOME. */
  readonly home: string;
  /** What each `up` is told. */
  readonly #choices: readonly string[];
  readonly #ends: Promise<Ended>[] = [];

  constructor(at: ClusterAddresses, name: string, home: string, choices: readonly string[] = []) {
    this.at = at;
    this.name = name;
    this.home = home;
    this.#choices = choices;
  }

  /** The one whose servers a suite was given: that of the process behind its NameNode's port. */
  static given(at: ClusterAddresses): TestSandbox {
    const holder = holderOf(Number(new URL(at.webHdfs).port));
    const pidFile = holder === undefined ? undefined : serverOf(holder.pid);
    assert.ok(pidFile !== undefined, `no sandbox's server listens at ${at.webHdfs}`);
    // HOME/howdah/sandboxes/NAME/run/namenode.pid
    const folder = dirname(dirname(pidFile));
    return new TestSandbox(at, basename(folder), dirname(dirname(dirname(folder))));
  }

  /** One of a suite's own, which does not exist yet, beside the one that others use. */
  static own(offset: number, name = "faults", choices: readonly string[] = []): TestSandbox {
    const home = mkdtempSync(join(tmpdir(), "howdah-test-"));
    return new TestSandbox(clusterAt(portsOf(offset)), name, home, ["--port-offset", String(offset), ...choices]);
  }

  /** Starts `howdah sandbox VERB`. */
  start(verb: string, ...more: readonly string[]): Started {
    const words = [...(verb === "up" ? this.#choices : []), ...more];
    const args = ["sandbox", verb, "--name", this.name, ...words];
    const started = startCommand(args, this.home, { XDG_DATA_HOME: this.home });
    this.#ends.push(started.ended);
    return started;
  }

  /** Runs `howdah sandbox VERB` to its end. */
  run(verb: string, ...more: readonly string[]): Promise<Ended> {
    return this.start(verb, ...more).ended;
  }

  /** A client of the sandbox, run to its end. */
  sh(...command: readonly string[]): Promise<Ended> {
    return this.run("sh", "--", ...command);
  }

  /** The servers that `up` says it started. */
  async up(...more: readonly string[]): Promise<readonly string[]> {
    const { code, out, err } = await this.run("up", "--json", ...more);
    assert.equal(code, 0, err);
    return (JSON.parse(out) as { started: readonly string[] }).started;
  }

  async status(): Promise<SandboxStatus & { readonly code: number | null }> {
    const { code, out, err } = await this.run("status", "--json");
    assert.notEqual(out, "", err);
    return { code, ...(JSON.parse(out) as SandboxStatus) };
  }

  get opened(): Sandbox {
    return openSandbox(this.name, join(this.home, "howdah", "sandboxes"));
  }

  pidOf(name: ServiceName): number {
    const { pid } = serverProcess(this.opened.run, name);
    assert.ok(pid !== undefined, `${name} does not live`);
    return pid;
  }

  /** The process ids of the servers that live. */
  servers(): Readonly<Partial<Record<ServiceName, number>>> {
    const { run } = this.opened;
    return Object.fromEntries(
      serviceNames.flatMap((name) => {
        const { pid } = serverProcess(run, name);
        return pid === undefined ? [] : [[name, pid]];
      }),
    );
  }

  /** Every live process of the sandbox by the server that it is, or was started by. */
  processes(): ReadonlyMap<string, readonly number[]> {
    const found = new Map<string, number[]>();
    for (const pid of markedProcesses(this.opened.run)) {
      const file = serverOf(pid);
      // It has ended meanwhile.
      if (file === undefined) continue;
      const name = basename(file, ".pid");
      found.set(name, [...(found.get(name) ?? []), pid]);
    }
    return found;
  }

  /** The names of servers whose process id is kept. */
  kept(): readonly string[] {
    const { run } = this.opened;
    if (!existsSync(run)) return [];
    return readdirSync(run).flatMap((file) => (file.endsWith(".pid") ? [basename(file, ".pid")] : []));
  }

  /** Stops what may still run. What lies there is left to be looked at, unless all went well. */
  async end(well: boolean): Promise<void> {
    // Of two at once, one may have failed a test while the other goes on starting servers.
    await Promise.allSettled(this.#ends);
    const { code, err } = await this.run("down");
    if (existsSync(this.opened.folder)) assert.equal(code, 0, err);
    if (well) rmSync(this.home, { recursive: true, force: true });
  }
}

/** The nine that start when nobody names parts. */
export const usualServers = servicesOf(usualParts);
/** Those that start by name alone. */
export const otherServers = serviceNames.filter((name) => !usualServers.includes(name));

/** The names of services in one state. */
export function inState({ services }: SandboxStatus, ...states: readonly State[]): readonly ServiceName[] {
  return services.filter(({ state }) => states.includes(state)).map(({ name }) => name);
}

/** Where the packages of real servers lie; they are there when a sandbox is. */
export function fetchedPackages(): Promise<Packages> {
  return fetchPackages(["hadoop", "oozie", "spark"], { cache: packageCache(), emit: () => undefined });
}

/** The jar of Hadoop's example jobs. */
export async function exampleJobs(): Promise<string> {
  const { hadoop } = await fetchedPackages();
  const name = readdirSync(hadoop).find((file) => file.startsWith("hadoop-mapreduce-examples-"));
  assert.ok(name !== undefined, `no example jobs in ${hadoop}`);
  return join(hadoop, name);
}
