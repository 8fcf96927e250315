// Whole processes, timed from outside: wall-clock seconds, and the peak of resident memory of the largest process.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Runs a program to its end. Gives seconds and peak megabytes; throws when it fails. */
export async function measure(program, args, options = {}) {
  const started = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let output = "";
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (output += text));
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, ...family(child.pid).map(peakOf))), 50);
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearInterval(timer);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output.slice(-3000)}`);
  return { seconds: (performance.now() - started) / 1000, megabytes: Math.round(peak / 1024), output };
}

/** A process and all below it. */
function family(pid) {
  try {
    const below = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean),
    );
    return [pid, ...below.flatMap((child) => family(Number(child)))];
  } catch {
    return [];
  }
}

/** Kilobytes that a process held at its highest, as the kernel counts it; 0 where that cannot be read. */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Several measurements in turn (A B A B …), so that a drift of the machine meets all alike. */
export async function inTurn(runs, tasks) {
  const results = new Map(tasks.map(([name]) => [name, []]));
  for (let i = 0; i < runs; i++) for (const [name, task] of tasks) results.get(name).push(await task());
  return results;
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function spread(numbers, digits = 2) {
  const [low, mid, high] = [Math.min(...numbers), median(numbers), Math.max(...numbers)];
  return `${mid.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}
