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

/** The start time of a process in clock ticks since boot (proc(5), field 22); undefined where /proc is not. */
export function processStart(pid: number): string | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The second field is the command in parentheses and may hold anything.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
