import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { HowdahError } from "../core/errors.ts";
import { onDisk } from "../project/disk.ts";
import type { Build } from "./build.ts";
import { layout } from "./layout.ts";

/**
 * Writes a build into a folder, in the place of the build that was there: readers see the old tree or the new one.
 * Throws `IN_THE_WAY` for a folder that holds something else.
 */
export function writeBuild({ files }: Build, folder: string): void {
  if (existsSync(folder) && !existsSync(join(folder, layout.manifest)) && readdirSync(folder).length > 0)
    throw new HowdahError(`${folder} holds something that no build wrote`, {
      code: "IN_THE_WAY",
      where: folder,
      next: "name another folder: --out FOLDER",
    });
  const [made, old] = [`${folder}.new-${process.pid}`, `${folder}.old-${process.pid}`];
  try {
    onDisk("write the build", folder, () => {
      const folders = new Set(files.map(({ path }) => dirname(join(made, path))));
      for (const one of folders) mkdirSync(one, { recursive: true });
      for (const { path, content } of files) writeFileSync(join(made, path), content);
      if (existsSync(folder)) renameSync(folder, old);
      renameSync(made, folder);
    });
  } finally {
    // Killed or refused between the two renames: the old tree goes back.
    if (existsSync(old) && !existsSync(folder)) renameSync(old, folder);
    for (const left of [made, old]) rmSync(left, { recursive: true, force: true });
  }
}
