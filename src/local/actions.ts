import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative } from "node:path";
import { HowdahError } from "../core/errors.ts";
import { isHiveStatement } from "../hive/statements.ts";
import { evaluate, type Expr, type Scope } from "../oozie/el/index.ts";
import type { Action, DistcpAction, EmailAction, FsOperation, Hive2Action } from "../oozie/actions/index.ts";
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

/** Does operations on the folder, in order, as `FsActionExecutor` would on HDFS. */
export function runFs(operations: readonly FsOperation[], scope: Scope, data: Data): void {
  for (const operation of operations) runOperation(operation, scope, data);
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

/** Copies files and folders of the target as `hadoop distcp` would. */
export function runDistcp(action: DistcpAction, scope: Scope, data: Data): void {
  const unknown = action.options.find(
    (option) =>
      !/^-(update|overwrite|i|p\w*|strategy|m|bandwidth|\d+|dynamic|uniformsize)$/.test(option) && !/^\d/.test(option),
  );
  if (unknown !== undefined)
    throw new HowdahError(`action ${action.name}: distcp's ${unknown} does nothing that a folder could show`, {
      code: "CANNOT_RUN_HERE",
      fault: "run",
      where: action.at,
      next: "run this workflow on a cluster",
    });
  const to = changeable(action.to, scope, data);
  // With these two, what is in a source goes into the target; else the source itself, into a target that is there.
  const contents = action.options.includes("-update") || action.options.includes("-overwrite");
  const into = action.from.length > 1 || (existsSync(to) && statSync(to).isDirectory());
  for (const source of action.from) {
    const from = data.path(String(evaluate(source, scope)), source.at);
    const place = into && !contents ? join(to, basename(from)) : to;
    onDisk(`copy ${from}`, from, () => cpSync(from, place, { recursive: true }));
  }
}

/** The mail that an action would send: there is no server here to send it. */
export function mailOf(action: EmailAction, scope: Scope): Readonly<Record<"to" | "subject" | "body", string>> {
  const [to, subject, body] = [action.to, action.subject, action.body].map((value) => String(evaluate(value, scope)));
  return { to: to!, subject: subject!, body: body! };
}

/** What only a cluster can run. */
export function onClusterOnly(action: Action): HowdahError {
  return new HowdahError(`action ${action.name} is of the kind ${action.type}, which only a cluster can run`, {
    code: "CANNOT_RUN_HERE",
    fault: "run",
    where: action.at,
    next: "run this workflow on a cluster",
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
