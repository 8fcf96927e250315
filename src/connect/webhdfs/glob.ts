import { isNotFound, type CallOptions } from "./calls.ts";
import type { WebHdfs } from "./client.ts";
import { below } from "./status.ts";

/**
 * The paths that a pattern stands for, in order: `*`, `?` and `[ab]` within a name, as `hdfs dfs` has them; `\` takes the
 * meaning of what follows it. A pattern without any stands for itself, there or not.
 */
export async function expandGlob(hdfs: WebHdfs, pattern: string, options: CallOptions = {}): Promise<string[]> {
  if (!/[*?[\\]/.test(pattern) || (await hdfs.exists(pattern, options))) return [pattern];
  let found = ["/"];
  for (const part of pattern.split("/").filter((name) => name !== "")) {
    const matching = /[*?[]/.test(part.replace(/\\./g, "")) ? nameMatcher(part) : undefined;
    const next: string[] = [];
    for (const folder of found) {
      if (matching === undefined) {
        const path = below(folder, part.replace(/\\(.)/g, "$1"));
        if (await hdfs.exists(path, options)) next.push(path);
        continue;
      }
      try {
        for await (const { name, path } of hdfs.list(folder, options))
          // A file lists itself.
          if (path !== folder && matching.test(name)) next.push(path);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    found = next;
  }
  return found;
}

function nameMatcher(part: string): RegExp {
  const source = part.replace(/\\(.)|(\[[^\]]+\])|([*?])|([.+^${}()|[\]])/g, (_, escaped, set, wild, special) => {
    if (set !== undefined) return String(set).replace(/^\[!/, "[^");
    if (wild !== undefined) return wild === "*" ? ".*" : ".";
    return `\\${String(escaped ?? special)}`;
  });
  return new RegExp(`^(?:${source})$`, "su");
}
