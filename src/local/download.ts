import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError, type Explanation } from "../connect/errors.ts";
import { Http, type StreamedAnswer } from "../connect/http.ts";
import { exitCodes, HowdahError } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";
import { diskError, onDisk } from "../project/disk.ts";
import { hashFile } from "../project/rawfolder.ts";

export interface DownloadRequest {
  readonly url: string;
  /** The file that it becomes. What has come so far lies beside it, as `<out>.part`. */
  readonly out: string;
  /** What its SHA-256 has to be, in hex. */
  readonly sha256?: string;
  /** Takes the place of a file that is there. @default false */
  readonly replace?: boolean;
  /** Told how many bytes are there, and how many there will be, where the server says so. */
  readonly progress?: (bytes: number, total: number | undefined) => void;
  readonly signal?: AbortSignal;
  /** Milliseconds before a broken download goes on; each further try without a byte waits twice as long. @default 500 */
  readonly pause?: number;
}

export interface Downloaded {
  readonly out: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The sum was known beforehand, and is this one. */
  readonly verified: boolean;
  /** The file was there already, with this sum: nothing was fetched. */
  readonly there: boolean;
  /** Bytes that were there from an earlier download, and were not fetched again. */
  readonly resumed: number;
}

/** How often in a row a download may break before a byte has come. */
const mostBreaks = 4;
const mostRedirects = 10;

/**
 * Fetches a file, going on where an earlier download was cut off if the server's file is still the same. It comes to its
 * name when it is whole, and has the sum that was given.
 * @throws FILE_EXISTS, SUM_DIFFERS, INTERRUPTED, DISK_FULL, ConnectError
 */
export async function download(request: DownloadRequest): Promise<Downloaded> {
  const { out, sha256: wanted, replace = false } = request;
  if (existsSync(out)) {
    const facts = sumOf(out);
    if (facts.sha256 === wanted) return { out, ...facts, verified: true, there: true, resumed: 0 };
    if (!replace)
      throw new HowdahError(
        `there is a file already, ${wanted === undefined ? "and no sum to tell whether it is the same" : "of another sum"}`,
        {
          code: "FILE_EXISTS",
          where: out,
          next: wanted === undefined ? "say --replace, or the sum: --sha256" : "say --replace to fetch it anew",
        },
      );
  }
  const part = `${out}.part`;
  onDisk("make the folder", dirname(part), () => mkdirSync(dirname(part), { recursive: true }));
  const resumed = await new Download(request, part).run();
  const facts = sumOf(part);
  if (wanted !== undefined && facts.sha256 !== wanted) {
    forget(part);
    throw new HowdahError(`the file has another sum than was given: ${facts.sha256}, of ${facts.bytes} bytes`, {
      code: "SUM_DIFFERS",
      fault: "run",
      where: out,
      next: "check the URL and the sum; nothing was kept",
    });
  }
  onDisk("put the file in its place", out, () => renameSync(part, out));
  forget(part);
  return { out, ...facts, verified: wanted !== undefined, there: false, resumed };
}

const sumOf = (path: string): ReturnType<typeof hashFile> => onDisk("read the file", path, () => hashFile(path));

/** What a part is a part of. */
interface Origin {
  /** The sum of the URL, which may hold a secret. */
  readonly url: string;
  /** A strong ETag or a date: by it the server tells whether its file is still the same. */
  readonly version: string;
}

const originFile = (part: string): string => `${part}.json`;

function forget(part: string): void {
  onDisk("remove what is left of the download", part, () => {
    rmSync(part, { force: true });
    rmSync(originFile(part), { force: true });
  });
}

/** RFC 9110 13.1.5: a weak ETag does not say that bytes are the same. */
function versionOf({ headers }: StreamedAnswer): string | undefined {
  const { etag } = headers;
  return etag?.startsWith('"') === true ? etag : headers["last-modified"];
}

class Download {
  readonly #request: DownloadRequest;
  readonly #part: string;
  readonly #url: URL;
  #bytes = 0;
  #resumed = 0;

  constructor(request: DownloadRequest, part: string) {
    this.#request = request;
    this.#part = part;
    if (!URL.canParse(request.url))
      throw new HowdahError("it is no URL", {
        code: "CONNECT_URL",
        where: request.url,
        next: "name one such as https://host/file",
      });
    this.#url = new URL(request.url);
  }

