import { readFileSync, statSync } from "node:fs";
import { dirname, extname, join, resolve } from "node:path";
import type { Jiti, JitiOptions } from "jiti";
import { calledAt } from "../core/source.ts";
import { cacheFolder, CompiledFiles, type Module } from "./compiledfiles.ts";

/** What was loaded of a project's own files. */
export interface LoadedFiles {
  /** What the file that was asked for exports. */
  readonly exported: unknown;
  /** The text of each file of definitions, by path, in the order in which they were begun. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Loads files of definitions: TypeScript that imports howdah, other such files, and packages. jiti compiles each; what
 * comes out is kept in the user's cache, one file for a project, with V8's own code for it, since reading and compiling
 * hundreds of small files takes most of the time of a large project. `refuse` tells of what was thrown, knowing what was
 * loaded until then.
 */
export async function loadDefinitionFiles(
  file: string,
  library: object,
  refuse: (error: unknown, sources: ReadonlyMap<string, string>) => never,
): Promise<LoadedFiles> {
  const store = new CompiledFiles(file);
  const files = new DefinitionFiles(library, store);
  try {
    const exported = await files.load(file);
    return { exported, sources: files.sources };
  } catch (error) {
    return refuse(error, files.sources);
  } finally {
    store.keep();
    files.forget(dirname(file));
  }
}

/** How jiti compiles its error into a file that it cannot read. */
interface JitiError {
  readonly filename: string;
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
}

class DefinitionFiles {
  readonly sources = new Map<string, string>();
  readonly #modules = new Map<string, Module>();
  readonly #jitis: Jiti[] = [];
  #compiler: Jiti | undefined;
  readonly #library: object;
  readonly #compiled: CompiledFiles;
  readonly #options: JitiOptions;

  constructor(library: object, compiled: CompiledFiles) {
    this.#library = library;
    this.#compiled = compiled;
    this.#options = {
      fsCache: cacheFolder() ?? false,
      interopDefault: false,
      // The definitions must be made by this very copy of the library.
      virtualModules: { howdah: library },
    };
  }

  async load(file: string): Promise<unknown> {
    const known = this.#modules.get(file);
    // As in every language of modules, those of a cycle see of each other what is there by then.
    if (known !== undefined) return known.exports;
    const module: Module = { exports: {} };
    this.#modules.set(file, module);
    const source = readFileSync(file, "utf8");
    this.sources.set(file, source);
    const { run, asksMore } = await this.#compiled.of(file, source, () => this.#transform(file, source));
    // Few files ask for more than imports, and a jiti for each takes its time.
    const jiti = asksMore ? await this.#jitiFor(file) : undefined;
    await run(
      module.exports,
      jiti,
      module,
      file,
      dirname(file),
      (id) => this.#import(id, file),
      jiti && ((id: string, parent?: string) => jiti.esmResolve(id, parent)),
      (line, called) => calledAt(file, line, called),
    );
    const failure = module.exports["__JITI_ERROR__"] as JitiError | undefined;
    if (failure !== undefined)
      throw new Error(`${failure.code}: ${failure.message} \n ${failure.filename}:${failure.line}:${failure.column}`);
    return module.exports;
  }

  /** Files of definitions are loaded here; packages, and what else is no TypeScript, by jiti. */
  async #import(id: string, from: string): Promise<unknown> {
    if (id === "howdah") return this.#library;
    if (!/^[./]/.test(id)) return (await this.#jitiFor(from)).import(id);
    const path = resolve(dirname(from), id);
    const file = this.#modules.has(path) ? path : typescriptAt(path);
    return file === undefined ? (await this.#jitiFor(from)).import(id) : this.load(file);
  }

  async #transform(file: string, source: string): Promise<string> {
    const { createJiti } = await import("jiti");
    this.#compiler ??= createJiti(file, { fsCache: false, interopDefault: false });
    const code = this.#compiler.transform({ source, filename: file, ts: true, async: true });
    // A text of its own could look like a call.
    return source.includes("_howdah") ? code : withPlaces(code);
  }

  /** Most commands find all that they load compiled, and need none. */
  async #jitiFor(file: string): Promise<Jiti> {
    const { createJiti } = await import("jiti");
    const jiti = createJiti(file, this.#options);
    this.#jitis.push(jiti);
    return jiti;
  }

  /** A process that loads the project again sees what has changed since. */
  forget(folder: string): void {
    const own = `${folder}/`;
    for (const { cache } of this.#jitis)
      for (const path of Object.keys(cache))
        if (path.startsWith(own) && !path.includes("/node_modules/")) Reflect.deleteProperty(cache, path);
  }
}

const typescript: ReadonlySet<string> = new Set([".ts", ".mts", ".cts"]);

/** The TypeScript file that a relative import names, by its own name, without its ending, or by the one it is compiled to. */
function typescriptAt(path: string): string | undefined {
  const ending = extname(path);
  if (typescript.has(ending)) return isFile(path) ? path : undefined;
  if (isFile(path)) return undefined;
  const sources = [`${path}.ts`, `${path}.mts`, join(path, "index.ts")];
  const compiled = /^\.([cm]?)js$/.exec(ending);
  if (compiled !== null) sources.unshift(`${path.slice(0, -ending.length)}.${compiled[1]!}ts`);
  return sources.find(isFile);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * Compiled code whose direct calls of the library's functions say their lines, which are those of the source:
 * `(0, _howdah.shell)(…)` becomes `(howdahCall(12, _howdah.shell))(…)`.
 */
function withPlaces(code: string): string {
  const name = /\bvar (_howdah\d*) = await jitiImport\("howdah"\)/.exec(code)?.[1];
  if (name === undefined) return code;
  const call = new RegExp(`\\(0, ${name}\\.(\\w+)\\)(?=[(\`])`, "g");
  let line = 1;
  let from = 0;
  return code.replace(call, (_, called: string, at: number) => {
    for (let next = code.indexOf("\n", from); next !== -1 && next < at; next = code.indexOf("\n", from)) {
      line += 1;
      from = next + 1;
    }
    return `(howdahCall(${line}, ${name}.${called}))`;
  });
}
