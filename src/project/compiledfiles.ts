import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { sha256 } from "../core/hash.ts";

/** A module while it is being run, and after. */
export interface Module {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** A compiled file, given all that it may ask for; the names of most are jiti's. */
type Run = (
  exports: object,
  require: unknown,
  module: Module,
  file: string,
  folder: string,
  importFrom: (id: string) => unknown,
  resolveFrom: unknown,
  call: <F>(line: number, called: F) => F,
) => Promise<void>;
const around = "exports, require, module, __filename, __dirname, jitiImport, jitiESMResolve, howdahCall";

export interface CompiledFile {
  readonly run: Run;
  /** Whether it uses `require` or resolves modules by itself. */
  readonly asksMore: boolean;
}

/** What is kept of a file. */
interface Kept {
  readonly hash: string;
  readonly code: string;
  /** V8's own code for it, as it stood after a run. */
  readonly data: Buffer | undefined;
}

/** What the kept code depends on besides the sources. The number is raised when it is compiled in another way. */
const format = `howdah definitions 1, V8 ${process.versions.v8}, ${process.arch}`;

/**
 * The files of a project as they were compiled last, in one file of the user's cache: the texts, and V8's code with the
 * functions that were called, so that neither is compiled again. What cannot be read there is compiled anew, and where
 * nothing can be written nothing is kept.
 */
export class CompiledFiles {
  readonly #place: string;
  readonly #kept: ReadonlyMap<string, Kept>;
  readonly #used = new Map<string, Omit<Kept, "data"> & { readonly script: Script }>();
  #changed = false;

  /** `main` is the file with which the loading begins. */
  constructor(main: string) {
    this.#place = join(cacheFolder(), `${sha256(main).slice(0, 32)}.compiled`);
    this.#kept = read(this.#place);
  }

  /** A file ready to be run. Throws what the compiler does. */
  of(file: string, source: string, compile: () => string): CompiledFile {
    const hash = sha256(source);
    const known = this.#kept.get(file);
    const kept = known?.hash === hash ? known : undefined;
    const code = kept?.code ?? compile();
    const script = new Script(`(async function (${around}) { ${code}\n});`, { filename: file, cachedData: kept?.data });
    if (kept === undefined || script.cachedDataRejected === true) this.#changed = true;
    this.#used.set(file, { hash, code, script });
    return { run: script.runInThisContext() as Run, asksMore: /\b(?:require|jitiESMResolve)\b/.test(code) };
  }

  /** Keeps what was used, if it is not what was kept. */
  keep(): void {
    if (!this.#changed) return;
    const files = [...this.#used].map(([file, { hash, code, script }]) => {
      const parts = [Buffer.from(code), script.createCachedData()] as const;
      return { parts, head: { file, hash, code: parts[0].length, data: parts[1].length } };
    });
    const body = Buffer.concat(files.flatMap(({ parts }) => parts));
    const head: Head = { format, sum: sha256(body), files: files.map((one) => one.head) };
    try {
      mkdirSync(cacheFolder(), { recursive: true });
    } catch {
      return;
    }
    const draft = `${this.#place}.${process.pid}`;
    try {
      writeFileSync(draft, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]));
      renameSync(draft, this.#place);
    } catch {
      rmSync(draft, { force: true });
    }
  }
}

/** Where compiled definitions are kept. */
export function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "howdah", "definitions");
}

interface Head {
  readonly format: string;
  /** Of all that follows: V8 believes what it is given, and would crash on code that is broken. */
  readonly sum: string;
  readonly files: readonly {
    readonly file: string;
    readonly hash: string;
    readonly code: number;
    readonly data: number;
  }[];
}

function read(place: string): ReadonlyMap<string, Kept> {
  try {
    const bytes = readFileSync(place);
    const end = bytes.indexOf("\n");
    const head = JSON.parse(bytes.toString("utf8", 0, end)) as Head;
    if (head.format !== format || head.sum !== sha256(bytes.subarray(end + 1))) return new Map();
    let at = end + 1;
    return new Map(
      head.files.map(({ file, hash, code, data }) => {
        const kept = {
          hash,
          code: bytes.toString("utf8", at, at + code),
          data: bytes.subarray(at + code, at + code + data),
        };
        at += code + data;
        return [file, kept];
      }),
    );
  } catch {
    return new Map();
  }
}
