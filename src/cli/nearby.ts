import { relative } from "node:path";
import type { Io } from "./io.ts";

/** A path as one would type it here. */
export function nearby(path: string, io: Io): string {
  const below = relative(io.cwd, path);
  if (below === "") return ".";
  return below.startsWith("..") ? path : below;
}
