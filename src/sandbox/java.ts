import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A Java on this machine. */
export interface Java {
  readonly home: string;
  /** Such as 17. */
  readonly version: number;
}

/** What `-XshowSettings:properties` tells of a `java`; undefined when it does not run. */
export function javaAt(command: string, env: NodeJS.ProcessEnv = process.env): Java | undefined {
  const { stderr, status } = spawnSync(command, ["-XshowSettings:properties", "-version"], { encoding: "utf8", env });
  if (status !== 0) return undefined;
  const home = /^\s*java\.home = (.+)$/m.exec(stderr)?.[1];
  const version = /^\s*java\.specification\.version = (?:1\.)?(\d+)$/m.exec(stderr)?.[1];
  return home === undefined || version === undefined ? undefined : { home, version: Number(version) };
}

/** Where systems install Javas, one a folder. */
export const javaFolders: readonly string[] = ["/usr/lib/jvm", "/Library/Java/JavaVirtualMachines"];

/** Every Java that is easy to find, the user's choice first: `JAVA_HOME`, the path, where systems install them. */
export function* javas(env: NodeJS.ProcessEnv = process.env, folders = javaFolders): Generator<Java> {
  const homes = env["JAVA_HOME"] === undefined || env["JAVA_HOME"] === "" ? [] : [env["JAVA_HOME"]];
  const installed = folders.flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [],
  );
  const commands = [
    ...homes.map((home) => join(home, "bin/java")),
    "java",
    ...installed.flatMap((home) => [join(home, "bin/java"), join(home, "Contents/Home/bin/java")]).filter(existsSync),
  ];
  for (const command of commands) {
    const java = javaAt(command, env);
    if (java !== undefined) yield java;
  }
}

/** The Java to use: 17, or one that may do. The servers do not start on 23 and later (JEP 411: `Subject.getSubject`). */
export function chooseJava(env: NodeJS.ProcessEnv = process.env, folders = javaFolders): Java | undefined {
  let other: Java | undefined;
  for (const java of javas(env, folders)) {
    if (java.version === 17) return java;
    if (java.version > 17 && java.version < 23) other ??= java;
  }
  return other;
}

/** The program of the chosen Java; where none will do, the user's own: that of `JAVA_HOME`, else `java` of the path. */
export function javaProgram(env: NodeJS.ProcessEnv = process.env): string {
  const home = chooseJava(env)?.home ?? env["JAVA_HOME"];
  return home === undefined || home === "" ? "java" : join(home, "bin", "java");
}
