import { spawn, spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemCode } from "../core/errors.ts";
import { readIfThere } from "../project/disk.ts";
import { isRunning, isZombie, processStart } from "../project/process.ts";

/**
 * Every process of a sandbox carries this variable, whose value is its pid file; what a server starts (containers,
 * spark-submit) inherits it. So a process is known as the sandbox's own whatever its id was used for before.
 */
const mark = "HOWDAH_SANDBOX_SERVER";

/** A command that runs in the background. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** File of what it prints; that of the start before is kept as `<log>.1`. */
  readonly log: string;
}

/** Where the process id of a server stands. */
export function pidFile(run: string, name: string): string {
  return join(run, `${name}.pid`);
}

/** A server that this process started. */
export interface Launched {
  readonly pid: number | undefined;
  readonly hasEnded: () => boolean;
  /** Its exit code; null while it runs and when a signal ended it. */
  readonly code: () => number | null;
}

/** Starts a server in a session of its own, where it outlives this process. */
export function launchServer(run: string, name: string, launch: Launch): Launched {
  const file = pidFile(run, name);
  if (existsSync(launch.log)) renameSync(launch.log, `${launch.log}.1`);
  const out = openSync(launch.log, "a");
  try {
    // The shell writes the id before it becomes the server: a howdah that is killed here leaves nothing unknown.
    const script = 'echo $$ > "$0" && exec "$@"';
    const child = spawn("/bin/sh", ["-c", script, file, launch.command, ...launch.args], {
      cwd: launch.cwd,
      env: { ...launch.env, [mark]: file },
      detached: true,
      stdio: ["ignore", out, out],
    });
    child.on("error", () => undefined);
    child.unref();
    return {
      pid: child.pid,
      hasEnded: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null,
      code: () => child.exitCode,
    };
  } finally {
    closeSync(out);
  }
}

/** The live process of a server; undefined when there is none. `ended`: it was started, and nobody stopped it. */
export function serverProcess(run: string, name: string): { readonly pid?: number; readonly ended: boolean } {
  const file = pidFile(run, name);
  const pid = Number(readIfThere(file)?.trim() ?? "");
  if (!Number.isInteger(pid) || pid <= 0) return { ended: existsSync(file) };
  return isMarked(pid, file) ? { pid, ended: false } : { ended: true };
}

/** Forgets a server that was stopped. */
export function forgetServer(run: string, name: string): void {
  for (const file of [pidFile(run, name), join(run, `${name}.healthy`)]) rmSync(file, { force: true });
}

/** Every live process that a server of the sandbox started, and the servers themselves. */
export function markedProcesses(run: string): readonly number[] {
  const wanted = `${mark}=${run}/`;
  if (existsSync("/proc/self/environ"))
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => environment(pid).some((entry) => entry.startsWith(wanted)));
  const { stdout } = spawnSync("ps", ["axeww", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 64 << 20 });
  return stdout
    .split("\n")
    .filter((line) => line.includes(` ${wanted}`))
    .map((line) => Number.parseInt(line, 10));
}

/** The pid file of the server that a process is, or was started by, in whichever sandbox. */
export function serverOf(pid: number): string | undefined {
  return environment(pid)
    .find((entry) => entry.startsWith(`${mark}=`))
    ?.slice(mark.length + 1);
}

function isMarked(pid: number, file: string): boolean {
  return isRunning(pid) && environment(pid).includes(`${mark}=${file}`);
}

/** The environment of a process; empty when it is gone, dead but unburied, or another user's. */
function environment(pid: number): readonly string[] {
  if (existsSync("/proc/self/environ")) return linuxEnvironment(pid);
  const { stdout } = spawnSync("ps", ["eww", "-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim().split(" ");
}

function linuxEnvironment(pid: number): readonly string[] {
  try {
    return readIfThere(`/proc/${pid}/environ`)?.split("\0") ?? [];
  } catch (error) {
    if (["EACCES", "EPERM"].includes(systemCode(error) ?? "")) return [];
    throw error;
  }
}

/** Ends processes: asks each, waits up to `grace` ms, then kills. Gives those that had to be killed. */
export async function endProcesses(pids: readonly number[], grace: number): Promise<readonly number[]> {
  const alive = (): number[] => pids.filter((pid) => isRunning(pid) && !isZombie(pid));
  for (const pid of pids) signal(pid, "SIGTERM");
  const deadline = performance.now() + grace;
  while (alive().length > 0 && performance.now() < deadline) await sleep(50);
  const stubborn = alive();
  for (const pid of stubborn) signal(pid, "SIGKILL");
  while (alive().length > 0) await sleep(20);
  return stubborn;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (systemCode(error) !== "ESRCH") throw error;
  }
}

/** Resident memory in bytes and seconds since the start of processes. */
export function processFacts(
  pids: readonly number[],
): ReadonlyMap<number, { readonly resident: number; readonly seconds: number }> {
  if (pids.length === 0) return new Map();
  if (existsSync("/proc/uptime")) return linuxFacts(pids);
  const { stdout } = spawnSync("ps", ["-o", "pid=,rss=,etime=", "-p", pids.join(",")], { encoding: "utf8" });
  const lines = stdout.split("\n").map((line) => line.trim().split(/\s+/));
  return new Map(
    lines.flatMap(([pid, kilobytes, elapsed]) =>
      elapsed === undefined
        ? []
        : [[Number(pid), { resident: Number(kilobytes) * 1024, seconds: elapsedSeconds(elapsed) }] as const],
    ),
  );
}

/** The same without starting `ps`, which takes longer than all else that a status does: proc(5). */
function linuxFacts(pids: readonly number[]): ReturnType<typeof processFacts> {
  const uptime = Number.parseFloat(readFileSync("/proc/uptime", "utf8"));
  return new Map(
    pids.flatMap((pid) => {
      const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readIfThere(`/proc/${pid}/status`) ?? "")?.[1];
      const started = processStart(pid);
      if (kilobytes === undefined || started === undefined) return [];
      // What /proc counts in is a hundredth of a second, whatever the kernel's own clock.
      const seconds = Math.max(0, Math.floor(uptime - Number(started) / 100));
      return [[pid, { resident: Number(kilobytes) * 1024, seconds }] as const];
    }),
  );
}

/** `[[dd-]hh:]mm:ss`, as ps prints it. */
export function elapsedSeconds(text: string): number {
  const [clock, days] = text.split("-").reverse();
  const seconds = clock!.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
  return seconds + Number(days ?? 0) * 86_400;
}

/** How long each server took to start, in ms, the last time. */
export function startTimes(run: string): Readonly<Record<string, number>> {
  return JSON.parse(readIfThere(join(run, "start-times.json")) ?? "{}") as Record<string, number>;
}

/** Remembers how long something took. */
export function rememberTime(run: string, name: string, ms: number): void {
  const file = join(run, "start-times.json");
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...startTimes(run), [name]: ms })}\n`);
  renameSync(`${file}.new`, file);
}

/** Remembers that a server, as this process, was healthy. */
export function rememberHealthy(run: string, name: string, pid: number | undefined, ms?: number): void {
  writeFileSync(join(run, `${name}.healthy`), `${pid ?? ""}\n`);
  if (ms !== undefined) rememberTime(run, name, ms);
}

/** Whether a process was seen healthy as a server. */
export function wasHealthy(run: string, name: string, pid: number): boolean {
  return readIfThere(join(run, `${name}.healthy`))?.trim() === String(pid);
}
