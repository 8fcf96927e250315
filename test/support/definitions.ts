import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadProject, type Project } from "#src/project/load.js";
import { projectRoot } from "./project.js";

/** Writes files (path to text) into a folder and loads the project that is there then. */
export function projectIn(folder: string, files: Readonly<Record<string, string>>): Promise<Project> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  if (!existsSync(join(folder, "node_modules")))
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  return loadProject(folder);
}
