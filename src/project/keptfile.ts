import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { sha256 } from "../core/hash.ts";

/** What V8's code depends on besides the source; V8 itself looks at its version and its flags. */
export const codeFormat = `V8 ${process.versions.v8}, ${process.arch}`;

interface Head {
  readonly format: string;
  /** Of all that follows: V8 believes what it is given, and would crash on code that is broken. */
  readonly sum: string;
  readonly facts: unknown;
}

/**
 * What `keepFile` kept there in this format, whole; undefined where there is no such thing, or another user may have written
 * it: what is kept is run.
 */
export function keptFile(
  place: string,
  format: string,
): { readonly facts: unknown; readonly body: Buffer } | undefined {
  try {
    const { uid, mode } = statSync(place);
    if (uid !== process.getuid!() || (mode & 0o022) !== 0) return undefined;
    const bytes = readFileSync(place);
    const end = bytes.indexOf("\n");
    const head = JSON.parse(bytes.toString("utf8", 0, end)) as Head;
    const body = bytes.subarray(end + 1);
    return head.format === format && head.sum === sha256(body) ? { facts: head.facts, body } : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps facts and bytes in a file, whole or not at all; where nothing can be written none are made, and nothing is kept. */
export function keepFile(
  place: string,
  format: string,
  make: () => { readonly facts: object; readonly body: Buffer },
): void {
  const draft = `${place}.${process.pid}`;
  try {
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
    accessSync(dirname(place), constants.W_OK);
    const { facts, body } = make();
    const head: Head = { format, sum: sha256(body), facts };
    writeFileSync(draft, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]), { mode: 0o600 });
    renameSync(draft, place);
  } catch {
    try {
      rmSync(draft, { force: true });
    } catch {
      // It is a file of its own name, which is never looked at.
    }
  }
}
