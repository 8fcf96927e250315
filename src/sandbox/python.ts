import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { randomUUID } from "node:crypto";
import { HowdahError } from "../core/errors.ts";
import { runChild, type Ended } from "./child.ts";
import { hints, hintTexts } from "./hints.ts";
import { pipRequirement } from "./lists.ts";
import { isFile, replaceFolder } from "./store.ts";

/** A virtual environment of Python that holds PySpark. */
export interface PythonEnvironment {
  readonly python: string;
  readonly sparkHome: string;
}

/** Where the environment stands in a cache, such as `pyspark-3.5.6`. */
export function environmentFolder(cache: string): string {
  return join(cache, pipRequirement().replace("==", "-"));
}

/** The environment in a folder, when there is a whole one: see {@link damagedInEnvironment}. */
export function findEnvironment(folder: string): PythonEnvironment | undefined {
  const packages = sitePackages(folder);
  if (packages === undefined || damagedInEnvironment(folder).length > 0) return undefined;
  return { python: join(folder, "bin", "python"), sparkHome: join(packages, "pyspark") };
}

/**
 * Files of PySpark that are gone or changed, by the record that pip leaves of what it has installed; the folder itself
 * when there is no such record. Sizes alone are compared unless `thoroughly`.
 */
export function damagedInEnvironment(folder: string, thoroughly = false): readonly string[] {
  const packages = sitePackages(folder);
  const info = packages && readdirSync(packages).find((name) => /^pyspark-.*\.dist-info$/.test(name));
  const record = info === undefined ? undefined : join(packages!, info, "RECORD");
  if (record === undefined || !existsSync(record) || !existsSync(join(folder, "bin", "python"))) return [folder];
  return readFileSync(record, "utf8")
    .split("\n")
    .flatMap((line) => {
      // path,sha256=<base64url>,bytes; what pip wrote itself has no hash.
      const [, path, hash, bytes] = /^"?(pyspark\/.+?)"?,sha256=([\w-]+),(\d+)\s*$/.exec(line) ?? [];
      if (path === undefined || hash === undefined) return [];
      const expected = { bytes: Number(bytes), sha256: Buffer.from(hash, "base64url").toString("hex") };
      const file = join(packages!, path);
      return isFile(file, thoroughly ? expected : { bytes: expected.bytes }) ? [] : [file];
    });
}

function sitePackages(folder: string): string | undefined {
  const libraries = join(folder, "lib");
  if (!existsSync(libraries)) return undefined;
  return readdirSync(libraries)
    .filter((name) => name.startsWith("python3"))
    .map((name) => join(libraries, name, "site-packages"))
    .find((packages) => existsSync(join(packages, "pyspark")));
}

/** Makes the environment with the user's `python3` and settings of pip. Throws `NO_PYTHON`, `FETCH_FAILED`, `DISK_FULL`. */
export async function makeEnvironment(folder: string, signal?: AbortSignal): Promise<void> {
  const draft = `${folder}.draft-${randomUUID()}`;
  mkdirSync(dirname(folder), { recursive: true });
  try {
    const version = await runChild("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"], { signal });
    if (version.exitCode !== 0)
      throw noPython(version.exitCode === 127 ? "there is no python3" : "python3 is older than 3.8");
    const made = await runChild("python3", ["-m", "venv", draft], { signal });
    if (made.exitCode !== 0) throw noPython(`python3 cannot make a virtual environment: ${lastLines(made)}`);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", pipRequirement()];
    const installed = await runChild(join(draft, "bin", "python"), pip, { signal });
    if (installed.exitCode !== 0) throw pipFailure(installed);
    replaceFolder(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function noPython(why: string): HowdahError {
  return new HowdahError(why, {
    code: "NO_PYTHON",
    next: `install Python 3.8 or later with venv (${hintTexts(hints.python).join("; ")})`,
  });
}

function pipFailure(ended: Ended): HowdahError {
  const why = lastLines(ended);
  if (/no space left on device|disk quota exceeded/i.test(ended.stderr))
    return new HowdahError(`pip could not keep ${pipRequirement()}: ${why}`, {
      code: "DISK_FULL",
      fault: "run",
      next: "free some space, then do the same again",
    });
  return new HowdahError(`pip could not install ${pipRequirement()}: ${why}`, {
    code: "FETCH_FAILED",
    fault: "server",
    next: "see that pip reaches its index (settings: python3 -m pip config list), then do the same again",
  });
}

function lastLines({ exitCode, stdout, stderr }: Ended): string {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => line.startsWith("ERROR"));
  const said = (errors.length > 0 ? errors : lines).slice(-2).join("\n");
  return said === "" ? `exit code ${exitCode}` : said;
}
