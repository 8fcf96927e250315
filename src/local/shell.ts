import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { HowdahError, systemCode } from "../core/errors.ts";
import type { ShellAction } from "../oozie/actions/index.ts";
import { evaluate, type Scope } from "../oozie/el/index.ts";
import { onDisk } from "../project/disk.ts";
import { runFs } from "./actions.ts";
import type { WalkContext } from "./walk.ts";

/**
 * Runs a shell action's command on this machine, in a folder of its own that holds its files, and gives back what it
 * printed as `key=value`. A command that this machine does not have fails with a sentence that says so.
 */
export async function runShell(
  action: ShellAction,
  scope: Scope,
  { data, project, signal }: Pick<WalkContext, "data" | "project" | "signal">,
): Promise<Readonly<Record<string, string>>> {
  runFs(action.prepare, scope, data);
  const folder = mkdtempSync(join(tmpdir(), "howdah-shell-"));
  try {
    for (const file of [...action.files, ...action.archives]) {
      const path = typeof file === "string" ? join(project, file) : data.path(String(evaluate(file, scope)), file.at);
      onDisk(`copy ${path}`, path, () => cpSync(path, join(folder, basename(path)), { recursive: true }));
    }
    const env = Object.entries(action.environment).map(([key, value]): [string, string] => [
      key,
      String(evaluate(value, scope)),
    ]);
    const output = await spawned(
      action,
      action.arguments.map((argument) => String(evaluate(argument, scope))),
      {
        cwd: folder,
        env: { ...process.env, PATH: `${folder}:${process.env["PATH"] ?? ""}`, ...Object.fromEntries(env) },
        signal,
      },
    );
    if (!action.captureOutput) return {};
    const lines = output.split("\n").map((line) => /^([^=\s]+)=(.*)$/.exec(line));
    return Object.fromEntries(lines.flatMap((line) => (line === null ? [] : [[line[1]!, line[2]!]])));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function spawned(
  action: ShellAction,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; signal: AbortSignal },
): Promise<string> {
  const failed = (why: string, next?: string, cause?: unknown): HowdahError =>
    new HowdahError(`action ${action.name}: ${why}`, {
      code: "SHELL",
      fault: "run",
      where: action.at,
      cause,
      ...(next === undefined ? {} : { next }),
    });
  return new Promise((resolve, reject) => {
    const child = spawn(action.command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-2000)));
    child.on("error", (error) =>
      reject(
        systemCode(error) === "ENOENT"
          ? failed(
              `this machine has no command ${action.command}, so the action can run on a cluster alone`,
              "run this workflow there, or put the command on the PATH",
              error,
            )
          : failed(error.message, undefined, error),
      ),
    );
    child.on("close", (code, signal) =>
      code === 0
        ? resolve(output)
        : reject(failed(`${action.command} ended with ${signal ?? code}: ${errors.trim().split("\n").at(-1) ?? ""}`)),
    );
  });
}
