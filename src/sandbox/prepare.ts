import { createReadStream, existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { simpleAuth } from "../connect/auth/index.ts";
import { inParallel } from "../connect/parallel.ts";
import { WebHdfs } from "../connect/webhdfs/index.ts";
import { hashOf } from "../core/hash.ts";
import { HowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Sandbox } from "./folder.ts";
import { startFailure } from "./failure.ts";
import { launchOf, type Parts } from "./launch.ts";
import { endProcesses, forgetServer, launchServer, serverProcess } from "./process.ts";

/** Gives HDFS an empty name space, if it has none. */
export async function format(parts: Parts, signal?: AbortSignal): Promise<void> {
  const { sandbox } = parts;
  const folder = join(sandbox.data, "namenode");
  const left = serverProcess(sandbox.run, "format").pid;
  if (left !== undefined) await endProcesses([left], 0);
  if (!hasNameSpace(folder)) {
    // What is there is left of a format that was interrupted.
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

/**
 * Whether a NameNode's folder was formatted to the end: the image comes last (`FSImage.format`), under its own name when
 * it is whole. Where something was written since, it is left to the NameNode to say what is wrong.
 */
export function hasNameSpace(folder: string): boolean {
  const current = join(folder, "current");
  return existsSync(current) && readdirSync(current).some((name) => /^(?:fsimage_\d+|edits_.*)$/.test(name));
}

function formatLog(sandbox: Sandbox): string {
  return join(sandbox.logs, "format.log");
}

function hdfsOf({ user, ports }: Sandbox): WebHdfs {
  return new WebHdfs({ url: `http://localhost:${ports["namenode-web"]}`, auth: simpleAuth(user) });
}

async function makeFolder(hdfs: WebHdfs, path: string, permission: string): Promise<void> {
  await hdfs.mkdir(path);
  // What mkdir is told goes through the server's umask, and says nothing of a folder that was there.
  await hdfs.chmod(path, permission);
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
  try {
    for (const [path, permission] of Object.entries(folders)) await makeFolder(hdfs, path, permission);
  } finally {
    hdfs.close();
  }
}

/** Where Spark jobs would put their events, for the history server. */
export async function makeSparkEvents(sandbox: Sandbox): Promise<void> {
  const hdfs = hdfsOf(sandbox);
  try {
    await makeFolder(hdfs, "/spark-events", "1777");
  } finally {
    hdfs.close();
  }
}

const libraryFolder = "/user/oozie/share/lib";
const libraryRecord = "/user/oozie/share/howdah.json";

interface LibraryRecord {
  readonly hash: string;
  readonly folder: string;
  /** Whether all of it is there. */
  readonly whole: boolean;
}

/**
 * Uploads Oozie's share library, where it is not there yet; an upload that was interrupted goes on. Gives whether
 * anything was sent.
 */
export async function uploadShareLibrary(parts: Parts, emit: Emit, signal?: AbortSignal): Promise<boolean> {
  const files = Object.entries(parts.packages.shareLibrary).flatMap(([library, paths]) =>
    paths.map((file) => ({ file, path: `${library}/${basename(file)}`, bytes: statSync(file).size })),
  );
  const hash = hashOf(files.map(({ path, bytes }) => [path, bytes]));
  const hdfs = hdfsOf(parts.sandbox);
  try {
    const before = await readRecord(hdfs);
    if (before?.hash === hash && before.whole) return false;
    const now = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
    // Oozie takes the newest of the folders that are so called (ShareLibService).
    const folder = before?.hash === hash ? before.folder : `${libraryFolder}/lib_${now}`;
    const record = (whole: boolean): Promise<void> =>
      hdfs.create(libraryRecord, JSON.stringify({ hash, folder, whole } satisfies LibraryRecord), { overwrite: true });
    await record(false);
    const present = new Map<string, number>();
    if (await hdfs.exists(folder))
      for await (const { path, length } of hdfs.walk(folder)) present.set(path.slice(folder.length + 1), length);
    const missing = files.filter(({ path, bytes }) => present.get(path) !== bytes);
    const total = missing.reduce((sum, { bytes }) => sum + bytes, 0);
    let sent = 0;
    await inParallel(missing, 8, async ({ file, path, bytes }) => {
      signal?.throwIfAborted();
      const options = { overwrite: true, length: bytes, ...(signal === undefined ? {} : { signal }) };
      await hdfs.create(`${folder}/${path}`, () => createReadStream(file), options);
      sent += bytes;
      emit({ event: "sandbox.uploaded", bytes: sent, total });
    });
    await record(true);
    return true;
  } finally {
    hdfs.close();
  }
}

async function readRecord(hdfs: WebHdfs): Promise<LibraryRecord | undefined> {
  if (!(await hdfs.exists(libraryRecord))) return undefined;
  try {
    return JSON.parse((await hdfs.cat(libraryRecord)).toString()) as LibraryRecord;
  } catch (error) {
    // A record of which only a part was written tells of nothing.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
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
