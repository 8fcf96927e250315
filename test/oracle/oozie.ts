import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { skip } from "../support/skip.js";
import { start } from "../support/spark.js";

const folder = join(import.meta.dirname, "..", "..", "..", "test", "oracle");
const pom = join(folder, "pom.xml");

/**
 * The answers of Oozie 5.2.1's own classes (Oracle.java) to questions of a few fields each. The test is skipped where
 * there is no JDK or no Maven; the jars (40 MB) are fetched once.
 */
export async function askOozie(
  test: Mocha.Context,
  questions: readonly (readonly (string | number)[])[],
): Promise<string[]> {
  const missing = await fetchJars();
  if (missing !== undefined) {
    if (process.env["CI"] === "true") throw new Error(`Oozie's classes are needed with CI=true: ${missing}`);
    skip(test, missing);
  }
  const stdin = questions.map((fields) => `${fields.join("\t")}\n`).join("");
  const args = ["-cp", join(jars(), "*"), join(folder, "Oracle.java")];
  const { exitCode, stdout, stderr } = await start(java("java"), args, { stdin });
  const answers = stdout.split("\n").slice(0, -1);
  if (exitCode !== 0 || answers.length !== questions.length) throw new Error(`the oracle failed: ${stderr}`);
  return answers;
}

function java(program: string): string {
  const home = process.env["JAVA_HOME"];
  return home === undefined ? program : join(home, "bin", program);
}

function jars(): string {
  const cache =
    process.env["HOWDAH_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "howdah");
  const hash = createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 8);
  return join(cache, `oozie-classes-${hash}`);
}

/** Says what is missing. */
async function fetchJars(): Promise<string | undefined> {
  if ((await start(java("javac"), ["-version"])).exitCode !== 0) return "there is no JDK";
  const wanted = jars();
  if (existsSync(wanted)) return undefined;
  const draft = `${wanted}.${process.pid}`;
  mkdirSync(join(draft, ".."), { recursive: true });
  process.stderr.write(`fetching Oozie's classes (40 MB, once) with Maven into ${wanted}\n`);
  try {
    const args = ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${draft}`];
    const { exitCode, stdout, stderr } = await start("mvn", args);
    if (exitCode === 127) return "there is no Maven (mvn)";
    if (exitCode !== 0) return `Maven could not fetch Oozie's classes: ${stderr || stdout}`;
    try {
      renameSync(draft, wanted);
    } catch (error) {
      // Another run of the tests may have been faster.
      if (!existsSync(wanted)) throw error;
    }
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** A field of a question that may hold anything. */
export function field(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** An answer that may hold anything; an exception stays as it is. */
export function answered(answer: string): string {
  return answer.startsWith("!") ? answer : Buffer.from(answer, "base64").toString();
}

/** Names and values, as the oracle answers them. */
export function answeredValues(answer: string): Readonly<Record<string, string>> {
  const text = answered(answer);
  if (text.startsWith("!")) throw new Error(text);
  const parts = text.split("\0");
  return Object.fromEntries(
    parts.flatMap((name, i) => (i % 2 === 0 && i + 1 < parts.length ? [[name, parts[i + 1]!]] : [])),
  );
}
