import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { HowdahError } from "../../core/errors.ts";
import { Acls } from "./acls.ts";
import { absentIfMissing, Calls, type CallOptions, type Query } from "./calls.ts";
import { Snapshots } from "./snapshots.ts";
import { Tokens } from "./tokens.ts";
import { ConnectError } from "../errors.ts";
import { Http, type HttpOptions } from "../http.ts";
import { readAll } from "../streams.ts";
import { redirected, type TwoStep } from "./datanode.ts";
import { explainHdfs } from "./explain.ts";
import {
  below,
  fileStatus,
  folderOf,
  nameOf,
  type ContentSummary,
  type FileChecksum,
  type FileStatus,
  type WireStatus,
} from "./status.ts";

export interface WriteOptions extends CallOptions {
  /** Replace a file that is there. @default false */
  readonly overwrite?: boolean;
  /** Octal. @default the server's: 644 */
  readonly permission?: string;
  readonly replication?: number;
  readonly blockSize?: number;
  /** The bytes that a stream will give, where known. */
  readonly length?: number;
}

export interface ReadOptions extends CallOptions {
  /** The first byte to be read. @default 0 */
  readonly offset?: number;
  /** How many bytes at most. @default all */
  readonly length?: number;
}

/** What is to be written: a whole, or a maker of a stream, which is asked anew when the writing is. */
export type Content = string | Uint8Array | (() => Readable);

/**
 * HDFS over REST: NameNodes (with fail-over between them), HttpFS, or either behind Knox. Paths are absolute. Errors are
 * `ConnectError`s with codes such as HDFS_NOT_FOUND and HDFS_PERMISSION; a `false` of the server is one too.
 */
export class WebHdfs {
  readonly http: Http;
  readonly snapshots: Snapshots;
  readonly acls: Acls;
  readonly tokens: Tokens;
  readonly #calls: Calls;
  /** Older servers list in one piece alone; found out with the first listing. */
  #batches = true;

  /** `url`: `http://namenode:9870`, a list of NameNodes, or a whole base such as `https://knox:8443/gateway/default/webhdfs/v1`. */
  constructor(options: HttpOptions) {
    const kind = { name: "WebHDFS", path: "/webhdfs/v1", proxyUserParameter: "doas", csrfHeader: "X-XSRF-HEADER" };
    this.http = new Http({ ...kind, explain: explainHdfs }, options);
    this.#calls = new Calls(this.http);
    this.snapshots = new Snapshots(this.#calls);
    this.acls = new Acls(this.#calls);
    this.tokens = new Tokens(this.#calls);
  }

  close(): void {
    this.http.close();
  }

  /** @throws HDFS_NOT_FOUND */
  async stat(path: string, options: CallOptions = {}): Promise<FileStatus> {
    const found = await this.#calls.get<{ FileStatus: WireStatus }>(
      "GETFILESTATUS",
      path,
      `cannot look at ${path}`,
      options,
    );
    return fileStatus(path, found.FileStatus);
  }

  /** As `stat`; undefined where there is nothing. */
  async statIfThere(path: string, options: CallOptions = {}): Promise<FileStatus | undefined> {
    return absentIfMissing(this.stat(path, options));
  }

  async exists(path: string, options: CallOptions = {}): Promise<boolean> {
    return (await this.statIfThere(path, options)) !== undefined;
  }

  /**
   * Whether whoever asks may do something, `rwx` or `-w-`, to what is at a path: groups and ACLs count. Where the server
   * does not know the question (HttpFS before Hadoop 3.3), it counts as allowed. @throws HDFS_NOT_FOUND
   */
  async mayAccess(path: string, action: string, options: CallOptions = {}): Promise<boolean> {
    const what = `cannot ask who may use ${path}`;
    try {
      await this.#calls.send({
        ...options,
        what,
        method: "GET",
        ...this.#calls.at(path, { op: "CHECKACCESS", fsaction: action }),
      });
      return true;
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      if (error.code === "HDFS_PERMISSION") return false;
      if (error.status === 400) return true;
      throw error;
    }
  }

