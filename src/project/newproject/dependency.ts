import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { readIfThere } from "../disk.ts";
import { packageFolder } from "./templates.ts";

/**
 * How a project depends on the howdah that runs, so that it can be installed: as it was asked for where it is installed
 * itself (a published version, a tarball), else by its folder. `from` is the folder of the running package.
 */
export function howdahDependency(project: string, from: string = packageFolder): string {
  const modules = dirname(from);
  const asked = basename(modules) === "node_modules" ? askedFor(dirname(modules)) : undefined;
  const folder = `file:${relative(project, from)}`;
  if (asked === undefined) return folder;
  const { spec, at } = asked;
  if (!spec.startsWith("file:")) return /^(?:workspace|link|portal):/.test(spec) ? folder : spec;
  const file = resolve(at, spec.slice("file:".length));
  return existsSync(file) ? `file:${relative(project, file)}` : folder;
}

/** What the project in whose node_modules howdah lies asked for. */
function askedFor(at: string): { readonly spec: string; readonly at: string } | undefined {
  const text = readIfThere(resolve(at, "package.json"));
  if (text === undefined) return undefined;
  try {
    const { dependencies, devDependencies } = JSON.parse(text) as Readonly<
      Record<string, Readonly<Record<string, string>> | undefined>
    >;
    const spec = dependencies?.["howdah"] ?? devDependencies?.["howdah"];
    return spec === undefined ? undefined : { spec, at };
  } catch {
    // Not ours to mend: the folder can be installed in any case.
    return undefined;
  }
}
