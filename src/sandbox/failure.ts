import { existsSync, readFileSync } from "node:fs";
import { HowdahError } from "../core/errors.ts";
import { diagnose } from "./diagnose.ts";

/** Why a server did not start: what its log says, and the fix where the cause is known. */
export function startFailure(title: string, log: string, reason: string): HowdahError {
  const { lines, next } = diagnose(existsSync(log) ? readFileSync(log, "utf8").slice(-2_000_000) : "");
  const told = lines.length === 0 ? "its log is empty" : lines.map((line) => `    ${line}`).join("\n");
  return new HowdahError(`${title} ${reason}:\n${told}`, {
    code: "SANDBOX_START",
    fault: "run",
    where: log,
    next: next ?? "read the log; then `howdah sandbox up` goes on where it stopped",
  });
}
