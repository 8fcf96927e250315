import { HowdahError } from "../core/errors.ts";
import { hashOf } from "../core/hash.ts";
import { recordFormat, type RawRecord } from "../jobs/record.ts";

/*
 * What holds of raw instances wherever they lie: which names are data, what their record says, and what is refused.
 */

export type RawFile = RawRecord["files"][number];

/** A file to be copied into an instance. */
export interface FileToPlace {
  readonly path: string;
  /** @default the base name of `path` */
  readonly name?: string;
}

export interface PlaceOptions {
  /** The flag's name; empty when the folder itself is the flag, as Oozie has it. @default "_SUCCESS" */
  readonly doneFlag?: string;
  /** `new` refuses an instance that is there, `replace` swaps it whole, `add` puts further files into it. */
  readonly mode: "new" | "replace" | "add";
}

export function instanceExists(folder: string): HowdahError {
  return new HowdahError("the instance is there already", {
    code: "INSTANCE_EXISTS",
    where: folder,
    next: "add files to it with --add, or replace it",
  });
}

export function instanceIncomplete(folder: string): HowdahError {
  return new HowdahError("the folder holds files but no flag: somebody may be filling it, or an addition was cut off", {
    code: "INSTANCE_INCOMPLETE",
    where: folder,
    next: "finish the addition by doing it again, or replace the instance",
  });
}

export function instanceMissing(folder: string): HowdahError {
  return new HowdahError("there is no complete instance to add to", {
    code: "INSTANCE_MISSING",
    where: folder,
    next: "place it first, without --add",
  });
}

export function sameContent(path: string, twin: string): HowdahError {
  return new HowdahError(`${path} is in the instance already, byte for byte`, {
    code: "SAME_CONTENT",
    where: twin,
    next: "nothing is left to do, unless another file was meant",
  });
}

/** The name of a file in an instance where some are taken: `part.csv.gz`, or else `part-2.csv.gz`. @throws FILE_NAME */
export function nameToPlace(name: string, path: string, taken: ReadonlySet<string>): string {
  if (isHidden(name))
    throw new HowdahError(`${name} would not be read as data: its name begins with ${name.slice(0, 1)}`, {
      code: "FILE_NAME",
      where: path,
      next: "rename the file",
    });
  const [, stem = name, extensions = ""] = /^([^.]+)(\..*)$/.exec(name) ?? [];
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${stem}-${i}${extensions}`;
  return free;
}

/** What a raw instance holds, as records name it: a hash of its files' names and contents. */
export function contentOf(files: readonly RawFile[]): string {
  return hashOf([...files].sort(byName).map(({ name, sha256 }) => [name, sha256]));
}

/** Hadoop's rule, which all engines follow. */
export function isHidden(name: string): boolean {
  return name.startsWith("_") || name.startsWith(".");
}

export function recordOf(files: readonly RawFile[]): RawRecord {
  const listed = files.map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }));
  return { format: recordFormat, files: listed.sort(byName) };
}

export function recordText(record: RawRecord): string {
  return `${JSON.stringify(record)}\n`;
}

function byName(a: RawFile, b: RawFile): number {
  return compareBytes(a.name, b.name);
}

/** The order of UTF-8 bytes, which Python and the engines share; JavaScript's own differs beyond the first plane. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
