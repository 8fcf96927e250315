import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { systemCode } from "#src/core/errors.js";

/** A TCP socket at which a process listens. */
export interface Listener {
  readonly pid: number;
  /** As /proc writes it, in hexadecimal digits. */
  readonly address: string;
  readonly port: number;
}

/** Every socket at which processes listen now. What ends while it is looked at has none. */
export function listenersOf(pids: readonly number[]): readonly Listener[] {
  // Before the table: a socket that is closed between the two reads is left out, none is taken for another's.
  const owners = new Map(pids.flatMap((pid) => socketsOf(pid).map((inode) => [inode, pid] as const)));
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap(listening).flatMap(({ inode, address, port }) => {
    const pid = owners.get(inode);
    return pid === undefined ? [] : [{ pid, address, port }];
  });
}

/** 127.0.0.1, ::ffff:127.0.0.1 and ::1, as words of a little-endian machine. */
const loopback = ["0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"];

/** Whether only this machine can connect. */
export function isLocal({ address }: Listener): boolean {
  return loopback.includes(address);
}

/** proc(5), `/proc/net/tcp`: state 0A is LISTEN. */
function listening(file: string): { readonly inode: string; readonly address: string; readonly port: number }[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === "0A")
    .map((fields) => {
      const [address, port] = fields[1]!.split(":") as [string, string];
      return { inode: fields[9]!, address, port: Number.parseInt(port, 16) };
    });
}

function socketsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return orGone(() => readdirSync(folder), []).flatMap((name) => {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(orGone(() => readlinkSync(`${folder}/${name}`), "")) ?? [];
    return inode === undefined ? [] : [inode];
  });
}

/** The command line of a process; empty when it has ended. */
export function commandOf(pid: number): string {
  return orGone(() => readFileSync(`/proc/${pid}/cmdline`, "utf8"), "").replaceAll("\0", " ");
}

function orGone<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes(systemCode(error) ?? "")) return otherwise;
    throw error;
  }
}
