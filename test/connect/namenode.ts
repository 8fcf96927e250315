import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Md5Md5Crc } from "#src/connect/webhdfs/checksum.js";
import { closed, listen } from "../support/faults.js";
import { json } from "./servers.js";

/** Files (their bytes) and folders (undefined), by path. */
export type Files = Map<string, Buffer | undefined>;

export interface StandIn {
  readonly url: string;
  readonly dataUrl: string;
  readonly files: Files;
  /** When files and folders were changed last; those that are not here, in 1970. */
  readonly times: Map<string, number>;
  /** "CREATE /a", of NameNode and DataNode ("dn CREATE /a"). */
  readonly seen: string[];
  /** The queries of both. */
  readonly asked: string[];
  /** Where the NameNode sends to. @default the DataNode */
  redirect: (location: string) => string;
  /** Without LISTSTATUS_BATCH, GETTRASHROOT and rename options, as older servers and HttpFS are. */
  old: boolean;
  /** Entries of one piece of a listing. */
  piece: number;
  close(): Promise<void>;
}

/** NameNode and DataNode in this process: two steps, JSON and exceptions as NamenodeWebHdfsMethods and the DataNode's handler. */
export async function standInCluster(): Promise<StandIn> {
  const files: Files = new Map([["/", undefined]]);
  const times = new Map<string, number>();
  const seen: string[] = [];
  const asked: string[] = [];
  const name = createServer((request, response) => void answerName(request, response));
  const data = createServer((request, response) => void answerData(request, response));
  await Promise.all([listen(name), listen(data)]);
  const dataUrl = `http://localhost:${(data.address() as AddressInfo).port}`;
  const standIn: StandIn = {
    url: `http://localhost:${(name.address() as AddressInfo).port}`,
    dataUrl,
    files,
    times,
    seen,
    asked,
    redirect: (location) => location,
    old: false,
    piece: 3,
    close: async () => {
      await Promise.all([closed(name), closed(data)]);
    },
  };

  async function answerName(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A body that is sent to the NameNode is a mistake that costs.
    for await (const chunk of request as AsyncIterable<Buffer>) seen.push(`nn got ${chunk.length} bytes`);
    const { path, op, query } = parsed(request);
    seen.push(`${op} ${path}`);
    asked.push(query.toString());
    const parent = path.slice(0, path.lastIndexOf("/")) || "/";
    const missing = () => refuse(response, 404, "java.io.FileNotFoundException", `File does not exist: ${path}`);
    switch (op) {
      case "GETFILESTATUS":
        return files.has(path) ? json(response, 200, { FileStatus: status(path, "") }) : missing();
      case "LISTSTATUS":
      case "LISTSTATUS_BATCH": {
        if (op === "LISTSTATUS_BATCH" && standIn.old)
          return refuse(response, 400, "java.lang.IllegalArgumentException", `No enum constant ${op}`);
        if (!files.has(path)) return missing();
        const names = files.get(path) === undefined ? children(path) : [""];
        const all = names.map((child) => status(child === "" ? path : `${path === "/" ? "" : path}/${child}`, child));
        if (op === "LISTSTATUS") return json(response, 200, { FileStatuses: { FileStatus: all } });
        const after = query.get("startAfter") ?? "";
        const rest = all.filter(({ pathSuffix }) => after === "" || pathSuffix > after);
        const partialListing = { FileStatuses: { FileStatus: rest.slice(0, standIn.piece) } };
        const remainingEntries = Math.max(0, rest.length - standIn.piece);
        return json(response, 200, { DirectoryListing: { partialListing, remainingEntries } });
      }
      case "MKDIRS":
        makeFolders(path);
        return json(response, 200, { boolean: true });
      case "DELETE": {
        const below = [...files.keys()].filter((one) => one.startsWith(`${path}/`));
        if (below.length > 0 && query.get("recursive") !== "true")
          return refuse(
            response,
            403,
            "org.apache.hadoop.fs.PathIsNotEmptyDirectoryException",
            `\`${path} is non empty'`,
          );
        for (const one of below) files.delete(one);
        return json(response, 200, { boolean: files.delete(path) });
      }
      case "RENAME": {
        const named = query.get("destination")!;
        const into = query.get("renameoptions") === null && files.has(named) && files.get(named) === undefined;
        const to = into ? `${named}/${path.slice(path.lastIndexOf("/") + 1)}` : named;
        if (query.get("renameoptions") === "OVERWRITE" && !standIn.old && children(named).length > 0)
          return refuse(response, 403, "java.io.IOException", `rename destination directory is not empty: ${named}`);
        const replaces = query.get("renameoptions") === "OVERWRITE" && !standIn.old;
        const possible =
          files.has(path) && files.has(to.slice(0, to.lastIndexOf("/")) || "/") && (replaces || !files.has(to));
        if (possible)
          for (const one of [...files.keys()].filter((one) => one === path || one.startsWith(`${path}/`))) {
            files.set(to + one.slice(path.length), files.get(one));
            files.delete(one);
          }
        if (!replaces) return json(response, 200, { boolean: possible });
        return possible ? void response.writeHead(200).end() : missing();
      }
      case "CREATE":
        if (files.has(path) && query.get("overwrite") !== "true")
          return refuse(response, 403, "org.apache.hadoop.fs.FileAlreadyExistsException", `${path} already exists`);
        makeFolders(parent);
        return elsewhere(response, request);
      case "APPEND":
      case "OPEN":
        return files.get(path) === undefined ? missing() : elsewhere(response, request);
      case "GETFILECHECKSUM": {
        const computed = new Md5Md5Crc({ type: "CRC32C", bytesPerCrc: 512 }, blockSize);
        computed.update(files.get(path)!);
        const bytes = `000002000000000000000000${computed.digest()}00000000`;
        return json(response, 200, { FileChecksum: { algorithm: "MD5-of-0MD5-of-512CRC32C", bytes, length: 28 } });
      }
      case "GETCONTENTSUMMARY": {
        if (!files.has(path)) return missing();
        const all = [...files].filter(([one]) => one === path || one.startsWith(`${path}/`)).map(([, bytes]) => bytes);
        const held = all.filter((bytes) => bytes !== undefined);
        const length = held.reduce((sum, bytes) => sum + bytes.length, 0);
        const counts = { fileCount: held.length, directoryCount: all.length - held.length };
        const summary = { ...counts, length, quota: -1, spaceConsumed: length, spaceQuota: -1 };
        return json(response, 200, { ContentSummary: summary });
      }
      case "SETTIMES":
        if (!files.has(path)) return missing();
        times.set(path, Number(query.get("modificationtime")));
        return void response.writeHead(200).end();
      case "GETHOMEDIRECTORY":
        return json(response, 200, { Path: `/user/${query.get("user.name")}` });
      default:
        return refuse(response, 400, "java.lang.IllegalArgumentException", `No enum constant ${op}`);
    }
  }

  async function answerData(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, op, query } = parsed(request);
    seen.push(`dn ${op} ${path}`);
    asked.push(query.toString());
    if (op === "OPEN") {
      const offset = Number(query.get("offset") ?? 0);
      const length = query.get("length");
      const whole = files.get(path);
      // Renamed or removed since the NameNode was asked.
      if (whole === undefined)
        return refuse(response, 404, "java.io.FileNotFoundException", `File does not exist: ${path}`);
      const part = whole.subarray(offset, length === null ? undefined : offset + Number(length));
      response.writeHead(200, { "Content-Length": part.length }).end(part);
      return;
    }
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    } catch {
      // What came until the client was cut off is in the file, as in HDFS.
    }
    const before = op === "APPEND" ? files.get(path)! : Buffer.alloc(0);
    files.set(path, Buffer.concat([before, ...chunks]));
    response.writeHead(op === "APPEND" ? 200 : 201).end();
  }

  function elsewhere(response: ServerResponse, request: IncomingMessage): void {
    response.writeHead(307, { Location: standIn.redirect(`${dataUrl}${request.url}&namenoderpcaddress=x`) }).end();
  }

  function makeFolders(path: string): void {
    const parts = path.split("/").filter((part) => part !== "");
    parts.forEach((_, i) => files.set(`/${parts.slice(0, i + 1).join("/")}`, undefined));
  }

  function children(path: string): string[] {
    const prefix = path === "/" ? "/" : `${path}/`;
    const own = [...files.keys()].filter((one) => one.startsWith(prefix) && one !== path);
    return own
      .map((one) => one.slice(prefix.length))
      .filter((one) => !one.includes("/"))
      .sort();
  }

  function status(path: string, pathSuffix: string) {
    const bytes = files.get(path);
    return {
      pathSuffix,
      type: bytes === undefined ? "DIRECTORY" : "FILE",
      length: bytes?.length ?? 0,
      owner: "root",
      group: "supergroup",
      permission: bytes === undefined ? "755" : "644",
      replication: 1,
      blockSize,
      modificationTime: times.get(path) ?? 1,
      accessTime: 1,
    };
  }

  return standIn;
}

const blockSize = 1_048_576;

function parsed(request: IncomingMessage) {
  const url = new URL(request.url ?? "", "http://x");
  const path = decodeURIComponent(url.pathname.replace(/^\/webhdfs\/v1/, "")) || "/";
  return { path, op: url.searchParams.get("op") ?? "", query: url.searchParams };
}

function refuse(response: ServerResponse, status: number, javaClassName: string, message: string): void {
  const exception = javaClassName.replace(/^.*\./, "");
  json(response, status, { RemoteException: { exception, javaClassName, message } });
}
