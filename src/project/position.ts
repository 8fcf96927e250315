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
  // The first key stands in the object that is the call's argument; each other anywhere inside the value of the one
  // before it, since calls may stand between.
  let keyDepth = 1;
  const pattern =
    /\/\/[^\n]*|\/\*[^]*?\*\/|(?<key>[A-Za-z_$][\w$]*|"[^"\n]*"|'[^'\n]*')(?=\s*:)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[{}[\]()]/g;
  pattern.lastIndex = start;
  for (let match = pattern.exec(source); match !== null && found < path.length; match = pattern.exec(source)) {
    const [token] = match;
    if ("{[(".includes(token)) depth += 1;
    else if ("}])".includes(token)) {
      depth -= 1;
      // Left the object in which the next key should have stood.
      if (depth < keyDepth) break;
    } else if (
      match.groups?.["key"]?.replace(/^["']|["']$/g, "") === path[found] &&
      (found === 0 ? depth === 2 : depth > keyDepth)
    ) {
      found += 1;
      keyDepth = depth;
      best = source.slice(0, match.index).split("\n").length;
    }
  }
  return { file: at.file, line: best };
}
