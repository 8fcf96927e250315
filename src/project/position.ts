import type { Place } from "../core/source.ts";

/**
 * Where a key of an object literal stands in a source text, counted from the call at `at`: as near to it as the text
 * allows, for keys may be computed. Strings, comments and templates are passed over.
 */
export function placeOfKey(source: string, at: Place, path: readonly string[]): Place {
  const lines = source.split("\n");
  const start = lines.slice(0, at.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  let best = at.line;
  let found = 0;
  let depth = 0;
  const pattern =
    /\/\/[^\n]*|\/\*[^]*?\*\/|(?<key>[A-Za-z_$][\w$]*|"[^"\n]*"|'[^'\n]*')(?=\s*:)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[{}[\]()]/g;
  pattern.lastIndex = start;
  for (let match = pattern.exec(source); match !== null && found < path.length; match = pattern.exec(source)) {
    const [token] = match;
    if ("{[(".includes(token)) depth += 1;
    else if ("}])".includes(token)) {
      depth -= 1;
      // Left the object in which the next key should have stood.
      if (depth < found) break;
    } else if (match.groups?.["key"]?.replace(/^["']|["']$/g, "") === path[found] && depth >= found + 1) {
      found += 1;
      best = source.slice(0, match.index).split("\n").length;
    }
  }
  return { file: at.file, line: best };
}
