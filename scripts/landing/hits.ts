import { readBlocks } from "./source-file.ts";
import { hitHour } from "./row-time.ts";
import type { Intake } from "./intake.ts";

const newline = 10;
const carriageReturn = 13;
const lineEnd = Buffer.from("\n");
const guardedEnd = Buffer.from("\r\n");

/** Sorts the lines of a web log into their hours, each as it is. */
export async function takeHits(path: string, intake: Intake): Promise<void> {
  for await (const block of readBlocks(path, intake.progress)) {
    for (let start = 0; start < block.length;) {
      const found = block.indexOf(newline, start);
      const end = found === -1 ? block.length : found;
      const part = intake.begin(hitHour(block, start, end));
      if (part !== undefined) {
        if (found === -1) {
          intake.rows.write(part, block, start, end);
          // The last line lacks its LF and gets one. A CR at its end was text, and stays so behind another.
          const ending = block[end - 1] === carriageReturn ? guardedEnd : lineEnd;
          intake.rows.write(part, ending, 0, ending.length);
        } else intake.rows.write(part, block, start, end + 1);
      }
      start = end + 1;
    }
    await intake.afterBlock();
  }
}
