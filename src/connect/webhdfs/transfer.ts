import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { HowdahError, isHowdahError, messageOf, systemCode } from "../../core/errors.ts";
import { ConnectError, interrupted } from "../errors.ts";
import { inParallel } from "../parallel.ts";
import { passing } from "../streams.ts";
import { SentChecksum } from "./checksum.ts";
import type { WebHdfs, WriteOptions } from "./client.ts";
import {
  assertUnchanged,
  bytesOf,
  localEntries,
  sameContent,
  sha256Of,
  temporaryName,
  type LocalEntry,
} from "./local.ts";
import { below, folderOf, nameOf, type FileChecksum, type FileStatus } from "./status.ts";

/**
 * How it is made sure that what arrived is what was sent. `checksum`: by the server's checksum of the file, compared with
 * one computed here; where it cannot be computed, by the length. `read`: where it cannot be computed, by reading all back.
 */
export type Verification = "length" | "checksum" | "read";

export interface TransferOptions {
  /** Files at a time. @default 8 */
  readonly parallel?: number;
  /** Replace what is there. @default false, and what is there is an error */
  readonly overwrite?: boolean;
  /** Leave out files that are there already with the same length and checksum; others are replaced. @default false */
  readonly resume?: boolean;
  /** @default "checksum" */
  readonly verify?: Verification;
  /** Write under another name first, and rename what is whole and verified. @default true */
  readonly rename?: boolean;
  readonly signal?: AbortSignal;
}

export interface UploadOptions
  extends TransferOptions, Pick<WriteOptions, "permission" | "replication" | "blockSize"> {}

/** What a transfer did. */
export interface Transferred {
  readonly files: number;
  readonly bytes: number;
  /** Files that were there already. */
  readonly skipped: number;
}

/**
 * Puts a file or folder into HDFS, at this very path. Emits `transfer.progress` (file, bytes so far and in all) at most ten
 * times a second, `transfer.file` for each that is done. @throws HDFS_EXISTS, TRANSFER_DIFFERS, FILE_CHANGED
 */
export async function upload(
  hdfs: WebHdfs,
  from: string,
  to: string,
  options: UploadOptions = {},
): Promise<Transferred> {
  const { parallel = 8, signal } = options;
  const call = signal === undefined ? {} : { signal };
  const tally = new Tally(hdfs);
  await inParallel(localEntries(from), parallel, async (entry) => {
    const path = entry.relative === "" ? to : below(to, entry.relative);
    if (entry.type === "directory") return hdfs.mkdir(path, call);
    await uploadFile(hdfs, entry, path, options, tally);
  });
  return tally.sum();
}

async function uploadFile(
  hdfs: WebHdfs,
  local: LocalEntry,
  to: string,
  options: UploadOptions,
  tally: Tally,
): Promise<void> {
  const { overwrite = false, resume = false, rename: renamed = true, verify = "checksum", signal, ...given } = options;
  const { permission, replication, blockSize } = given;
  const call = signal === undefined ? {} : { signal };
  if (resume || !overwrite) {
    const there = await hdfs.statIfThere(to, call);
    if (there !== undefined) {
      if (resume && (await isSame(hdfs, local, there, "read", signal))) return tally.skip(to, local.length);
      if (!resume && !overwrite)
        throw new ConnectError(`cannot write ${to}: there is something already`, {
          code: "HDFS_EXISTS",
          fault: "user",
          where: to,
          progress: "answered",
          next: "choose another path, or allow overwriting",
        });
    }
  }
  const place = renamed ? below(folderOf(to), temporaryName(nameOf(to))) : to;
  let sent: SentChecksum | undefined;
  // Asked anew for each attempt.
  const content = (): Readable => {
    const computed = verify === "length" ? undefined : new SentChecksum(blockSize);
    sent = computed;
    return bytesOf(local).onPiece(tally.counter(to, local.length, computed));
  };
  try {
    await hdfs.create(place, content, {
      ...call,
      // The name is ours alone: a second attempt may replace what the first one left.
      overwrite: renamed || overwrite || resume,
      length: local.length,
      ...(permission === undefined ? {} : { permission }),
      ...(replication === undefined ? {} : { replication }),
      ...(blockSize === undefined ? {} : { blockSize }),
    });
    await assertUnchanged(local);
    const same = await isSame(hdfs, local, await hdfs.stat(place, call), verify, signal, sent);
    if (!same) throw differs(to);
    if (renamed) await hdfs.mv(place, to, { ...call, overwrite: overwrite || resume });
  } catch (error) {
    throw renamed ? await removed(hdfs, place, to, error, signal) : error;
  }
  tally.done(to, local.length);
}

/** Removes what was written of a file that did not come through. @returns what there is to say of it */
export async function removed(
  hdfs: WebHdfs,
  place: string,
  to: string,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  try {
    await removeUnfinished(hdfs, place, error, signal);
  } catch (failure) {
    if (!isHowdahError(error)) return error;
    const { code, fault, exitCode, where = to } = error;
    // Nobody else knows the name.
    return new HowdahError(`${error.message}; what was written stays in ${place}: ${messageOf(failure)}`, {
      ...{ code, fault, exitCode, where, cause: error },
      next: `once the server can be asked: howdah hdfs rm ${place}`,
    });
  }
  return signal?.aborted === true ? interrupted(`cannot write ${to}`, to, "nothing of it is left there") : error;
}

/** Milliseconds before each look at what a DataNode may be making. */
const looks = [0, 250, 750];

