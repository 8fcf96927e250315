import { relative, resolve } from "node:path";
import { didYouMean, exitCodes, HowdahError } from "../../core/errors.ts";
import { createProject } from "../../project/newproject/create.ts";
import { templates, type TemplateName } from "../../project/newproject/templates.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";

/** `howdah init` */
export function handle(args: Arguments, io: Io): number {
  const folder = resolve(io.cwd, args.positionals[0] ?? ".");
  const made = createProject(folder, templateOf(args.text("template") ?? "orders"));
  const from = relative(io.cwd, folder);
  const first = made.template === "marketing" ? "npm run demo" : "npx howdah run";
  const next = [...(from === "" ? [] : [`cd ${from}`]), ...(made.needsInstall ? ["npm install"] : []), first];
  if (io.json) {
    io.out(JSON.stringify({ ...made, next }));
    return exitCodes.done;
  }
  const { green, dim } = io.colors;
  for (const path of made.files.filter((one) => !one.includes("/"))) io.out(`  ${path}`);
  for (const [name, count] of foldersOf(made.files))
    io.out(`  ${name}/  ${dim(`${count} ${count === 1 ? "file" : "files"}`)}`);
  if (made.added.length > 0) io.out(`  package.json  ${dim(`added ${made.added.join(", ")}`)}`);
  io.out(`${green("made")} ${from === "" ? "this folder" : from} a project; its README.md says what to do with it`);
  if (made.wanted.length > 0)
    io.out(`to have types checked: npm install --save-dev ${made.wanted.join(" ")} && npm pkg set scripts.types=tsc`);
  io.out(`next: ${next.join(" && ")}`);
  return exitCodes.done;
}

function templateOf(name: string): TemplateName {
  if (Object.hasOwn(templates, name)) return name as TemplateName;
  const names = Object.keys(templates);
  throw new HowdahError(`there is no template ${name}${didYouMean(name, names)}`, {
    code: "USAGE",
    next: `the templates are ${names.join(", ")}`,
  });
}

/** How many files lie in each folder at the top. */
function foldersOf(files: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of files) {
    const [name, ...rest] = path.split("/");
    if (rest.length > 0) counts.set(name!, (counts.get(name!) ?? 0) + 1);
  }
  return counts;
}
