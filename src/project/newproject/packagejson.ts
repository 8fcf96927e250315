import { basename } from "node:path";
import { HowdahError } from "../../core/errors.ts";
import { howdahDependency } from "./dependency.ts";
import { ownPackage, templates, type TemplateName } from "./templates.ts";

type Texts = Readonly<Record<string, string>>;

/** A project's package.json as it is to be. */
export interface PackageJson {
  readonly text: string;
  /** What was added to one that was there, such as `scripts.types`. */
  readonly added: readonly string[];
  /** Whether packages have to be installed before anything runs. */
  readonly needsInstall: boolean;
  /** Packages that it had better have, as npm is asked for them: added to none that depends on howdah already. */
  readonly wanted: readonly string[];
}

/**
 * The package.json of a new project. Of one that is there nothing changes: what is missing is added, but no package to one
 * that depends on howdah already, since its lock file would no longer fit. Throws `PACKAGE_JSON`.
 */
export function packageJson(name: TemplateName, folder: string, there: string | undefined): PackageJson {
  const own = ownPackage();
  const versions: Texts = { ...own.devDependencies, ...own.dependencies };
  const packages = Object.fromEntries(templates[name].packages.map((one) => [one, versions[one]!]));
  const scripts = { types: "tsc", ...(name === "marketing" ? scriptsOf(own.scripts) : {}) };
  const howdah = { howdah: howdahDependency(folder) };
  if (there === undefined) {
    const all = {
      name: packageName(folder),
      private: true,
      type: "module",
      scripts,
      dependencies: howdah,
      devDependencies: packages,
    };
    return { text: `${JSON.stringify(all, null, 2)}\n`, added: [], needsInstall: true, wanted: [] };
  }
  const now = parsed(there, folder);
  const known = { ...now.devDependencies, ...now.dependencies, ...now.optionalDependencies };
  const depends = Object.hasOwn(known, "howdah");
  const lacking = Object.fromEntries(Object.entries(packages).filter(([one]) => !Object.hasOwn(known, one)));
  // `npm run --if-present types` passes it over where there is no compiler.
  const { types, ...others } = scripts;
  const wantsTypes = !depends || !Object.hasOwn(lacking, "typescript");
  const additions = {
    scripts: missing(now.scripts, wantsTypes ? { types, ...others } : others),
    dependencies: depends ? {} : howdah,
    devDependencies: depends ? {} : lacking,
  };
  const added = Object.entries(additions).flatMap(([key, texts]) => Object.keys(texts).map((one) => `${key}.${one}`));
  const whole: Record<string, unknown> = { ...now };
  for (const [key, texts] of Object.entries(additions))
    if (Object.keys(texts).length > 0) whole[key] = { ...now[key as keyof typeof additions], ...texts };
  const indent = /^[ \t]+(?=")/m.exec(there)?.[0] ?? 2;
  return {
    text: added.length === 0 ? there : `${JSON.stringify(whole, null, indent)}\n`,
    added,
    needsInstall: !depends,
    wanted: depends ? Object.entries(lacking).map(([one, version]) => `${one}@${version}`) : [],
  };
}

interface KnownParts {
  readonly scripts?: Texts;
  readonly dependencies?: Texts;
  readonly devDependencies?: Texts;
  readonly optionalDependencies?: Texts;
}

function parsed(text: string, folder: string): KnownParts {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  throw new HowdahError("package.json is no JSON object: nothing was written", {
    code: "PACKAGE_JSON",
    where: `${folder}/package.json`,
    next: "mend it, or move it away, and say howdah init again",
  });
}

function missing(now: Texts | undefined, wanted: Texts): Texts {
  return Object.fromEntries(Object.entries(wanted).filter(([key]) => now === undefined || !Object.hasOwn(now, key)));
}

/** Those of this package's scripts that are the reference project's. */
function scriptsOf(scripts: Texts): Texts {
  return Object.fromEntries(Object.entries(scripts).filter(([, command]) => command.startsWith("jiti scripts/")));
}

/** The folder's name as npm takes it. */
function packageName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  // A package of the name howdah could not depend on howdah.
  return name === "" || name === "howdah" ? "pipeline" : name;
}
