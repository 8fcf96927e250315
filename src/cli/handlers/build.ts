import { join, resolve } from "node:path";
import { exitCodes } from "../../core/errors.ts";
import { targetOf } from "../../project/load.ts";
import { build } from "../../release/build.ts";
import { writeBuild } from "../../release/write.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { nearby } from "../nearby.ts";
import { projectOf } from "../project.ts";
import { defines } from "../values.ts";

/** `howdah build` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  const out = args.text("out");
  const folder = out === undefined ? join(project.root, "build-files") : resolve(io.cwd, out);
  const built = build(project, targetOf(project, "cluster", args.text("target")), { given: defines(args) });
  writeBuild(built, folder);
  const { manifest } = built;
  if (io.json) io.out(JSON.stringify({ folder, ...manifest }));
  else {
    const width = Math.max(...manifest.applications.map(({ kind, name }) => kind.length + name.length + 1));
    for (const { kind, name, path } of manifest.applications) io.out(`${`${kind} ${name}`.padEnd(width)}  ${path}`);
    const { green } = io.colors;
    const files = `${manifest.files.length + 1} files in ${nearby(folder, io)}`;
    io.out(`${green("built")} ${manifest.target} (${manifest.profile}), release ${manifest.hash}: ${files}`);
  }
  return exitCodes.done;
}
