import { randomBytes } from "node:crypto";
import { HowdahError } from "howdah";
import { Host, type Answer, type HostOptions } from "./host.ts";
import type { Package } from "./package.ts";

export interface DeployRequest extends HostOptions {
  /** Relative to the home folder there, unless it begins with a slash. */
  readonly folder: string;
}

export interface Deployed {
  /** What it was copied for; false when it was there. */
  readonly copied: boolean;
  /** The release's folder there. */
  readonly place: string;
  readonly host: Host;
}

/**
 * Brings a package to a host: copied under a name of its own, unpacked beside its place, put there by a rename, and then
 * made `current`. A package that is there is not copied. Throws `HOST_LACKS`, `HOST_SPACE`, `HOST_FOLDER`,
 * `HOST_FAILED`, `COPY_FAILED`, `HOST_UNREACHED`, `NO_SSH`.
 */
export async function deployToHost(made: Package, request: DeployRequest): Promise<Deployed> {
  const host = new Host(request);
  const { folder } = request;
  const place = `${folder}/${made.folder}`;
  // The archive and the tree; a block for each file beside.
  const kilobytes = Math.ceil((made.bytes + made.unpackedBytes) / 1024) + 8 * made.files;
  const found = await host.run("look", folder, made.folder, made.sha256, String(kilobytes));
  if (found.word === "there") return { copied: false, place, host };
  if (found.word !== "wanted") throw refusal(found, request, host, kilobytes);
  const name = `.${made.folder}.${randomBytes(6).toString("hex")}.tar.gz`;
  try {
    await host.copy(made.archive, `${folder}/${name}`);
    const done = await host.run("unpack", folder, made.folder, made.sha256, name, String(made.bytes));
    if (done.word !== "put") throw refusal(done, request, host, kilobytes);
  } catch (error) {
    // Where the connection is gone this fails too: the next deploy clears what is old.
    const clearing = new Host({ ...request, signal: AbortSignal.timeout(20_000) });
    await clearing.run("clear", folder, name).catch(() => undefined);
    throw error;
  }
  return { copied: true, place, host };
}

function refusal(
  { word, rest }: Answer,
  { destination, folder }: DeployRequest,
  host: Host,
  kilobytes: number,
): HowdahError {
  const there = `${destination}:${folder}`;
  switch (word) {
    case "lacks":
      return host.error(
        "HOST_LACKS",
        `there is no ${rest} on ${destination}`,
        `install it there, or deploy straight to HDFS: scripts/00_deploy.sh`,
      );
    case "space":
      return host.error(
        "HOST_SPACE",
        `${there} has room for ${rest} kB, and ${kilobytes} kB are needed`,
        `make room there, or name a folder on another disk: --folder`,
      );
    case "folder":
      return host.error("HOST_FOLDER", `${there} cannot be written to: ${rest}`, "name another folder: --folder");
    case "current":
      return host.error(
        "HOST_FOLDER",
        `${there}/current is there and no link`,
        "move it away, or name another folder: --folder",
      );
    case "broken":
      return host.error(
        "COPY_FAILED",
        `the archive arrived broken on ${destination}: ${rest}`,
        "run the same again: it begins anew",
      );
    default:
      return host.error(
        "HOST_FAILED",
        `${destination} could not unpack the archive: ${rest || word}`,
        `look at it there: ssh ${host.shown}`,
      );
  }
}
