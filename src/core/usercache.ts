import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

/**
 * `HOWDAH_CACHE`, else `howdah` below `XDG_CACHE_HOME`, else `~/.cache/howdah`; undefined where there is no home. As the XDG
 * specification says, only absolute folders count: what lies in the current one may be anybody's.
 */
export function userCache(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const own = env["HOWDAH_CACHE"];
  if (own !== undefined && own !== "") return resolve(own);
  const caches = env["XDG_CACHE_HOME"];
  if (caches !== undefined && isAbsolute(caches)) return join(caches, "howdah");
  const home = homeFolder();
  return home === undefined ? undefined : join(home, ".cache", "howdah");
}

function homeFolder(): string | undefined {
  try {
    const home = homedir();
    return isAbsolute(home) ? home : undefined;
  } catch {
    // A user who is in no list of users, as in some containers.
    return undefined;
  }
}
