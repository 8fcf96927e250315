import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { HowdahError, bug } from "../core/errors.ts";
import { runChild } from "./child.ts";
import { hints, hintTexts } from "./hints.ts";
import { javaProgram } from "./java.ts";
import { agentSources } from "./lists.ts";
import { zipOf } from "./zip.ts";

/** The name of the agent's jar. */
export const agentJar = "howdah-loopback.jar";

/**
 * Compiles the agent into a jar of a folder that holds Byte Buddy in `jars/`. The compiler is a jar as well, so that a
 * Java without one will do. Throws `NO_JAVA` or `OLD_JAVA`.
 */
export async function makeAgent(folder: string, compiler: string, signal?: AbortSignal): Promise<void> {
  const sources = agentSources();
  const libraries = readdirSync(join(folder, "jars"));
  const classes = join(folder, "classes");
  mkdirSync(classes);
  const classPath = libraries.map((name) => join(folder, "jars", name)).join(":");
  const java = javaProgram();
  const args = ["-jar", compiler, "-17", "-proc:none", "-nowarn", "-cp", classPath, "-d", classes, ...sources];
  const ended = await runChild(java, args, { signal });
  if (ended.exitCode !== 0) throw compilerFailure(java, ended.exitCode, `${ended.stdout}${ended.stderr}`.trim());
  const manifest = [
    "Manifest-Version: 1.0",
    `Premain-Class: ${basename(sources[0]!, ".java")}`,
    "Can-Retransform-Classes: true",
    `Class-Path: ${libraries.map((name) => `jars/${name}`).join(" ")}`,
  ];
  // A line of a manifest holds 72 bytes (JAR File Specification, Line length).
  if (manifest.some((line) => line.length > 72)) throw bug("a line of the agent's manifest is too long");
  const compiled = readdirSync(classes).sort();
  writeFileSync(
    join(folder, agentJar),
    zipOf([
      { name: "META-INF/MANIFEST.MF", bytes: Buffer.from(`${manifest.join("\r\n")}\r\n\r\n`) },
      ...compiled.map((name) => ({ name, bytes: readFileSync(join(classes, name)) })),
    ]),
  );
  rmSync(classes, { recursive: true });
}

function compilerFailure(java: string, exitCode: number, said: string): HowdahError {
  const install = `install Java 17 (${hintTexts(hints.java).join("; ")}), or set JAVA_HOME`;
  if (exitCode === 127)
    return new HowdahError(`there is no Java: ${java} cannot be started`, { code: "NO_JAVA", next: install });
  if (said.includes("UnsupportedClassVersionError"))
    return new HowdahError(`${java} is older than Java 17`, { code: "OLD_JAVA", next: install });
  return bug(`the loopback agent does not compile: ${said.split("\n").slice(0, 6).join("\n")}`);
}
