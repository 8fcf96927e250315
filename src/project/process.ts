import { systemCode } from "../core/errors.ts";
import { readIfThere } from "./disk.ts";

/** Whether this machine has a process of this id. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/** The start time of a process in clock ticks since boot; undefined where /proc is not. */
export function processStart(pid: number): string | undefined {
  return processField(pid, 22);
}

/** Whether a process has ended and its parent has not asked for it yet. */
export function isZombie(pid: number): boolean {
  return processField(pid, 3) === "Z";
}

/** A field of `/proc/PID/stat` by its number in proc(5), from 3 on. */
function processField(pid: number, number: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is the command in parentheses and may hold anything.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[number - 3];
}
