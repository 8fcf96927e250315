import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "#src/core/errors.js";
import { pipRequirement } from "#src/sandbox/lists.js";
import { packageCache } from "#src/sandbox/packages.js";
import { environmentFolder, findEnvironment, makeEnvironment } from "#src/sandbox/python.js";
import { skip } from "./skip.js";

const projectRoot = join(import.meta.dirname, "..", "..", "..");

/** The runner as it is shipped. */
export const runSqlFile = join(projectRoot, "dist", "jobs", "spark", "run_sql.py");

/** A file of this folder that is not compiled. */
export function supportFile(name: string): string {
  return join(projectRoot, "test", "support", name);
}

export interface Spark {
  /** The interpreter of the virtual environment that holds PySpark. */
  readonly python: string;
  readonly sparkHome: string;
  /** What a process needs in its environment to run on two cores of this machine, in UTC, seen by nobody else. */
  readonly env: NodeJS.ProcessEnv;
}

export interface Missing {
  readonly reason: string;
}

export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface StartOptions {
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly stdin?: string;
  /** Kills the process after so many milliseconds. */
  readonly killAfter?: number;
  readonly disturbance?: Disturbance;
}

/** What is done to a process, once, when it has come so far. */
interface Disturbance {
  readonly ready: (stdout: string, pid: number) => boolean;
  readonly act: (pid: number) => void;
}

/** Runs a program to its end. A program that is not there exits with 127, as in a shell. */
export function start(program: string, args: readonly string[], options: StartOptions = {}): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: options.env, stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    // A program that ends before it has read everything breaks the pipe; its exit code says why.
    child.stdin.on("error", () => undefined).end(options.stdin ?? "");
    const timer =
      options.killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), options.killAfter);
    const { disturbance } = options;
    const look = (): void => {
      if (disturbance?.ready(stdout, child.pid!) !== true) return;
      clearInterval(looking);
      disturbance.act(child.pid!);
    };
    const looking = disturbance === undefined ? undefined : setInterval(look, 20);
    child.on("error", () => {
      clearInterval(looking);
      resolve({ exitCode: 127, stdout, stderr });
    });
    child.on("close", (code) => {
      clearInterval(looking);
      clearTimeout(timer);
      resolve({ exitCode: code ?? 128, stdout, stderr });
    });
  });
}

/** A temporary folder for one test file; the caller removes it. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "howdah-test-"));
}

let python: Promise<string | undefined> | undefined;

/** `python3`, when there is one of 3.8 or later. */
export function findPython(): Promise<string | undefined> {
  return (python ??= start("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"]).then(({ exitCode }) =>
    exitCode === 0 ? "python3" : undefined,
  ));
}

let spark: Promise<Spark | Missing> | undefined;

/** Finds PySpark in the cache, or puts it there, once. Throws when it cannot be had although `CI` is `true`. */
export async function findSpark(): Promise<Spark | Missing> {
  const found = await (spark ??= prepareSpark());
  if ("reason" in found && process.env["CI"] === "true")
    throw new Error(`Spark is needed with CI=true: ${found.reason}`);
  return found;
}

/** Spark for a test; without it the test is skipped and says why. */
export async function needSpark(test: Mocha.Context): Promise<Spark> {
  const found = await findSpark();
  return "reason" in found ? skip(test, found.reason) : found;
}

/** Python for a test; without it the test is skipped and says why. */
export async function needPython(test: Mocha.Context): Promise<string> {
  const found = await findPython();
  if (found === undefined && process.env["CI"] === "true") throw new Error("python3 is needed with CI=true");
  return found ?? skip(test, "there is no python3 of 3.8 or later");
}

async function prepareSpark(): Promise<Spark | Missing> {
  const java = process.env["JAVA_HOME"] === undefined ? "java" : join(process.env["JAVA_HOME"], "bin", "java");
  if ((await start(java, ["-version"])).exitCode !== 0) return { reason: "there is no Java" };
  const basePython = await findPython();
  if (basePython === undefined) return { reason: "there is no python3 of 3.8 or later" };
  const folder = environmentFolder(packageCache());
  if (findEnvironment(folder) === undefined) {
    process.stderr.write(`fetching ${pipRequirement()} (300 MB, once) with pip into ${folder}\n`);
    try {
      await makeEnvironment(folder);
    } catch (error) {
      return { reason: messageOf(error) };
    }
  }
  const found = findEnvironment(folder);
  return found === undefined
    ? { reason: `${folder} holds no PySpark: remove it, so that it is made again` }
    : { ...found, env: environment(found.python) };
}

function environment(pythonFile: string): NodeJS.ProcessEnv {
  // Compiling no further than C1 halves the time of runs that are over in seconds.
  const java = "-Duser.timezone=UTC -XX:+UseSerialGC -XX:TieredStopAtLevel=1";
  const submit = ["--master", "local[2]", "--driver-memory", "1g", "--conf", `'spark.driver.extraJavaOptions=${java}'`];
  return {
    ...process.env,
    SPARK_HOME: undefined,
    PYTHONPATH: join(runSqlFile, ".."),
    PYTHONDONTWRITEBYTECODE: "1",
    PYSPARK_PYTHON: pythonFile,
    PYSPARK_SUBMIT_ARGS: [...submit, "pyspark-shell"].join(" "),
    SPARK_LOCAL_IP: "127.0.0.1",
  };
}

/** Runs Python below Spark's environment, with a folder of its own for what Spark puts aside. */
async function runPython(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: StartOptions = {},
): Promise<Finished> {
  const found = await findSpark();
  if ("reason" in found) throw new Error(found.reason);
  const folder = temporaryFolder();
  try {
    return await start(found.python, args, {
      ...options,
      env: { ...found.env, SPARK_LOCAL_DIRS: folder, TMPDIR: folder, ...env },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `run_sql.py` on two cores of this machine, to which something is done on its way. */
export function disturbedSpark(args: readonly string[], disturbance: Disturbance): Promise<Finished> {
  return runPython([runSqlFile, ...args], {}, { disturbance });
}

/** Several runs of `run_sql.py`, one after the other in one process, which spares most of their time. */
export async function runSparkEach(runs: readonly (readonly string[])[]): Promise<Finished[]> {
  return JSON.parse(await runScript("runs.py", JSON.stringify(runs))) as Finished[];
}

/** The rows of many small queries, as texts, by one Spark session set up as `run_sql.py` sets its own up. */
export async function sparkQueries(queries: readonly string[]): Promise<(string | null)[][][]> {
  return JSON.parse(await runScript("queries.py", JSON.stringify(queries))) as (string | null)[][][];
}

async function runScript(name: string, stdin: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runPython([supportFile(name)], {}, { stdin });
  if (exitCode !== 0) throw new Error(`${name} failed:\n${stderr}`);
  return stdout;
}
