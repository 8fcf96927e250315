import { createReadStream, statSync } from "node:fs";
import { basename, join, posix, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  below,
  download,
  folderOf,
  isNotFound,
  removed,
  temporaryName,
  upload,
  type FileStatus,
  type TransferOptions,
} from "../../../connect/webhdfs/index.ts";
import { HowdahError } from "../../../core/errors.ts";
import { bytesText, countText } from "../../bytes.ts";
import type { HdfsVerb } from "../../commands/hdfs.ts";
import type { HdfsWork } from "./run.ts";

/** How long what comes on stdin may be silent, in milliseconds. */
const patience = 3_600_000;

/** What each verb does. */
export const verbs: Readonly<Record<HdfsVerb, (work: HdfsWork) => Promise<void>>> = {
  ls: async ({ hdfs, args, call, paths, tell }) => {
    const typed = args.positionals.length === 0 ? ["."] : args.positionals;
    for (const path of await paths(typed)) {
      const listed = args.flag("recursive") ? hdfs.walk(path, call) : hdfs.list(path, call);
      for await (const status of listed) tell(statusLine(status), status);
    }
  },

  put: async (work) => {
    const { hdfs, args, io, call, path, tell } = work;
    const sources = args.positionals.slice(0, -1);
    const to = await path(args.positionals.at(-1)!);
    const into = await isFolder(work, to);
    if (sources.length > 1 && !into) throw notAFolder(to);
    for (const source of sources) {
      const place = into && source !== "-" ? `${to === "/" ? "" : to}/${basename(resolve(io.cwd, source))}` : to;
      if (source !== "-") {
        const sum = await upload(hdfs, resolve(io.cwd, source), place, transferOptions(work));
        tell(transferred(place, sum), { path: place, ...sum });
        continue;
      }
      if (into) throw new HowdahError(`${to} is a folder`, { code: "USAGE", next: "name the file to be written" });
      await putStdin(work, place);
      tell(`${place}: written from stdin`, { path: place, bytes: (await hdfs.stat(place, call)).length });
    }
  },

  get: async (work) => {
    const { hdfs, args, io, paths, tell } = work;
    const several = args.positionals.length > 1;
    const typed = several ? args.positionals.slice(0, -1) : args.positionals;
    const to = several ? args.positionals.at(-1)! : ".";
    const sources = await paths(typed);
    if (to === "-") return print(work, sources);
    const place = resolve(io.cwd, to);
    const into = statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
    if (sources.length > 1 && !into) throw notAFolder(place);
    for (const source of sources) {
      const own = into ? join(place, basename(source)) : place;
      const sum = await download(hdfs, source, own, transferOptions(work));
      tell(transferred(own, sum), { path: own, ...sum });
    }
  },

  cat: async (work) => print(work, await work.paths(work.args.positionals)),

  append: async (work) => {
    const { hdfs, args, io, call, path, tell } = work;
    const to = await path(args.positionals.at(-1)!);
    if (!(await hdfs.exists(to, call))) await hdfs.create(to, "", call);
    for (const source of args.positionals.slice(0, -1)) {
      const file = resolve(io.cwd, source);
      if (source !== "-" && statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
        throw new HowdahError("there is no such file", { code: "NOT_FOUND", where: file });
      await hdfs.append(to, () => (source === "-" ? process.stdin : createReadStream(file)), {
        ...call,
        deadline: patience,
      });
    }
    const { length } = await hdfs.stat(to, call);
    tell(`${to}: ${bytesText(length)} now`, { path: to, bytes: length });
  },

  rm: async ({ hdfs, args, call, path, paths, tell }) => {
    const [recursive, force, forever] = [args.flag("recursive"), args.flag("force"), args.flag("skip-trash")];
    for (const typed of args.positionals) {
      let found: readonly string[];
      try {
        found = await paths([typed]);
        for (const one of found) await hdfs.stat(one, call);
      } catch (error) {
        const nothing = isNotFound(error) || (error instanceof HowdahError && error.code === "HDFS_NOT_FOUND");
        if (force && nothing) continue;
        throw error;
      }
      for (const one of found) {
        if (one === "/" || one === (await path("."))) throw tooMuch(one);
        if (!recursive && (await hdfs.stat(one, call)).type === "directory")
          throw new HowdahError(`${one} is a folder`, {
            code: "HDFS_NOT_EMPTY",
            where: one,
            next: "remove it with -r",
          });
        if (forever) {
          await hdfs.rm(one, { ...call, recursive, force });
          tell(`removed ${one}`, { path: one });
        } else {
          const trash = await hdfs.trash(one, call);
          tell(`moved ${one} to ${trash}`, { path: one, trash });
        }
      }
    }
  },

  mkdir: async ({ hdfs, args, call, path, tell }) => {
    const permission = args.text("mode");
    for (const typed of args.positionals) {
      const one = await path(typed);
      if (!args.flag("parents")) {
        const there = await hdfs.statIfThere(one, call);
        if (there !== undefined)
          throw new HowdahError(`${one} is there already`, {
            code: "HDFS_EXISTS",
            where: one,
            next: "-p lets that be",
          });
        await hdfs.stat(one.slice(0, one.lastIndexOf("/")) || "/", call);
      }
      await hdfs.mkdir(one, { ...call, ...(permission === undefined ? {} : { permission }) });
      tell(`made ${one}`, { path: one });
    }
  },

  mv: async (work) => {
    const { hdfs, args, call, path, paths, tell } = work;
    const sources = await paths(args.positionals.slice(0, -1));
    const to = await path(args.positionals.at(-1)!);
    const into = await isFolder(work, to);
    if (sources.length > 1 && !into) throw notAFolder(to);
    for (const source of sources) {
      const place = into ? `${to === "/" ? "" : to}/${basename(source)}` : to;
      // Said in full: HDFS would move into a folder that stands there by that name.
      if (await isFolder(work, place))
        throw new HowdahError(`${place} is there already`, { code: "HDFS_EXISTS", where: place });
      await hdfs.mv(source, place, { ...call, overwrite: args.flag("force") });
      tell(`moved ${source} to ${place}`, { from: source, path: place });
    }
  },

  du: async ({ hdfs, args, call, paths, tell }) => {
    for (const path of await paths(args.positionals)) {
      const sum = await hdfs.contentSummary(path, call);
      const text = `${sum.length.toLocaleString("en").padStart(18)}  ${countText(sum.fileCount, "file")}  ${path}`;
      tell(text, { path, ...sum });
    }
  },

  chmod: async (work) => {
    const [permission, ...typed] = work.args.positionals;
    await onEach(work, typed, (path) => work.hdfs.chmod(path, permission!, work.call));
  },

  chown: async (work) => {
    const [named, ...typed] = work.args.positionals;
    const [owner = "", group = ""] = named!.split(":");
    if (owner === "" && group === "") throw new HowdahError("neither owner nor group is named", { code: "USAGE" });
    const to = { ...(owner === "" ? {} : { owner }), ...(group === "" ? {} : { group }) };
    await onEach(work, typed, (path) => work.hdfs.chown(path, to, work.call));
  },

  stat: async ({ hdfs, args, call, paths, tell }) => {
    for (const path of await paths(args.positionals)) {
      const status = await hdfs.stat(path, call);
      tell(statusLine(status), status);
    }
  },

  checksum: async ({ hdfs, args, call, paths, tell }) => {
    for (const path of await paths(args.positionals)) {
      const { algorithm, bytes } = await hdfs.checksum(path, call);
      tell(`${path}  ${algorithm}  ${bytes}`, { path, algorithm, bytes });
    }
  },
};

async function onEach(
  { hdfs, args, call, paths, tell }: HdfsWork,
  typed: readonly string[],
  change: (path: string) => Promise<void>,
): Promise<void> {
  for (const path of await paths(typed)) {
    let count = 1;
    const recursive = args.flag("recursive") && (await hdfs.stat(path, call)).type === "directory";
    // What is below first: the folder may be closed to us afterwards.
    if (recursive)
      for await (const below of hdfs.walk(path, call)) {
        await change(below.path);
        count++;
      }
    await change(path);
    tell(`changed ${path}${count > 1 ? ` and ${(count - 1).toLocaleString("en")} below it` : ""}`, { path, count });
  }
}

/** Writes what comes on stdin under another name first, so that what is not whole never stands under its own. */
async function putStdin({ hdfs, args, call }: HdfsWork, to: string): Promise<void> {
  if (!args.flag("force") && (await hdfs.exists(to, call)))
    throw new HowdahError(`${to} is there already`, { code: "HDFS_EXISTS", where: to, next: "-f replaces it" });
  const aside = below(folderOf(to), temporaryName(posix.basename(to)));
  try {
    await hdfs.create(aside, () => process.stdin, { ...call, deadline: patience });
    await hdfs.mv(aside, to, { ...call, overwrite: args.flag("force") });
  } catch (error) {
    throw await removed(hdfs, aside, to, error, call.signal);
  }
}

async function print({ hdfs, io, call }: HdfsWork, paths: readonly string[]): Promise<void> {
  if (io.json) throw new HowdahError("a file's bytes are no JSON", { code: "USAGE", next: "leave --json out" });
  for (const path of paths) await pipeline(hdfs.read(path, call), process.stdout, { end: false });
}

async function isFolder({ hdfs, call }: HdfsWork, path: string): Promise<boolean> {
  return (await hdfs.statIfThere(path, call))?.type === "directory";
}

function transferOptions({ args, call }: HdfsWork): TransferOptions {
  const text = args.text("parallel") ?? "8";
  if (!/^[1-9]\d{0,2}$/.test(text))
    throw new HowdahError(`--parallel ${text} is no number of files`, { code: "USAGE", next: "such as --parallel 8" });
  return { ...call, parallel: Number(text), overwrite: args.flag("force"), resume: args.flag("resume") };
}

function transferred(
  path: string,
  { files, bytes, skipped }: { files: number; bytes: number; skipped: number },
): string {
  const before = skipped === 0 ? "" : `; ${countText(skipped, "file")} were there already`;
  return `${path}: ${countText(files, "file")}, ${bytesText(bytes)}${before}`;
}

/** As `hdfs dfs -ls` has it. */
function statusLine({ path, type, permission, replication, owner, group, length, modified }: FileStatus): string {
  const kind = { directory: "d", file: "-", symlink: "l" }[type];
  const digits = permission.padStart(3, "0");
  const bits = Array.from(digits.slice(-3), (digit) =>
    ["r", "w", "x"].map((one, i) => ((Number(digit) >> (2 - i)) & 1 ? one : "-")).join(""),
  );
  const sticky = digits.length > 3 && Number(digits.at(-4)) & 1 ? bits.join("").replace(/.$/, "t") : bits.join("");
  const copies = type === "file" ? String(replication) : "-";
  const time = new Date(modified).toISOString().slice(0, 16).replace("T", " ");
  return `${kind}${sticky} ${copies.padStart(3)} ${owner} ${group} ${String(length).padStart(12)} ${time} ${path}`;
}

function notAFolder(path: string): HowdahError {
  return new HowdahError(`${path} is no folder, into which several could go`, { code: "NOT_A_FOLDER", where: path });
}

function tooMuch(path: string): HowdahError {
  return new HowdahError(`${path} is not removed: that is all there is`, { code: "USAGE", where: path });
}