  /** Gives how many bytes an earlier download left that were not fetched again. */
  async run(): Promise<number> {
    const { signal, pause = 500 } = this.#request;
    const explain = ({ status }: { readonly status: number }): Explanation | undefined =>
      status === 404 || status === 410 ? { message: "there is no such file", next: "check the URL" } : undefined;
    const server = new URL("/", this.#url);
    // What breaks is gone on with here, not sent again.
    const http = new Http({ name: "the download", explain }, { url: server.href, attempts: 1 });
    // A signed URL is a secret, which lies in its query.
    if (this.#url.search.length > 1) http.hide(this.#url.search.slice(1));
    if (this.#origin() !== undefined) this.#resumed = statSync(this.#part).size;
    try {
      for (let breaks = 0; ;) {
        const origin = this.#origin();
        this.#bytes = origin === undefined ? 0 : statSync(this.#part).size;
        const before = this.#bytes;
        let broken: unknown;
        try {
          if (await this.#take(http, origin)) return this.#resumed;
        } catch (error) {
          if (signal?.aborted === true) throw this.#interrupted();
          if (!(error instanceof ConnectError) || !error.transient) throw this.#broken(error);
          broken = error;
        }
        breaks = this.#bytes > before ? 1 : breaks + 1;
        if (breaks >= mostBreaks) throw this.#broken(broken ?? this.#short());
        await sleep(pause * 2 ** (breaks - 1), undefined, signal === undefined ? {} : { signal }).catch(() => {
          throw this.#interrupted();
        });
      }
    } finally {
      http.close();
    }
  }

  /** Fetches what is missing; false when there is more to come, or all of it anew. */
  async #take(http: Http, origin: Origin | undefined): Promise<boolean> {
    const { signal } = this.#request;
    const range = origin === undefined ? {} : { Range: `bytes=${this.#bytes}-`, "If-Range": origin.version };
    const answer = await http.stream({
      path: this.#url,
      what: `cannot fetch ${this.#url.pathname}`,
      // Packed on the way it would have another sum, and other ranges.
      headers: { Accept: "*/*", "Accept-Encoding": "identity", ...range },
      accept: origin === undefined ? [] : [416],
      follow: mostRedirects,
      ...(signal === undefined ? {} : { signal }),
    });
    const { status, headers, body } = answer;
    // It may break before it is read; whoever reads it is told then.
    body.on("error", () => undefined);
    if (origin === undefined || status === 200) {
      this.#begin(answer);
      const length = headers["content-length"];
      return this.#write(body, length === undefined ? undefined : Number(length));
    }
    const [, from, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headers["content-range"] ?? "") ?? [];
    if (status === 206 && Number(from) === this.#bytes) return this.#write(body, Number(total));
    body.destroy();
    // Nothing is missing, or the server's file is another one.
    const whole = status === 416 && Number(total) === this.#bytes;
    if (!whole) this.#drop();
    return whole;
  }

  #begin(answer: StreamedAnswer): void {
    const version = versionOf(answer);
    this.#drop();
    onDisk("write the download", this.#part, () => {
      writeFileSync(this.#part, "");
      if (version === undefined) return;
      const origin: Origin = { url: sha256(this.#request.url), version };
      writeFileSync(originFile(this.#part), JSON.stringify(origin));
    });
  }

  #drop(): void {
    forget(this.#part);
    this.#bytes = 0;
    this.#resumed = 0;
  }

  async #write(body: AsyncIterable<Buffer>, total: number | undefined): Promise<boolean> {
    const { progress } = this.#request;
    const file = await open(this.#part, "a").catch((error: unknown) => {
      throw diskError(error, "write the download", this.#part);
    });
    try {
      for await (const chunk of body) {
        await file.appendFile(chunk).catch((error: unknown) => {
          throw diskError(error, "write the download", this.#part);
        });
        this.#bytes += chunk.length;
        progress?.(this.#bytes, total);
      }
    } finally {
      await file.close();
    }
    return total === undefined || this.#bytes >= total;
  }

  /** What an earlier download left, if it can be gone on with. */
  #origin(): Origin | undefined {
    const file = originFile(this.#part);
    if (!existsSync(file) || !existsSync(this.#part) || statSync(this.#part).size === 0) return undefined;
    try {
      const { url, version } = JSON.parse(readFileSync(file, "utf8")) as Partial<Origin>;
      return url === sha256(this.#request.url) && typeof version === "string" ? { url, version } : undefined;
    } catch {
      // Cut off while it was written: the part is as good as none.
      return undefined;
    }
  }

  /** Whether what is there can be gone on with; if not, it goes. */
  #kept(): boolean {
    const kept = this.#origin() !== undefined;
    if (!kept) forget(this.#part);
    return kept;
  }

  #interrupted(): HowdahError {
    const kept = this.#kept()
      ? `${this.#bytes} bytes are kept, and the same command goes on from there`
      : "nothing is kept, since the server does not say by what its file can be known again";
    return new HowdahError(`interrupted: ${kept}`, {
      code: "INTERRUPTED",
      where: this.#part,
      exitCode: exitCodes.interrupted,
    });
  }

  #short(): ConnectError {
    return new ConnectError(`cannot fetch ${this.#url.pathname}: the server sends less than it says`, {
      code: "CONNECT_BROKE",
      progress: "unknown",
    });
  }

  #broken(error: unknown): unknown {
    if (!(error instanceof ConnectError) || error.progress === "answered" || !this.#kept()) return error;
    return new ConnectError(error.message, {
      code: error.code,
      progress: error.progress,
      ...(error.where === undefined ? {} : { where: error.where }),
      next: `do the same again: it goes on from the ${this.#bytes} bytes that are there`,
      cause: error,
    });
  }
}
