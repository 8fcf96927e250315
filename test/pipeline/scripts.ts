import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's own folder. */
export const projectRoot = fileURLToPath(new URL("../../../", import.meta.url));

export const jitiPath = join(projectRoot, "node_modules/.bin/jiti");

export interface ScriptResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the project's scripts as `npm run` does. */
export function runScript(script: string, ...args: readonly string[]): ScriptResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [jitiPath, `scripts/${script}.ts`, ...args], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}
