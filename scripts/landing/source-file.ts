import { createReadStream, openSync, readSync, closeSync, statSync } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { diskError, HowdahError, onDisk } from "howdah";

/** What a raw file was when its landing began: enough to tell that a second landing is of the same files. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

export function sourceFile(path: string): SourceFile {
  const stat = onDisk("read the file", path, () => statSync(path));
  if (!stat.isFile())
    throw new HowdahError("it is no file", { code: "NOT_A_FILE", where: path, next: "name a file, gzip or plain" });
  return { path, bytes: stat.size, modified: stat.mtimeMs };
}

/** A line longer than this is no line of either feed, and would have to be held in memory. */
const longestLine = 16 << 20;
const newline = 10;

/**
 * The content of a file, gzip or plain, in blocks of whole lines; only the last one may lack its newline. A byte
 * order mark at the beginning is dropped. `progress` is told how many bytes of the file were read so far.
 */
export async function* readBlocks(path: string, progress: (bytes: number) => void): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let beginning = true;
  for await (const chunk of contentOf(path, progress)) {
    const lastEnd = chunk.lastIndexOf(newline) + 1;
    if (lastEnd === 0) {
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes > longestLine)
        throw new HowdahError(`a line runs over ${longestLine >> 20} MiB: this is no file of lines`, {
          code: "LINE_TOO_LONG",
          where: path,
          next: "check that it is the right file",
        });
      continue;
    }
    const lines = chunk.subarray(0, lastEnd);
    const block = pending.length === 0 ? lines : Buffer.concat([...pending, lines]);
    yield beginning ? withoutMark(block) : block;
    beginning = false;
    pending = lastEnd < chunk.length ? [chunk.subarray(lastEnd)] : [];
    pendingBytes = chunk.length - lastEnd;
  }
  const rest = Buffer.concat(pending);
  const block = beginning ? withoutMark(rest) : rest;
  if (block.length > 0) yield block;
}

function withoutMark(block: Buffer): Buffer {
  return block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf ? block.subarray(3) : block;
}

async function* contentOf(path: string, progress: (bytes: number) => void): AsyncGenerator<Buffer> {
  const gzip = isGzip(path);
  if (!gzip && path.endsWith(".gz")) throw brokenGzip(path, "its first bytes are not those of gzip");
  const raw = createReadStream(path, { highWaterMark: 1 << 18 });
  let read = 0;
  raw.on("data", (chunk) => progress((read += chunk.length)));
  // The iteration below reports the errors of both streams; pipeline closes the one when the other fails.
  const content = gzip ? pipeline(raw, createGunzip({ chunkSize: 1 << 18 }), () => undefined) : raw;
  try {
    for await (const chunk of content) yield chunk as Buffer;
  } catch (error) {
    if (typeof error === "object" && error !== null && "code" in error && String(error.code).startsWith("Z_"))
      throw brokenGzip(path, error instanceof Error ? error.message : "", error);
    throw diskError(error, "read the file", path);
  } finally {
    raw.destroy();
  }
}

function isGzip(path: string): boolean {
  return onDisk("read the file", path, () => {
    const file = openSync(path, "r");
    try {
      const head = Buffer.alloc(2);
      return readSync(file, head) === 2 && head[0] === 0x1f && head[1] === 0x8b;
    } finally {
      closeSync(file);
    }
  });
}

function brokenGzip(path: string, why: string, cause?: unknown): HowdahError {
  return new HowdahError(`the gzip file is broken: ${why}`, {
    code: "BROKEN_GZIP",
    where: path,
    next: "fetch the file again; nothing of this landing was kept",
    cause,
  });
}
