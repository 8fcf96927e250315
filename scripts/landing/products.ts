import { HowdahError } from "howdah";
import { productColumns } from "./feeds.ts";
import { readBlocks } from "./source-file.ts";

/** The products with their declared header, UTF-8, LF; a line that cannot be split is copied as it is. */
export async function readProducts(path: string): Promise<{ readonly text: Buffer; readonly lines: number }> {
  const blocks: Buffer[] = [];
  for await (const block of readBlocks(path, () => undefined)) blocks.push(block);
  // Latin-1 keeps every byte as it is, whatever the file's encoding.
  const [head = "", ...lines] = Buffer.concat(blocks).toString("latin1").replaceAll("\r\n", "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  const names = head.split("\t");
  const absent = productColumns.filter((name) => !names.includes(name));
  if (absent.length > 0)
    throw new HowdahError(`the file lacks ${absent.join(", ")}; its header is: ${head.slice(0, 200)}`, {
      code: "MISSING_COLUMN",
      where: `${path}:1`,
      next: `its first line must name, separated by a tab: ${productColumns.join(", ")}`,
    });
  const order = productColumns.map((name) => names.indexOf(name));
  const mapped = lines.map((line) => {
    const fields = line.split("\t");
    return fields.length === names.length ? order.map((at) => fields[at]).join("\t") : line;
  });
  const text = [productColumns.join("\t"), ...mapped].map((line) => `${line}\n`).join("");
  return { text: Buffer.from(text, "latin1"), lines: lines.length };
}
