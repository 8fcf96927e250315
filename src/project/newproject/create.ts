import { closeSync, existsSync, lstatSync, mkdirSync, openSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HowdahError, systemCode } from "../../core/errors.ts";
import { diskError, onDisk, readIfThere, writeByRename } from "../disk.ts";
import { packageJson } from "./packagejson.ts";
import { templateFiles, type TemplateFile, type TemplateName } from "./templates.ts";

/** What a new project is made of. */
export interface NewProject {
  readonly folder: string;
  readonly template: TemplateName;
  /** Paths of the files that were written, below the folder. */
  readonly files: readonly string[];
  /** What was added to a package.json that was there. */
  readonly added: readonly string[];
  /** Whether `npm install` comes before anything else. */
  readonly needsInstall: boolean;
  /** Packages that were not added, as npm is asked for them. */
  readonly wanted: readonly string[];
}

/**
 * Makes a folder a project: writes a template's files into it, and package.json, to which what it lacks is added. Asks
 * no network. When one of its files is there already, or a write fails, nothing is left written. Throws `FILE_EXISTS`,
 * `PACKAGE_JSON`, and what the disk refuses.
 */
export function createProject(folder: string, template: TemplateName): NewProject {
  const files = templateFiles(template);
  refuseExisting(folder, files);
  const own = join(folder, "package.json");
  const there = onDisk("read package.json", own, () => readIfThere(own));
  const { text, added, needsInstall, wanted } = packageJson(template, folder, there);
  const all =
    there === undefined ? [...files, { path: "package.json", content: Buffer.from(text), executable: false }] : files;
  writeAll(folder, all, () => {
    // The last: what can fail has been done, and nothing has to be put back.
    if (there === undefined || text === there) return;
    const aside = join(folder, ".package.json.howdah");
    try {
      onDisk("write package.json", own, () => writeByRename(own, aside, text));
    } finally {
      rmSync(aside, { force: true });
    }
  });
  return { folder, template, files: all.map(({ path }) => path), added, needsInstall, wanted };
}

function refuseExisting(folder: string, files: readonly TemplateFile[]): void {
  const there = files.map(({ path }) => path).filter((path) => isOccupied(join(folder, path)));
  const [first, ...others] = there;
  if (first === undefined) return;
  const shown = there.slice(0, 5).join(", ");
  throw new HowdahError(
    `${shown}${there.length > 5 ? ` and ${there.length - 5} more` : ""} ${others.length === 0 ? "is" : "are"} there already: nothing was written`,
    {
      code: "FILE_EXISTS",
      where: join(folder, first),
      next: "name a new folder: howdah init FOLDER, or move them away",
    },
  );
}

/** Whether something stands at a path, or a file where a folder of the path goes. */
function isOccupied(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (systemCode(error) === "ENOTDIR") return true;
    throw diskError(error, "look at what is there", path);
  }
}

/** Writes files that are not there, then does the rest; takes everything away again when something fails. */
function writeAll(folder: string, files: readonly TemplateFile[], rest: () => void): void {
  const undo: (() => void)[] = [];
  try {
    for (const { path, content, executable } of files) {
      const whole = join(folder, path);
      makeFolder(dirname(whole), undo);
      onDisk(`write ${path}`, whole, () => {
        // `wx`: what came in between is not overwritten.
        const file = openSync(whole, "wx", executable ? 0o777 : 0o666);
        undo.push(() => rmSync(whole, { force: true }));
        try {
          writeFileSync(file, content);
        } finally {
          closeSync(file);
        }
      });
    }
    rest();
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  }
}

function makeFolder(folder: string, undo: (() => void)[]): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder), undo);
  onDisk("make a folder", folder, () => mkdirSync(folder));
  undo.push(() => {
    try {
      rmdirSync(folder);
    } catch {
      // Somebody else has put something in.
    }
  });
}