/**
 * Removes a file or folder whose writing failed. A DataNode that was told to make a file does so though its client has
 * left: after an interruption, or where a connection broke, it is removed again a little later.
 *
 * @param signal that of the writing; it ends nothing here
 */
export async function removeUnfinished(
  hdfs: WebHdfs,
  path: string,
  error: unknown,
  signal: AbortSignal | undefined,
): Promise<void> {
  const leftMidway = signal?.aborted === true || (error instanceof ConnectError && error.progress === "unknown");
  for (const wait of leftMidway ? looks : [0]) {
    await sleep(wait);
    await hdfs.rm(path, { recursive: true, force: true, deadline: 5000 });
  }
}

/** Gets a file or folder out of HDFS, to this very path. Events and errors as `upload`. */
export async function download(
  hdfs: WebHdfs,
  from: string,
  to: string,
  options: TransferOptions = {},
): Promise<Transferred> {
  const { parallel = 8, signal } = options;
  const call = signal === undefined ? {} : { signal };
  const tally = new Tally(hdfs);
  const root = await hdfs.stat(from, call);
  if (root.type !== "directory") {
    await downloadFile(hdfs, root, to, options, tally);
    return tally.sum();
  }
  await mkdir(to, { recursive: true });
  await inParallel(hdfs.walk(from, call), parallel, async (status) => {
    const path = join(to, status.path.slice(from.replace(/\/$/, "").length + 1));
    if (status.type === "directory") await mkdir(path, { recursive: true });
    else {
      await mkdir(dirname(path), { recursive: true });
      await downloadFile(hdfs, status, path, options, tally);
    }
  });
  return tally.sum();
}

async function downloadFile(
  hdfs: WebHdfs,
  remote: FileStatus,
  to: string,
  options: TransferOptions,
  tally: Tally,
): Promise<void> {
  const { overwrite = false, resume = false, rename: renamed = true, verify = "checksum", signal } = options;
  const there = await localFile(to);
  if (there !== undefined) {
    if (resume && (await isSame(hdfs, there, remote, "read", signal))) return tally.skip(to, remote.length);
    if (!resume && !overwrite)
      throw new HowdahError(`cannot write the file: there is something already`, {
        code: "FILE_EXISTS",
        where: to,
        next: "choose another path, or allow overwriting",
      });
  }
  const place = renamed ? join(dirname(to), temporaryName(basename(to))) : to;
  try {
    const call = signal === undefined ? {} : { signal };
    await pipeline(hdfs.read(remote.path, call), passing(tally.counter(to, remote.length)), createWriteStream(place));
    const written = (await localFile(place))!;
    if (!(await isSame(hdfs, written, remote, verify, signal))) throw differs(to);
    if (renamed) await rename(place, to);
  } catch (error) {
    if (renamed) await rm(place, { force: true });
    throw error;
  }
  tally.done(to, remote.length);
}

async function localFile(path: string): Promise<LocalEntry | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, relative: "", type: "file", length: size, modified: mtimeMs };
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Whether both have the same bytes, as far as this verification can tell. */
async function isSame(
  hdfs: WebHdfs,
  local: LocalEntry,
  remote: FileStatus,
  verify: Verification,
  signal: AbortSignal | undefined,
  sent?: SentChecksum,
): Promise<boolean> {
  if (local.length !== remote.length || remote.type !== "file") return false;
  if (verify === "length" || local.length === 0) return true;
  const call = signal === undefined ? {} : { signal };
  const checksum: FileChecksum | undefined = await hdfs.checksum(remote.path, call).catch((error: unknown) => {
    // A server that has none; a path that has gone in between, or a server that is down, is another matter.
    if (error instanceof ConnectError && (error.code === "HDFS_UNSUPPORTED" || error.code === "HDFS_IO"))
      return undefined;
    throw error;
  });
  const same =
    checksum === undefined
      ? undefined
      : (sent?.matches(checksum, remote.blockSize) ?? (await sameContent(local, checksum, remote.blockSize, signal)));
  if (same !== undefined) return same;
  if (verify === "checksum") return true;
  return (await sha256Of(bytesOf(local))) === (await sha256Of(hdfs.read(remote.path, call)));
}

function differs(path: string): ConnectError {
  return new ConnectError("what arrived is not what was sent: its length or checksum differs", {
    code: "TRANSFER_DIFFERS",
    where: path,
    progress: "answered",
    next: "transfer it again; if it happens again, something between alters it",
  });
}

/** Counts what a transfer does, and tells of it. */
class Tally {
  readonly #hdfs: WebHdfs;
  #files = 0;
  #bytes = 0;
  #skipped = 0;
  #told = 0;

  constructor(hdfs: WebHdfs) {
    this.#hdfs = hdfs;
  }

  /** Takes the bytes of a file as they go by. */
  counter(file: string, length: number, sent?: SentChecksum): (piece: Uint8Array) => void {
    let bytes = 0;
    return (piece) => {
      bytes += piece.length;
      sent?.update(piece);
      const now = performance.now();
      if (now - this.#told < 100) return;
      this.#told = now;
      this.#hdfs.http.emit({ event: "transfer.progress", file, bytes, length, done: this.#bytes });
    };
  }

  done(file: string, bytes: number): void {
    this.#files++;
    this.#bytes += bytes;
    this.#hdfs.http.emit({ event: "transfer.file", file, bytes, skipped: false });
  }

  skip(file: string, bytes: number): void {
    this.#skipped++;
    this.#hdfs.http.emit({ event: "transfer.file", file, bytes, skipped: true });
  }

  sum(): Transferred {
    return { files: this.#files, bytes: this.#bytes, skipped: this.#skipped };
  }
}
