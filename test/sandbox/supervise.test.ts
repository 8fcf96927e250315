import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ManyErrors, type HowdahError } from "#src/core/errors.js";
import type { HowdahEvent } from "#src/core/events.js";
import { isRunning, isZombie } from "#src/project/process.js";
import { writeSandbox } from "#src/sandbox/folder.js";
import { elapsedSeconds, endProcesses, launchServer, markedProcesses, pidFile } from "#src/sandbox/process.js";
import { processFacts, serverOf, serverProcess, startTimes } from "#src/sandbox/process.js";
import { startAll } from "#src/sandbox/supervise.js";
import { startProgram, type Started } from "../support/command.js";
import { closedPort } from "../support/faults.js";
import { freshFolders } from "../support/folders.js";
import { until } from "../support/until.js";
import { fleetOf, launchOf, type Fleet, type Ship } from "./fleet.js";

const worker = join(import.meta.dirname, "fleet-worker.js");

describe("the supervision of servers", () => {
  const folderOf = freshFolders();
  const fleets: Fleet[] = [];
  const foreign: ChildProcess[] = [];
  const lives = (pid: number): boolean => isRunning(pid) && !isZombie(pid);

  afterEach(async () => {
    for (const { sandbox } of fleets.splice(0)) await endProcesses(markedProcesses(sandbox.run), 0);
    for (const child of foreign.splice(0)) child.kill("SIGKILL");
  });

  /** A fleet of these services, each with a free port unless it has one. */
  async function fleet(
    ships: readonly (Omit<Ship, "port"> & { readonly port?: number })[],
    folder = folderOf(),
  ): Promise<Fleet & { readonly ships: readonly Ship[]; readonly folder: string }> {
    const whole: Ship[] = [];
    for (const ship of ships) whole.push({ ...ship, port: ship.port ?? (await closedPort()) });
    const made = { ...fleetOf(folder, whole), ships: whole, folder };
    fleets.push(made);
    return made;
  }

  function another({ folder, ships }: { readonly folder: string; readonly ships: readonly Ship[] }): Started {
    return startProgram(process.execPath, [worker, folder, JSON.stringify(ships)], folder);
  }

  /** A process that has nothing to do with any sandbox. */
  function stranger(): number {
    const child = spawn("sleep", ["300"], { stdio: "ignore" });
    foreign.push(child);
    return child.pid!;
  }

  async function failures(work: Promise<unknown>): Promise<readonly HowdahError[]> {
    const error: unknown = await work.then(
      () => assert.fail("it did not fail"),
      (thrown: unknown) => thrown,
    );
    return error instanceof ManyErrors ? error.problems : [error as HowdahError];
  }

  it("starts each when what it needs is healthy, with the work between, and stops them the other way round", async () => {
    const events: HowdahEvent[] = [];
    const emit = (event: HowdahEvent): void => void events.push(event);
    const made = await fleet([
      { name: "store", needs: ["format"] },
      { name: "engine", needs: ["folders"] },
      { name: "front", needs: ["engine", "store"] },
    ]);
    const done: string[] = [];
    const task = (name: string, needs: readonly string[]) => ({
      name,
      needs,
      run: () => Promise.resolve(void done.push(`${name}: ${made.starts().join(" ")}`)),
    });
    const started = await made.up({ emit, tasks: [task("format", []), task("folders", ["store"])] });
    assert.deepEqual(started, ["store", "engine", "front"]);
    assert.deepEqual(made.starts(), ["store", "engine", "front"]);
    assert.deepEqual(done, ["format: ", "folders: store"]);
    const order = events.map(({ event, name }) => `${event} ${String(name)}`);
    const at = (what: string): number => order.indexOf(what);
    assert.ok(at("sandbox.server.healthy store") < at("sandbox.task.started folders"), order.join("\n"));
    assert.ok(at("sandbox.server.healthy engine") < at("sandbox.server.starting front"), order.join("\n"));
    assert.deepEqual(Object.keys(startTimes(made.sandbox.run)).toSorted(), ["engine", "front", "store"]);
    const pids = ["store", "engine", "front"].map((name) => made.pid(name)!);
    const [first, ...others] = await made.down();
    assert.deepEqual([first, others.toSorted()], ["front", ["engine", "store"]]);
    assert.deepEqual(pids.filter(lives), []);
    assert.deepEqual(
      ["store", "engine", "front"].map((name) => existsSync(pidFile(made.sandbox.run, name))),
      [false, false, false],
    );
  });

  it("leaves alone what is healthy, also when it is asked twice", async () => {
    const made = await fleet([{ name: "a" }, { name: "b", needs: ["a"] }]);
    await made.up();
    const before = [made.pid("a"), made.pid("b")];
    assert.deepEqual(await made.up(), []);
    assert.deepEqual([made.pid("a"), made.pid("b")], before);
    assert.equal(made.starts().length, 2);
  });

  it("starts again what died, and nothing else", async () => {
    const made = await fleet([{ name: "a" }, { name: "b", needs: ["a"] }, { name: "c", needs: ["b"] }]);
    await made.up();
    const [a, b, c] = ["a", "b", "c"].map((name) => made.pid(name)!);
    process.kill(b!, "SIGKILL");
    await until(() => !lives(b!), "b is dead");
    assert.deepEqual(serverProcess(made.sandbox.run, "b"), { ended: true });
    const events: HowdahEvent[] = [];
    assert.deepEqual(await made.up({ emit: (event) => void events.push(event) }), ["b"]);
    assert.ok(events.some(({ event, name }) => event === "sandbox.server.died" && name === "b"));
    assert.deepEqual([made.pid("a"), made.pid("c")], [a, c]);
    assert.notEqual(made.pid("b"), b);
  });

  it("starts again what lives but stays silent, and waits for what comes back by itself", async () => {
    const folder = folderOf();
    const mute = join(folder, "mute");
    const made = await fleet([{ name: "a", muteFile: mute }], folder);
    await made.up();
    const first = made.pid("a")!;
    writeFileSync(mute, "");
    await until(async () => (await made.servers[0]!.unwell()) !== undefined, "a is silent");
    setTimeout(() => rmSync(mute), 300);
    assert.deepEqual(await made.up({ patience: { start: 60_000, silence: 30_000 } }), []);
    assert.equal(made.pid("a"), first);
    writeFileSync(mute, "");
    await until(async () => (await made.servers[0]!.unwell()) !== undefined, "a is silent again");
    const emit = ({ event }: HowdahEvent): void => {
      if (event === "sandbox.server.starting") rmSync(mute);
    };
    assert.deepEqual(await made.up({ patience: { start: 60_000, silence: 200 }, emit }), ["a"]);
    assert.ok(!lives(first), "the silent one was left running");
  });

  it("tells what decides of the log of one that ends while it starts; the next call repairs it alone", async () => {
    const folder = folderOf();
    const mended = join(folder, "mended");
    const says = [
      "INFO  Server: starting",
      "ERROR Server: cannot bind",
      "java.net.BindException: Address already in use",
      "\tat sun.nio.ch.Net.bind0(Native Method)",
      "INFO  Server: SHUTDOWN_MSG",
    ].join("\n");
    const made = await fleet(
      [{ name: "a" }, { name: "b", fails: { says, until: mended } }, { name: "c", needs: ["b"] }, { name: "d" }],
      folder,
    );
    const events: HowdahEvent[] = [];
    const [error, ...more] = await failures(made.up({ emit: (event) => void events.push(event) }));
    assert.deepEqual([error!.code, more.length], ["SANDBOX_START", 0]);
    assert.equal(
      error!.message,
      "b ended while it was starting:\n    ERROR Server: cannot bind\n    java.net.BindException: Address already in use",
    );
    assert.match(error!.next ?? "", /another program took a port/);
    assert.equal(error!.where, join(made.sandbox.logs, "b.log"));
    assert.deepEqual(events.find(({ event }) => event === "sandbox.left")?.["servers"], ["c"]);
    const [a, d] = [made.pid("a"), made.pid("d")];
    assert.ok(a !== undefined && d !== undefined && made.pid("c") === undefined);
    writeFileSync(mended, "");
    assert.deepEqual(await made.up(), ["b", "c"]);
    assert.deepEqual([made.pid("a"), made.pid("d")], [a, d]);
    assert.match(readFileSync(join(made.sandbox.logs, "b.log.1"), "utf8"), /BindException/);
  });

  it("tells every failure, also that of a command that is not there and of a task", async () => {
    const made = await fleet([{ name: "a" }]);
    const servers = made.servers.map((server) => ({
      ...server,
      launch: () => ({ ...server.launch(), command: "/no/such/java" }),
    }));
    const { sandbox } = made;
    writeSandbox(sandbox);
    const task = { name: "t", needs: [], run: () => Promise.reject(new Error("the task broke")) };
    const problems = await failures(startAll(servers, [task], { run: sandbox.run, emit: () => undefined }));
    assert.deepEqual(problems.map(({ message }) => message).toSorted(), [
      "a ended while it was starting",
      "the task broke",
    ]);
    assert.match(readFileSync(join(sandbox.logs, "a.log"), "utf8"), /\/no\/such\/java/);
  });

  it("gives up on one that is not healthy in time, and says what is wrong with it", async () => {
    const folder = folderOf();
    const made = await fleet([{ name: "a", after: join(folder, "never") }], folder);
    const [error] = await failures(made.up({ patience: { start: 300, silence: 300 } }));
    assert.match(error!.message, /^a is not healthy after 0 s: .*ECONNREFUSED/);
    assert.ok(made.pid("a") !== undefined, "it is left to be looked at");
    writeFileSync(join(folder, "never"), "");
    assert.deepEqual(await made.up(), [], "the next call found it healthy");
  });

  it("does not take what answers for the server that has died", async () => {
    const made = await fleet([{ name: "a", fails: { says: "ERROR no", until: join(folderOf(), "never") } }]);
    const { sandbox } = made;
    writeSandbox(sandbox);
    // Whoever answers does so only once the server is dead.
    const unwell = async (): Promise<undefined> => {
      await until(() => made.starts().length === 1 && made.pid("a") === undefined, "a is dead");
    };
    const servers = made.servers.map((server) => ({ ...server, unwell }));
    const [error] = await failures(startAll(servers, [], { run: sandbox.run, emit: () => undefined }));
    assert.equal(error!.message, "a ended while it was starting");
  });

  it("waits for the pid of what it started where that of the one before still stands", async () => {
    const made = await fleet([{ name: "a" }]);
    const { sandbox } = made;
    writeSandbox(sandbox);
    const file = pidFile(sandbox.run, "a");
    const before = `${stranger()}\n`;
    let written: string | undefined;
    // The shell writes the id late: it is hidden for a look.
    const unwell = async (): Promise<string | undefined> => {
      if (written === undefined) {
        await until(() => made.pid("a") !== undefined, "a has its pid");
        written = readFileSync(file, "utf8");
        writeFileSync(file, before);
      } else writeFileSync(file, written);
      return undefined;
    };
    const servers = made.servers.map((server) => ({ ...server, unwell }));
    assert.deepEqual(await startAll(servers, [], { run: sandbox.run, emit: () => undefined }), ["a"]);
    assert.equal(made.pid("a"), Number(written));
  });

  it("stops what this call started when the signal comes, and nothing else", async () => {
    const folder = folderOf();
    const made = await fleet([{ name: "old" }], folder);
    await made.up();
    const old = made.pid("old")!;
    const more = await fleet(
      [
        { name: "old", port: made.ships[0]!.port },
        { name: "quick" },
        { name: "slow", needs: ["quick"], after: join(folder, "never") },
        { name: "last", needs: ["slow"] },
      ],
      folder,
    );
    const stop = new AbortController();
    const reason = new Error("stopped by a test");
    const pids: number[] = [];
    const emit = ({ event, name, pid }: HowdahEvent): void => {
      if (event === "sandbox.server.healthy" && name === "quick") pids.push(Number(pid));
    };
    const going = more.up({ signal: stop.signal, emit });
    going.catch(() => undefined);
    await until(() => more.pid("slow") !== undefined, "slow is starting");
    pids.push(more.pid("slow")!);
    stop.abort(reason);
    await assert.rejects(going, reason);
    assert.deepEqual(pids.filter(lives), []);
    assert.equal(more.pid("old"), old);
    assert.deepEqual(
      more.starts().filter((name) => name === "last"),
      [],
    );
  });

  it("kills what does not end when asked, and says so", async () => {
    const made = await fleet([{ name: "stubborn", stubborn: true, grace: 200 }, { name: "good" }]);
    await made.up();
    const events: HowdahEvent[] = [];
    await made.down((event) => void events.push(event));
    const killed = events.filter(({ event }) => event === "sandbox.server.stopped");
    assert.deepEqual(Object.fromEntries(killed.map(({ name, killed: was }) => [name, was])), {
      stubborn: true,
      good: false,
    });
  });

  it("stops what servers have started, when all is stopped", async () => {
    const made = await fleet([{ name: "a", offspring: true }]);
    await made.up();
    await until(() => markedProcesses(made.sandbox.run).length === 2, "the server has a child");
    const all = markedProcesses(made.sandbox.run);
    process.kill(made.pid("a")!, "SIGKILL");
    await made.down();
    assert.deepEqual(all.filter(lives), []);
  });

  it("never touches another's process, whatever the pid file says", async () => {
    const made = await fleet([{ name: "a" }, { name: "b" }, { name: "c" }]);
    await made.up();
    const other = await fleet([{ name: "a" }, { name: "b" }]);
    await other.up();
    // The ids are used again by somebody else: a stranger, a server of another sandbox, another server of this one.
    const pids = [stranger(), other.pid("b")!, made.pid("c")!];
    for (const name of ["a", "b"]) await endProcesses([made.pid(name)!], 0);
    writeFileSync(pidFile(made.sandbox.run, "a"), `${pids[0]!}\n`);
    writeFileSync(pidFile(made.sandbox.run, "b"), `${pids[1]!}\n`);
    assert.deepEqual(
      ["a", "b"].map((name) => serverProcess(made.sandbox.run, name)),
      [{ ended: true }, { ended: true }],
    );
    assert.deepEqual(await made.up(), ["a", "b"]);
    writeFileSync(pidFile(made.sandbox.run, "b"), `${pids[2]!}\n`);
    assert.deepEqual(serverProcess(made.sandbox.run, "b"), { ended: true });
    assert.deepEqual((await made.down()).toSorted(), ["a", "c"]);
    assert.deepEqual([pids.slice(0, 2).filter(lives), lives(other.pid("a")!)], [pids.slice(0, 2), true]);
    // The one whose file was lost is known by its mark all the same.
    assert.deepEqual(markedProcesses(made.sandbox.run), []);
  });

  for (const [what, text] of [
    ["is empty", ""],
    ["holds no number", "pid"],
    ["holds a group", "-1\n"],
    ["holds zero", "0\n"],
  ] as const)
    it(`takes a pid file that ${what} for that of a dead server`, async () => {
      const made = await fleet([{ name: "a" }]);
      await made.up();
      await made.down();
      writeFileSync(pidFile(made.sandbox.run, "a"), text);
      assert.deepEqual(serverProcess(made.sandbox.run, "a"), { ended: true });
      assert.deepEqual(await made.down(), []);
    });

  it("goes on where a killed one stopped: nothing is started twice", async () => {
    const folder = folderOf();
    const go = join(folder, "go");
    const made = await fleet(
      [{ name: "a" }, { name: "b", needs: ["a"], after: go }, { name: "c", needs: ["b"] }],
      folder,
    );
    const { child, ended } = another(made);
    await until(() => made.starts().includes("b"), "b is starting");
    child.kill("SIGKILL");
    await ended;
    assert.ok(existsSync(join(made.sandbox.run, "lock")), "the killed one left its lock");
    const [a, b] = [made.pid("a"), made.pid("b")];
    writeFileSync(go, "");
    assert.deepEqual(await made.up(), ["c"]);
    assert.deepEqual([made.pid("a"), made.pid("b")], [a, b]);
    assert.deepEqual(made.starts(), ["a", "b", "c"]);
    assert.equal((await made.down()).length, 3);
  });

  it("lets one call work at a time: the second finds all healthy", async () => {
    const folder = folderOf();
    const go = join(folder, "go");
    const made = await fleet([{ name: "a", after: go }, { name: "b" }], folder);
    const first = another(made);
    await until(() => made.starts().length === 2, "the first call starts both");
    const second = another(made);
    let told = "";
    second.child.stdout!.on("data", (text: string) => (told += text));
    await until(() => told.includes("sandbox.waiting"), "the second call waits");
    assert.ok(told.includes(`"pid":${first.child.pid!}`));
    writeFileSync(go, "");
    const outcomes = (await Promise.all([first.ended, second.ended])).map(({ code, out }) => [
      code,
      (JSON.parse(out.trim().split("\n").at(-1)!) as { started: readonly string[] }).started.toSorted(),
    ]);
    assert.deepEqual(outcomes, [
      [0, ["a", "b"]],
      [0, []],
    ]);
    assert.equal(made.starts().length, 2);
  });

  it("knows its servers by their mark, their memory and their age", async () => {
    const made = await fleet([{ name: "a" }]);
    await made.up();
    const pid = made.pid("a")!;
    assert.equal(serverOf(pid), pidFile(made.sandbox.run, "a"));
    assert.equal(serverOf(stranger()), undefined);
    const { resident, seconds } = processFacts([pid]).get(pid)!;
    assert.ok(resident > 1e6 && resident < 2e9, String(resident));
    assert.ok(seconds < 600, String(seconds));
    assert.deepEqual(processFacts([]), new Map());
  });

  it("says how a command ended that was no server", async () => {
    const made = await fleet([{ name: "a" }]);
    await made.up();
    await made.down();
    const launch = { ...launchOf(made, made.ships[0]!), command: "/bin/sh", args: ["-c", "echo done; exit 7"] };
    const { hasEnded, code } = launchServer(made.sandbox.run, "format", launch);
    await until(hasEnded, "it has ended");
    assert.equal(code(), 7);
    assert.equal(readFileSync(launch.log, "utf8"), "done\n");
  });

  it("reads the times of ps", () => {
    const texts = ["00:05", "12:30", "01:00:00", "2-03:04:05"];
    assert.deepEqual(texts.map(elapsedSeconds), [5, 750, 3600, 2 * 86_400 + 3 * 3600 + 245]);
  });
});
