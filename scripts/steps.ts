// What demonstrations have in common: steps that are commands of this project, shown as one would type them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exitCodes, HowdahError } from "howdah";

const root = join(import.meta.dirname, "..");

/** Says that a data root is a demonstration's own, which it may land into again. */
const mark = "_demo";

/** Makes a data root below the project, or takes one that a demonstration made. @throws NOT_EMPTY */
export function ownFolder(data: string, command: string): void {
  const folder = join(root, data);
  if (existsSync(join(folder, "landing")) && !existsSync(join(folder, mark)))
    throw new HowdahError(`${data} holds data that the demo did not make`, {
      code: "NOT_EMPTY",
      where: folder,
      next: `${command} -- --data another-folder`,
    });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, mark), `made by ${command}\n`);
}

/** Runs a command of this project in front of the reader; one that fails ends the demo with its exit code. */
function step(
  title: string,
  shown: string,
  program: string,
  args: readonly string[],
  good: readonly number[] = [0],
): void {
  console.log(`${title === "" ? "" : `\n${title}\n`}$ ${shown}`);
  const { status, signal } = spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: "inherit" });
  if (status !== null && good.includes(status)) return;
  throw new HowdahError(`${shown} ended with ${signal ?? status}`, {
    code: "DEMO",
    exitCode: signal === "SIGINT" ? exitCodes.interrupted : (status ?? exitCodes.failed),
  });
}

export function script(title: string, name: string, args: readonly string[]): void {
  const jiti = join(root, "node_modules/.bin/jiti");
  step(title, `npm run ${name} -- ${args.join(" ")}`, jiti, [`scripts/${name}.ts`, ...args]);
}

/** @param good exit codes that are no failure */
export function howdah(title: string, args: readonly string[], good?: readonly number[]): void {
  const shown = args.map((arg) => (/[\s*()]/.test(arg) ? `"${arg}"` : arg)).join(" ");
  step(title, `npx howdah ${shown}`, join(root, "node_modules/.bin/howdah"), args, good);
}

/** Raw files of an invented shop, landed below `data`. */
export function makeShop(data: string, days: number): void {
  const raw = `${data}/raw`;
  script(
    `1. Raw files of ${days === 1 ? "a day" : `${days} days`}: hits of a web site, and the till's invoices.`,
    "generate",
    [...["--out", raw, "--days", String(days), "--scale", "1", "--seed", "7", "--customers", "linked"]],
  );
  script("2. Land them: every hour in a folder of its own, flagged when it is complete.", "land", [
    ...["--web-logs", `${raw}/web-logs.tsv.gz`, "--sales", `${raw}/online-retail.csv.gz`],
    ...["--products", `${raw}/products.tsv.gz`, "--link", "column", "--replace", "--data", data],
  ]);
}
