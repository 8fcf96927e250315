// Two days of an invented shop, from raw files to top spenders: `npm run demo`. Everything it does is a command that
// can be typed, and is shown as one.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exitCodes, HowdahError } from "howdah";
import { parseOptions, reportError, usage } from "./command-line.ts";

const root = join(import.meta.dirname, "..");

const help = `Makes two days of an invented shop's raw files, lands them, runs the bundle, and shows what came out.

  npm run demo [-- --data DIR]

  --data DIR   where the data goes (default: data); refused when something else is in it
  --help`;

/** Says that a data root is the demo's own, which it may land into again. */
const mark = "_demo";

function ownFolder(data: string): void {
  const folder = join(root, data);
  if (existsSync(join(folder, "landing")) && !existsSync(join(folder, mark)))
    throw new HowdahError(`${data} holds data that the demo did not make`, {
      code: "NOT_EMPTY",
      where: folder,
      next: "npm run demo -- --data another-folder",
    });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, mark), "made by npm run demo\n");
}

/** Runs a command of this project in front of the reader; one that fails ends the demo with its exit code. */
function step(title: string, shown: string, program: string, args: readonly string[]): void {
  console.log(`\n${title}\n$ ${shown}`);
  const { status, signal } = spawnSync(process.execPath, [program, ...args], { cwd: root, stdio: "inherit" });
  if (status === 0) return;
  throw new HowdahError(`${shown} ended with ${signal ?? status}`, {
    code: "DEMO",
    exitCode: signal === "SIGINT" ? exitCodes.interrupted : (status ?? exitCodes.failed),
  });
}

function script(title: string, name: string, args: readonly string[]): void {
  const jiti = join(root, "node_modules/jiti/lib/jiti-cli.mjs");
  step(title, `npm run ${name} -- ${args.join(" ")}`, jiti, [`scripts/${name}.ts`, ...args]);
}

function howdah(title: string, args: readonly string[]): void {
  const shown = args.map((arg) => (/[\s*()]/.test(arg) ? `"${arg}"` : arg)).join(" ");
  step(title, `npx howdah ${shown}`, join(root, "bundle/howdah.js"), args);
}

try {
  const given = parseOptions(
    "demo",
    { data: { type: "string", default: "data" }, help: { type: "boolean" } } as const,
    process.argv.slice(2),
  );
  if (given.help === true) console.log(help);
  else {
    const { data } = given;
    if (data.startsWith("/")) throw usage("demo", `--data ${data}: the demo takes a folder of the project`);
    ownFolder(data);
    const raw = `${data}/raw`;
    const on = data === "data" ? [] : ["--data", data];
    script("1. Raw files of two days: hits of a web site, and the till's invoices.", "generate", [
      ...["--out", raw, "--days", "2", "--scale", "1", "--seed", "7", "--customers", "linked"],
    ]);
    script("2. Land them: every hour in a folder of its own, flagged when it is complete.", "land", [
      ...["--web-logs", `${raw}/web-logs.tsv.gz`, "--sales", `${raw}/online-retail.csv.gz`],
      ...["--products", `${raw}/products.tsv.gz`, "--link", "column", "--replace", "--data", data],
    ]);
    howdah("3. Run the bundle: sessions, the sales they led to, top spenders.", [
      "run",
      "marketing",
      "--as-range",
      ...on,
    ]);
    const spenders = "select * from warehouse.daily_top_spenders where rank <= 3 order by date_ts, rank";
    howdah("4. Who spent most?", ["query", spenders, ...on]);
    howdah("5. Which product pages lead to a sale?", ["query", "conversion_by_product_category", ...on]);
    howdah("6. Where do the top spenders come from?", ["query", "spend_by_city_and_day", ...on]);
    const tail = on.length === 0 ? "" : ` ${on.join(" ")}`;
    console.log(`
Where to look next
  npx howdah query --list${tail}                      the other questions that analysts ask
  npx howdah query --tables${tail}                    every table, for SQL of your own
  npx howdah run --dry-run -D top_spenders=5${tail}   what a changed parameter would make outdated
  oozie/coordinators.ts, spark-jobs/*.sql      what has just run: definitions and jobs
  docs/getting-started.md                      the same with your own files`);
  }
} catch (error) {
  reportError(error, false);
}
