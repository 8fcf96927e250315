import { HowdahError } from "howdah";

/** A file of an archive. */
export interface TarFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

const block = 512;

/**
 * Files as an archive of POSIX ustar, which tars of every age unpack. The same files give the same bytes: no times, no
 * owners. Throws `FILE_NAME` for a path that ustar has no room for.
 */
export function tarOf(files: readonly TarFile[]): Buffer {
  const folders = new Set(files.flatMap(({ path }) => foldersOf(path)));
  const parts = [...folders].sort().map((path) => header(`${path}/`, 0, 0o755, "5"));
  for (const { path, content, executable } of files) {
    parts.push(header(path, content.length, executable ? 0o755 : 0o644, "0"), Buffer.from(content));
    parts.push(Buffer.alloc((block - (content.length % block)) % block));
  }
  // Two empty blocks end it.
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

/** Each folder above a path. */
function foldersOf(path: string): readonly string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, i) => names.slice(0, i + 1).join("/"));
}

function header(path: string, bytes: number, mode: number, type: "0" | "5"): Buffer {
  const { name, prefix } = divided(path);
  const out = Buffer.alloc(block);
  const octal = (value: number, at: number, width: number): void => {
    out.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at, "latin1");
  };
  out.write(name, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(bytes, 124, 12);
  octal(0, 136, 12);
  // The sum is taken with spaces where it will stand.
  out.fill(" ", 148, 156);
  out.write(type, 156);
  out.write("ustar\u000000", 257, "latin1");
  out.write(prefix, 345);
  const sum = out.reduce((total, byte) => total + byte, 0);
  out.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return out;
}

/** A path in the two fields that ustar has for it: 155 bytes, a slash that is not written, 100 bytes. */
function divided(path: string): { readonly name: string; readonly prefix: string } {
  const fits = (text: string, bytes: number): boolean => Buffer.byteLength(text) <= bytes;
  if (fits(path, 100)) return { name: path, prefix: "" };
  for (let at = path.indexOf("/"); at !== -1 && at < path.length - 1; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (fits(name, 100) && fits(prefix, 155)) return { name, prefix };
  }
  throw new HowdahError("the path is too long for an archive that old hosts unpack", {
    code: "FILE_NAME",
    where: path,
    next: "give the definition or the file a shorter name",
  });
}
