import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { basename, dirname } from "node:path";
import { systemCode } from "../core/errors.ts";
import { serverOf } from "./process.ts";

/** A process that listens at a port. */
export interface Holder {
  readonly pid: number;
  /** Its command line, shortened, or which server of which sandbox it is. */
  readonly what: string;
}

/** Whether a server could listen at a port of 127.0.0.1 now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Who listens at a port; undefined when the system does not tell. */
export function holderOf(port: number): Holder | undefined {
  return existsSync("/proc/net/tcp") ? linuxHolder(port) : lsofHolder(port);
}

function linuxHolder(port: number): Holder | undefined {
  const sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) =>
    existsSync(file) ? listening(file, port) : [],
  );
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    if (links(`/proc/${pid}/fd`).some((link) => sockets.includes(link)))
      return holder(Number(pid), readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" "));
  return undefined;
}

/** The sockets that listen at a port: proc(5), `/proc/net/tcp`, where state 0A is LISTEN. */
function listening(file: string, port: number): readonly string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) === true && fields[3] === "0A")
    .map((fields) => `socket:[${fields[9]!}]`);
}

/** Where the descriptors of a process lead; none of another user's process. */
function links(folder: string): readonly string[] {
  const gone = (error: unknown): boolean => ["EACCES", "ENOENT", "EPERM", "ESRCH"].includes(systemCode(error) ?? "");
  try {
    return readdirSync(folder).flatMap((name) => {
      try {
        return [readlinkSync(`${folder}/${name}`)];
      } catch (error) {
        if (gone(error)) return [];
        throw error;
      }
    });
  } catch (error) {
    if (gone(error)) return [];
    throw error;
  }
}

function lsofHolder(port: number): Holder | undefined {
  const { stdout } = spawnSync("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-t"], { encoding: "utf8" });
  const pid = Number.parseInt(stdout, 10);
  if (!Number.isInteger(pid)) return undefined;
  const { stdout: command } = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  return holder(pid, command);
}

function holder(pid: number, command: string): Holder {
  const own = serverOf(pid);
  const folder = own === undefined ? "" : dirname(dirname(own));
  return {
    pid,
    what: own === undefined ? shortened(command) : `${basename(own, ".pid")} of the sandbox ${basename(folder)}`,
  };
}

/** A Java process is told by its last words; its class path may be pages long. */
function shortened(command: string): string {
  const words = command.trim().split(/\s+/);
  const text = words.length > 6 ? `${words[0]!} … ${words.slice(-2).join(" ")}` : words.join(" ");
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
