import { join } from "node:path";
import { Script } from "node:vm";
import { sha256 } from "../core/hash.ts";
import { userCache } from "../core/usercache.ts";
import { codeFormat, keepFile, keptFile } from "./keptfile.ts";

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
const format = `howdah definitions 2, ${codeFormat}`;

/**
 * The files of a project as they were compiled last, in one file of the user's cache: the texts, and V8's code with the
 * functions that were called, so that neither is compiled again. What cannot be read there is compiled anew, and where
 * nothing can be written nothing is kept.
 */
export class CompiledFiles {
  readonly #place: string | undefined;
  readonly #kept: ReadonlyMap<string, Kept>;
  readonly #used = new Map<string, Omit<Kept, "data"> & { readonly script: Script }>();
  #changed = false;

  /** `main` is the file with which the loading begins. */
  constructor(main: string) {
    const folder = cacheFolder();
    this.#place = folder === undefined ? undefined : join(folder, `${sha256(main).slice(0, 32)}.compiled`);
    this.#kept = this.#place === undefined ? new Map<string, Kept>() : read(this.#place);
  }

  /** A file ready to be run. Throws what the compiler does. */
  async of(file: string, source: string, compile: () => Promise<string>): Promise<CompiledFile> {
    const hash = sha256(source);
    const known = this.#kept.get(file);
    const kept = known?.hash === hash ? known : undefined;
    const code = kept?.code ?? (await compile());
    const script = new Script(`(async function (${around}) { ${code}\n});`, { filename: file, cachedData: kept?.data });
    if (kept === undefined || script.cachedDataRejected === true) this.#changed = true;
    this.#used.set(file, { hash, code, script });
    return { run: script.runInThisContext() as Run, asksMore: /\b(?:require|jitiESMResolve)\b/.test(code) };
  }

  /** Keeps what was used, if it is not what was kept. */
  keep(): void {
    if (!this.#changed || this.#place === undefined) return;
    keepFile(this.#place, format, () => {
      const files = [...this.#used].map(([file, { hash, code, script }]) => {
        const parts = [Buffer.from(code), script.createCachedData()] as const;
        return { parts, head: { file, hash, code: parts[0].length, data: parts[1].length } };
      });
      const facts: Facts = { files: files.map(({ head }) => head) };
      return { facts, body: Buffer.concat(files.flatMap(({ parts }) => parts)) };
    });
  }
}

/** Where compiled definitions are kept; undefined where there is no home. */
export function cacheFolder(): string | undefined {
  const cache = userCache();
  return cache === undefined ? undefined : join(cache, "definitions");
}

interface Facts {
  readonly files: readonly {
    readonly file: string;
    readonly hash: string;
    readonly code: number;
    readonly data: number;
  }[];
}

function read(place: string): ReadonlyMap<string, Kept> {
  const kept = keptFile(place, format);
  if (kept === undefined) return new Map();
  const { files } = kept.facts as Facts;
  const { body } = kept;
  let at = 0;
  return new Map(
    files.map(({ file, hash, code, data }) => {
      const one = {
        hash,
        code: body.toString("utf8", at, at + code),
        data: body.subarray(at + code, at + code + data),
      };
      at += code + data;
      return [file, one];
    }),
  );
}