  /** What a folder holds, by name; of a file, itself. Fetched in pieces, so that a folder of a million does not hurt the server. */
  async *list(path: string, options: CallOptions = {}): AsyncGenerator<FileStatus> {
    const what = `cannot list ${path}`;
    let startAfter: string | undefined;
    while (this.#batches) {
      const piece: Listing | undefined = await this.#calls
        .get<Listing>("LISTSTATUS_BATCH", path, what, options, {
          startAfter,
        })
        .catch((error: unknown) => {
          // GetOpParam of older servers has no such constant.
          if (error instanceof ConnectError && error.status === 400 && startAfter === undefined) return undefined;
          throw error;
        });
      if (piece === undefined) {
        this.#batches = false;
        break;
      }
      const { partialListing, remainingEntries } = piece.DirectoryListing;
      const entries = partialListing.FileStatuses.FileStatus;
      for (const wire of entries) yield fileStatus(path, wire);
      if (remainingEntries === 0 || entries.length === 0) return;
      startAfter = entries.at(-1)!.pathSuffix;
    }
    const all = await this.#calls.get<{ FileStatuses: { FileStatus: WireStatus[] } }>(
      "LISTSTATUS",
      path,
      what,
      options,
    );
    for (const wire of all.FileStatuses.FileStatus) yield fileStatus(path, wire);
  }

  async ls(path: string, options: CallOptions = {}): Promise<FileStatus[]> {
    const found: FileStatus[] = [];
    for await (const status of this.list(path, options)) found.push(status);
    return found;
  }

  /** Everything below a folder, folders before what they hold. */
  async *walk(path: string, options: CallOptions = {}): AsyncGenerator<FileStatus> {
    for await (const status of this.list(path, options)) {
      yield status;
      if (status.type === "directory") yield* this.walk(status.path, options);
    }
  }

  /** Makes a folder and those above it; one that is there stays as it is. @default permission: the server's, 755 */
  async mkdir(path: string, options: CallOptions & { readonly permission?: string } = {}): Promise<void> {
    const { permission, ...call } = options;
    const what = `cannot make the folder ${path}`;
    const spec = { ...call, what, path, query: { permission }, repeatable: true };
    const { said } = await this.#calls.boolean({ ...spec, method: "PUT", op: "MKDIRS" });
    if (!said) throw this.#calls.refused(what, path, "the NameNode did not make it");
  }

  /**
   * Removes a file or, with `recursive`, a folder and all it holds. False where nothing was there and `force` says that
   * this does not matter. @throws HDFS_NOT_FOUND, HDFS_NOT_EMPTY
   */
  async rm(
    path: string,
    options: CallOptions & { readonly recursive?: boolean; readonly force?: boolean } = {},
  ): Promise<boolean> {
    const { recursive = false, force = false, ...call } = options;
    const what = `cannot remove ${path}`;
    const spec = { ...call, what, path, query: { recursive }, repeatable: true };
    const { said, again } = await this.#calls.boolean({ ...spec, method: "DELETE", op: "DELETE" });
    // Sent anew after an answer was lost it finds nothing: then the first time did it.
    const removed = said || again;
    if (!removed && !force) throw this.#calls.refused(what, path, "there is nothing", "HDFS_NOT_FOUND");
    return removed;
  }

  /**
   * Renames. Into a folder that is there it moves, under its own name, as HDFS does; with `overwrite` it takes the place
   * of a file or an empty folder instead, at once.
   */
  async mv(from: string, to: string, options: CallOptions & { readonly overwrite?: boolean } = {}): Promise<void> {
    const { overwrite = false, ...call } = options;
    const what = `cannot rename ${from} to ${to}`;
    const query = { destination: to, renameoptions: overwrite ? "OVERWRITE" : undefined };
    try {
      // With options the NameNode answers nothing or throws (rename2), without a boolean.
      const { said } = await this.#calls.boolean({ ...call, method: "PUT", op: "RENAME", path: from, what, query });
      if (said) return;
    } catch (error) {
      if (!(error instanceof ConnectError) || error.progress !== "unknown") throw error;
      // The answer was lost. What it would have said can be seen.
      if ((await this.exists(from, call)) || !(await this.exists(to, call))) throw error;
      return;
    }
    const before = await this.statIfThere(to, call);
    if (overwrite && before?.type === "file") return this.#replace(from, to, call);
    const source = await this.exists(from, call);
    if (!source) throw this.#calls.refused(what, from, "there is nothing to rename", "HDFS_NOT_FOUND");
    const folder = await this.exists(folderOf(to), call);
    if (!folder)
      throw this.#calls.refused(what, folderOf(to), "the folder it shall go to is not there", "HDFS_NOT_FOUND");
    throw this.#calls.refused(
      what,
      to,
      before === undefined ? "the NameNode did not do it" : "there is something already",
      "HDFS_EXISTS",
    );
  }

  /** For servers that know no rename2 (HttpFS): the old one goes aside, and comes back if the new one cannot follow. */
  async #replace(from: string, to: string, call: CallOptions): Promise<void> {
    const aside = below(folderOf(to), `.${nameOf(to)}.${randomUUID().slice(0, 8)}.replaced`);
    await this.mv(to, aside, call);
    try {
      await this.mv(from, to, call);
    } catch (error) {
      await this.mv(aside, to, call);
      throw error;
    }
    await this.rm(aside, { ...call, force: true });
  }

  /** Writes a file. What is not whole yet is there under its name: `put` of transfer.ts writes under another one first. */
  async create(path: string, content: Content, options: WriteOptions = {}): Promise<void> {
    const { overwrite = false, permission, replication, blockSize, length, ...call } = options;
    await this.#twoStep({
      ...call,
      method: "PUT",
      op: "CREATE",
      path,
      what: `cannot write ${path}`,
      query: { overwrite, permission, replication, blocksize: blockSize },
      // Without overwriting, a second time would meet the half of the first.
      repeatable: overwrite,
      content,
      ...(length === undefined ? {} : { length }),
    });
  }

  /** Adds to the end of a file. Never repeated by itself once the server may have seen it. */
  async append(
    path: string,
    content: Content,
    options: CallOptions & { readonly length?: number } = {},
  ): Promise<void> {
    const what = `cannot append to ${path}`;
    await this.#twoStep({ ...options, method: "POST", op: "APPEND", path, what, repeatable: false, content });
  }

  /** A file's bytes, or some of them. A connection that breaks is taken up again where it broke, up to five times. */
  read(path: string, options: ReadOptions = {}): Readable {
    return Readable.from(this.#chunks(path, options), { objectMode: false });
  }

  async *#chunks(path: string, { offset = 0, length, ...call }: ReadOptions): AsyncGenerator<Buffer> {
    let read = 0;
    for (let broken = 0; length === undefined || read < length;) {
      const query = { offset: offset + read, length: length === undefined ? undefined : length - read };
      try {
        const { body } = await this.open(path, query, call);
        for await (const chunk of body as AsyncIterable<Buffer>) {
          read += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        if (!(error instanceof ConnectError) || error.progress !== "unknown" || ++broken > 5) throw error;
        this.http.emit({ event: "hdfs.resume", path, offset: offset + read, why: error.message });
      }
    }
  }

  /** One answer of OPEN, which breaks where the connection does. */
  open(path: string, query: Query, call: CallOptions): Promise<{ body: Readable }> {
    return redirected(this.http, {
      ...call,
      method: "GET",
      op: "OPEN",
      path,
      what: `cannot read ${path}`,
      query,
      repeatable: true,
    });
  }

  async cat(path: string, options: ReadOptions = {}): Promise<Buffer> {
    return readAll(this.read(path, options));
  }

  async contentSummary(path: string, options: CallOptions = {}): Promise<ContentSummary> {
    const what = `cannot sum up ${path}`;
    return (await this.#calls.get<{ ContentSummary: ContentSummary }>("GETCONTENTSUMMARY", path, what, options))
      .ContentSummary;
  }

  /** The server's checksum of a file. @throws HDFS_UNSUPPORTED, where it has none (an encrypted or striped file of some servers) */
  async checksum(path: string, options: CallOptions = {}): Promise<FileChecksum> {
    const what = `cannot get the checksum of ${path}`;
    return (await this.#calls.get<{ FileChecksum: FileChecksum }>("GETFILECHECKSUM", path, what, options)).FileChecksum;
  }

  /** `permission` is octal. */
  chmod(path: string, permission: string, options: CallOptions = {}): Promise<void> {
    if (!/^[0-7]{3,4}$/.test(permission))
      throw new HowdahError(`${permission} is no octal permission`, { code: "HDFS_ARGUMENT", next: 'such as "755"' });
    return this.#calls.put("SETPERMISSION", path, `cannot change the permission of ${path}`, { permission }, options);
  }

  chown(
    path: string,
    to: { readonly owner?: string; readonly group?: string },
    options: CallOptions = {},
  ): Promise<void> {
    return this.#calls.put("SETOWNER", path, `cannot change the owner of ${path}`, { ...to }, options);
  }

  /** Milliseconds since 1970; what is left out stays. */
  utimes(
    path: string,
    times: { readonly modified?: number; readonly accessed?: number },
    options: CallOptions = {},
  ): Promise<void> {
    const query = { modificationtime: times.modified, accesstime: times.accessed };
    return this.#calls.put("SETTIMES", path, `cannot change the times of ${path}`, query, options);
  }

  async setReplication(path: string, replication: number, options: CallOptions = {}): Promise<void> {
    const what = `cannot set the replication of ${path}`;
    const spec = { ...options, what, path, query: { replication }, repeatable: true };
    const { said } = await this.#calls.boolean({ ...spec, method: "PUT", op: "SETREPLICATION" });
    if (!said) throw this.#calls.refused(what, path, "it is no file", "HDFS_ARGUMENT");
  }

  /** The folder of whoever asks. */
  async homeDirectory(options: CallOptions = {}): Promise<string> {
    return (await this.#calls.get<{ Path: string }>("GETHOMEDIRECTORY", "/", "cannot find the home folder", options))
      .Path;
  }

  /**
   * Moves a file or folder into the trash of whoever asks, from where it can be taken back until the server empties it.
   * Gives the path in there (TrashPolicyDefault.moveToTrash).
   */
  async trash(path: string, options: CallOptions = {}): Promise<string> {
    const root = await this.#trashRoot(path, options);
    if (path === root || path.startsWith(`${root}/`) || root.startsWith(`${path}/`))
      throw this.#calls.refused(
        `cannot move ${path} to the trash`,
        path,
        "it is in the trash, or holds it",
        "HDFS_ARGUMENT",
      );
    await this.stat(path, options);
    const place = below(root, `Current${path}`);
    await this.mkdir(folderOf(place), { ...options, permission: "700" });
    const to = (await this.exists(place, options)) ? `${place}${Date.now()}` : place;
    await this.mv(path, to, options);
    return to;
  }

  async #trashRoot(path: string, options: CallOptions): Promise<string> {
    try {
      return (await this.#calls.get<{ Path: string }>("GETTRASHROOT", path, "cannot find the trash", options)).Path;
    } catch (error) {
      // Servers before Hadoop 3 do not know the operation.
      if (error instanceof ConnectError && error.status === 400)
        return below(await this.homeDirectory(options), ".Trash");
      throw error;
    }
  }

  /** Puts `sources`, in order, behind the file and removes them. */
  async concat(path: string, sources: readonly string[], options: CallOptions = {}): Promise<void> {
    const what = `cannot put files behind ${path}`;
    await this.#calls.send({
      ...options,
      method: "POST",
      what,
      ...this.#calls.at(path, { op: "CONCAT", sources: sources.join(",") }),
    });
  }

  async #twoStep(step: TwoStep): Promise<void> {
    const { body } = await redirected(this.http, step);
    await readAll(body);
  }
}

interface Listing {
  readonly DirectoryListing: {
    readonly partialListing: { readonly FileStatuses: { readonly FileStatus: readonly WireStatus[] } };
    readonly remainingEntries: number;
  };
}
