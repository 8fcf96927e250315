import { existsSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hashOf } from "../core/hash.ts";
import { HowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Sandbox } from "./folder.ts";
import { Hdfs } from "./hdfs.ts";
import { startFailure } from "./failure.ts";
import { launchOf, type Parts } from "./launch.ts";
import { endProcesses, forgetServer, launchServer, serverProcess } from "./process.ts";

/** Gives HDFS an empty name space, if it has none. */
export async function format(parts: Parts, signal?: AbortSignal): Promise<void> {
  const { sandbox } = parts;
  const folder = join(sandbox.data, "namenode");
  const left = serverProcess(sandbox.run, "format").pid;
  if (left !== undefined) await endProcesses([left], 0);
  if (!existsSync(join(folder, "current/VERSION"))) {
    // What is there without that file is left of a format that was interrupted.
    rmSync(folder, { recursive: true, force: true });
    const namenode = launchOf("namenode", parts);
    const launch = { ...namenode, args: [...namenode.args, "-format", "-nonInteractive"], log: formatLog(sandbox) };
    const { pid, hasEnded, code } = launchServer(sandbox.run, "format", launch);
    while (!hasEnded()) {
      if (signal?.aborted === true && pid !== undefined) await endProcesses([pid], 0);
      await sleep(50);
    }
    signal?.throwIfAborted();
    if (code() !== 0) throw startFailure("the format of HDFS", launch.log, "failed");
  }
  forgetServer(sandbox.run, "format");
}

function formatLog(sandbox: Sandbox): string {
  return join(sandbox.logs, "format.log");
}

export function hdfsOf(sandbox: Sandbox): Hdfs {
  return new Hdfs(sandbox.ports["namenode-web"], sandbox.user);
}

/** The folders that servers and jobs expect in HDFS. */
export async function makeFolders(sandbox: Sandbox): Promise<void> {
  const hdfs = hdfsOf(sandbox);
  const folders = {
    "/tmp": "1777",
    "/user": "755",
    [`/user/${sandbox.user}`]: "755",
    "/user/hive/warehouse": "1777",
    "/user/oozie/share/lib": "755",
  };
  for (const [folder, permission] of Object.entries(folders)) await hdfs.makeFolder(folder, permission);
}

/** Where Spark jobs would put their events, for the history server. */
export function makeSparkEvents(sandbox: Sandbox): Promise<void> {
  return hdfsOf(sandbox).makeFolder("/spark-events", "1777");
}

const libraryFolder = "/user/oozie/share/lib";
const libraryRecord = "/user/oozie/share/howdah.json";

/**
 * Uploads Oozie's share library, where it is not there yet; an upload that was interrupted goes on. Gives whether
 * anything was sent.
 */
export async function uploadShareLibrary(parts: Parts, emit: Emit, signal?: AbortSignal): Promise<boolean> {
  const { sandbox, packages } = parts;
  const files = Object.entries(packages.shareLibrary).flatMap(([library, paths]) =>
    paths.map((file) => ({ file, path: `${library}/${basename(file)}`, bytes: statSync(file).size })),
  );
  const hash = hashOf(files.map(({ path, bytes }) => [path, bytes]));
  const hdfs = hdfsOf(sandbox);
  const record = JSON.parse((await hdfs.read(libraryRecord)) ?? "{}") as {
    readonly hash?: string;
    readonly folder?: string;
    readonly whole?: boolean;
  };
  if (record.hash === hash && record.whole === true) return false;
  const folder =
    record.hash === hash && record.folder !== undefined
      ? record.folder
      : `${libraryFolder}/lib_${new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14)}`;
  const write = (whole: boolean): Promise<void> => hdfs.put(libraryRecord, JSON.stringify({ hash, folder, whole }));
  await write(false);
  const present = new Map<string, number>();
  for (const library of Object.keys(packages.shareLibrary))
    for (const { pathSuffix, length } of await hdfs.list(`${folder}/${library}`))
      present.set(`${library}/${pathSuffix}`, length);
  const missing = files.filter(({ path, bytes }) => present.get(path) !== bytes);
  const total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
  let [sent, next] = [0, 0];
  const worker = async (): Promise<void> => {
    for (let one = missing[next++]; one !== undefined; one = missing[next++]) {
      signal?.throwIfAborted();
      await hdfs.put(`${folder}/${one.path}`, { file: one.file });
      sent += one.bytes;
      emit({ event: "sandbox.uploaded", bytes: sent, total });
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  await write(true);
  return true;
}

/** Has a running Oozie look for a new share library. */
export async function refreshShareLibrary(sandbox: Sandbox): Promise<void> {
  const url = `http://localhost:${sandbox.ports.oozie}/oozie/v2/admin/update_sharelib`;
  const answer = await fetch(url);
  if (answer.status !== 200)
    throw new HowdahError(`Oozie does not take its share library: it answers ${answer.status}`, {
      code: "SANDBOX_START",
      fault: "server",
      where: url,
    });
}
