import { join } from "node:path";

/** The user's Java: that of `JAVA_HOME`, else `java` of the path. */
export function javaProgram(env: NodeJS.ProcessEnv = process.env): string {
  const home = env["JAVA_HOME"];
  return home === undefined || home === "" ? "java" : join(home, "bin", "java");
}
