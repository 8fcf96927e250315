import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..", "..", "..");
/** The command as it is shipped; while coverage is measured the compiled sources, which the bundle hides. */
export const commandFile = join(
  root,
  process.env["NODE_V8_COVERAGE"] === undefined ? "bundle/howdah.js" : "dist/cli/bin.js",
);

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A process that was started, and what will have become of it; what it prints goes to no terminal. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export function startProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Started {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<Ended>((resolve, reject) => {
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended };
}

/** Starts the command. */
export function startCommand(args: readonly string[], cwd: string, env?: NodeJS.ProcessEnv): Started {
  return startProgram(process.execPath, [commandFile, ...args], cwd, env);
}

export function howdah(args: readonly string[], cwd: string, env?: NodeJS.ProcessEnv): Promise<Ended> {
  return startCommand(args, cwd, env).ended;
}

/** A project in a temporary folder, made of files' texts by their paths. The caller removes it. */
export function madeProject(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
  for (const [path, text] of Object.entries(files)) writeFile(join(folder, path), text);
  return folder;
}

export function writeFile(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** A copy of the project of sensors: a raw data set, an hourly job with a running state, a daily job, queries. */
export function sensorsProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
  cpSync(join(root, "test/fixtures/sensors"), folder, { recursive: true });
  return folder;
}

/** Gives a project of sensors a job with the units of `collect`, which reads what that one makes. */
export function addHeat(folder: string): void {
  const file = join(folder, "definitions.ts");
  const heat = `export const heat = job("heat", {
  sql: "heat.sql",
  every: hours(1),
  reads: { readings: readings.current(0) },
  writes: [partitionsOf(table(house, "heat", {
    columns: { sensor: "string", alarms: "bigint" },
    partitionedBy: byHour,
    format: parquet,
    location: path\`\${p.data}/house/heat\`,
  }), hourly)],
  parameters: [p.alarm_above],
});
export const collectHour`;
  const text = readFileSync(file, "utf8").replace("export const collectHour", () => heat);
  writeFile(file, text.replace("job: collect,", "job: [collect, heat],"));
  const sql = readFileSync(join(folder, "count_alarms.sql"), "utf8").replace("house.alarms", "house.heat");
  writeFile(
    join(folder, "heat.sql"),
    sql.replaceAll("substr(date_ts, 1, 8)", "date_ts").replace("date_ts as date_ts", "date_ts"),
  );
}

/** Puts readings, `sensor,yyyy-MM-dd HH:mm,value` each, into the hours of a sensors project; each hour gets its flag. */
export function landReadings(project: string, hours: Readonly<Record<string, readonly string[]>>): void {
  for (const [hour, readings] of Object.entries(hours)) {
    const folder = join(project, "data/landing/lines", `date_ts=${hour}`);
    if (readings.length > 0) writeFile(join(folder, "a.csv"), ["sensor,taken,value", ...readings, ""].join("\n"));
    writeFile(join(folder, "_SUCCESS"), "");
  }
}

/** Removes a test's folder. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
