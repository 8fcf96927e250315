import { userInfo } from "node:os";
import { simpleAuth } from "../../../connect/auth/index.ts";
import { expandGlob, WebHdfs } from "../../../connect/webhdfs/index.ts";
import { exitCodes, HowdahError } from "../../../core/errors.ts";
import type { Emit } from "../../../core/events.ts";
import { bytesText } from "../../bytes.ts";
import type { Arguments } from "../../command.ts";
import type { HdfsVerb } from "../../commands/hdfs.ts";
import type { Io } from "../../io.ts";
import { projectOf, withCluster } from "../../project.ts";

/** What a verb works with. */
export interface HdfsWork {
  readonly hdfs: WebHdfs;
  readonly args: Arguments;
  readonly io: Io;
  readonly call: { readonly signal: AbortSignal };
  /** A path of HDFS as it was typed, as an absolute one. */
  readonly path: (typed: string) => Promise<string>;
  /** The paths that what was typed stands for. @throws HDFS_NOT_FOUND where a pattern stands for none */
  readonly paths: (typed: readonly string[]) => Promise<readonly string[]>;
  /** Prints one thing: as text, or with `--json` in the list that is printed at the end. */
  readonly tell: (text: string, facts: object) => void;
}

/** `howdah hdfs VERB` */
export async function handle(verb: HdfsVerb, args: Arguments, io: Io): Promise<number> {
  const { verbs } = await import("./verbs.ts");
  const told: object[] = [];
  await withHdfs(args, io, async (hdfs) => {
    const call = { signal: io.signal };
    let home: string | undefined;
    const path = async (typed: string): Promise<string> => {
      const local = typed.replace(/^(?:hdfs|webhdfs|viewfs):\/\/[^/]*(?=\/)/, "");
      const whole = local.startsWith("/") ? local : `${(home ??= await hdfs.homeDirectory(call))}/${local}`;
      return normal(whole);
    };
    await verbs[verb]({
      hdfs,
      args,
      io,
      call,
      path,
      paths: async (typed) => {
        const all: string[] = [];
        for (const one of typed) {
          const found = await expandGlob(hdfs, await path(one), call);
          if (found.length === 0)
            throw new HowdahError(`nothing is there that ${one} stands for`, { code: "HDFS_NOT_FOUND", where: one });
          all.push(...found);
        }
        return all;
      },
      tell: (text, facts) => {
        if (io.json) told.push(facts);
        else io.out(text);
      },
    });
  });
  io.status("");
  if (io.json) io.out(JSON.stringify(told));
  return exitCodes.done;
}

async function withHdfs(args: Arguments, io: Io, work: (hdfs: WebHdfs) => Promise<void>): Promise<void> {
  const urls = args.list("url");
  const user = args.text("user");
  if (urls.length === 0) {
    if (user !== undefined)
      throw new HowdahError("--user needs --url", { code: "USAGE", next: "a target says who asks: login" });
    return withCluster(args, await projectOf(args, io), ({ hdfs }) => work(hdfs), transferEvents(io));
  }
  const hdfs = new WebHdfs({ url: urls, auth: simpleAuth(user ?? userInfo().username), emit: transferEvents(io) });
  try {
    await work(hdfs);
  } finally {
    hdfs.close();
  }
}

/** Without empty parts, `.` and `..`. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/"))
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  return `/${parts.join("/")}`;
}

/** Shows how far uploads and downloads are. */
function transferEvents(io: Io): Emit {
  const under = new Map<string, number>();
  return ({ event, file, bytes, length }) => {
    if (event === "transfer.file") under.delete(String(file));
    if (event !== "transfer.progress") return;
    under.set(String(file), Number(bytes));
    const others = under.size > 1 ? ` and ${under.size - 1} more` : "";
    io.status(`${String(file)}: ${bytesText(Number(bytes))} of ${bytesText(Number(length))}${others}`);
  };
}
