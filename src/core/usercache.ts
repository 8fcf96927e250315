import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** `HOWDAH_CACHE`, else `howdah` below `XDG_CACHE_HOME`, else `~/.cache/howdah`. */
export function userCache(env: NodeJS.ProcessEnv = process.env): string {
  const own = env["HOWDAH_CACHE"];
  if (own !== undefined && own !== "") return resolve(own);
  const caches = env["XDG_CACHE_HOME"];
  return resolve(caches === undefined || caches === "" ? join(homedir(), ".cache") : caches, "howdah");
}
