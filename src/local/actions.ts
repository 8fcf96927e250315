import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { HowdahError, systemCode } from "../core/errors.ts";
import { isHiveStatement } from "../hive/statements.ts";
import { evaluate, type Expr, type Scope } from "../oozie/el/index.ts";
import type { FsAction, FsOperation, Hive2Action, ShellAction } from "../oozie/actions/index.ts";
import type { Data } from "./data.ts";
import { onDisk } from "../project/disk.ts";

/** A path that an action may change: below the target's folder, and not the folder itself. */
function changeable(value: Expr<"path", "workflow">, scope: Scope, data: Data): string {
  const path = data.path(String(evaluate(value, scope)), value.at);
  const below = relative(data.root, path);
  if (below !== "" && !below.startsWith("..")) return path;
  throw new HowdahError(`${path} is not below the target's folder ${data.root}: nothing else is changed here`, {
    code: "PATH_OUTSIDE",
    where: value.at,
  });
}

/** Does the operations of an fs action on the folder, in order, as `FsActionExecutor` would on HDFS. */
export function runFs(action: FsAction, scope: Scope, data: Data): void {
  for (const operation of action.operations) runOperation(operation, scope, data);
}

function runOperation(operation: FsOperation, scope: Scope, data: Data): void {
  if (operation.is === "move") {
    const from = changeable(operation.from, scope, data);
    const to = changeable(operation.to, scope, data);
    // An existing folder takes what is moved into itself, as HDFS does it.
    const place = existsSync(to) && statSync(to).isDirectory() ? join(to, basename(from)) : to;
    onDisk(`move ${from}`, from, () => renameSync(from, place));
    return;
  }
  const path = changeable(operation.path, scope, data);
  onDisk(operation.is, path, () => {
    switch (operation.is) {
      case "mkdir":
        mkdirSync(path, { recursive: true });
        break;
      case "delete":
        rmSync(path, { recursive: true, force: true });
        break;
      case "touch":
        if (existsSync(path)) utimesSync(path, new Date(), new Date());
        else writeFileSync(path, "");
        break;
      case "chmod":
        changeMode(path, octal(operation.permissions, operation.path), operation.recursive);
        break;
      case "chgrp":
      case "setrep":
        // A folder of one user has one group and one copy.
        break;
    }
  });
}

function changeMode(path: string, mode: number, recursive: boolean): void {
  if (recursive && statSync(path).isDirectory())
    for (const name of readdirSync(path)) changeMode(join(path, name), mode, true);
  chmodSync(path, mode);
}

/** `755`, or `-rwxr-xr-x`. */
function octal(permissions: string, where: Expr): number {
  if (/^[0-7]{3,4}$/.test(permissions)) return parseInt(permissions, 8);
  const letters = /^[-d]?([-r][-w][-xt]{1})([-r][-w][-x])([-r][-w][-xt])$/.exec(permissions);
  if (letters === null)
    throw new HowdahError(`${permissions} are no permissions: 755 or -rwxr-xr-x`, {
      code: "PERMISSIONS",
      where: where.at,
    });
  return letters
    .slice(1)
    .reduce((mode, three) => mode * 8 + Array.from(three).reduce((bits, c) => bits * 2 + (c === "-" ? 0 : 1), 0), 0);
}

/** What of a hive2 action can be done on a folder: tables are folders, and a partition is known once its folder is. */
export function runHive2(action: Hive2Action, scope: Scope, data: Data): void {
  for (const statement of action.run.filter(isHiveStatement)) {
    switch (statement.is) {
      case "create-database":
      case "create-view":
        break;
      case "create-table":
        makeFolder(String(evaluate(statement.table.location, scope)), statement.table.at, data);
        break;
      case "add-partition": {
        const values = Object.entries(statement.partition).map(
          ([key, value]) => `${key}=${String(evaluate(value, scope))}`,
        );
        const location = String(evaluate(statement.table.location, scope));
        makeFolder([location, ...values].join("/"), statement.at, data);
        break;
      }
      case "script":
        throw new HowdahError(`action ${action.name} runs HiveQL of its own, which only HiveServer2 can run`, {
          code: "CANNOT_RUN_HERE",
          fault: "run",
          where: statement.at,
          next: "run it on a cluster, or declare the tables and partitions as values",
        });
    }
  }
}

function makeFolder(path: string, where: Expr["at"], data: Data): void {
  const folder = data.path(path, where);
  onDisk("make the folder", folder, () => mkdirSync(folder, { recursive: true }));
}

/**
 * Runs a shell action's command on this machine, in a folder of its own that holds its files, and gives back what it
 * printed as `key=value`. A command that this machine does not have fails with a sentence that says so.
 */
export async function runShell(
  action: ShellAction,
  scope: Scope,
  project: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(join(tmpdir(), "howdah-shell-"));
  try {
    for (const file of action.files.filter((one) => typeof one === "string"))
      cpSync(join(project, file), join(folder, basename(file)), { recursive: true });
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

/** Answers of the file system to a workflow's decisions. */
export function fileSystemAnswer(fn: string, path: string): boolean | number | undefined {
  const stat = existsSync(path) ? statSync(path) : undefined;
  switch (fn) {
    case "fs:exists":
      return stat !== undefined;
    case "fs:isDir":
      return stat?.isDirectory() === true;
    case "fs:dirSize":
      return stat?.isDirectory() === true
        ? readdirSync(path)
            .map((name) => statSync(join(path, name)))
            .reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0)
        : -1;
    default:
      return undefined;
  }
}
