import { join } from "node:path";
import { commandFile, startProgram } from "./command.js";

/** What a command did on a terminal. */
export interface Shown {
  readonly code: number | null;
  /** What stands there in the end, lines from the first that was written. */
  readonly screen: readonly string[];
  /** All that a person saw on the way: the line of the cursor, whenever it was left or cleared. */
  readonly seen: readonly string[];
  /** What was written, controls and all. */
  readonly written: string;
}

const script = join(import.meta.dirname, "..", "..", "..", "test", "support", "terminal.py");
const columns = 100;

/** Runs the command on a terminal of 100 columns and 40 rows. */
export async function onTerminal(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<Shown> {
  const command = [script, `${columns}`, "40", process.execPath, commandFile, ...args];
  // What says that nobody looks is not the terminal's.
  const own = { TERM: "xterm-256color", CI: undefined, NO_COLOR: undefined, ...env };
  const { code, out, err } = await startProgram("python3", command, cwd, own).ended;
  if (err !== "") throw new Error(`the terminal: ${err}`);
  return { code, written: out, ...drawn(out) };
}

/** As a terminal draws it: the controls that howdah writes, and no others. */
function drawn(written: string): Pick<Shown, "screen" | "seen"> {
  const lines = [""];
  const seen: string[] = [];
  let [row, column] = [0, 0];
  const look = (): void => void seen.push(lines[row]!.trimEnd());
  for (const [token] of written.matchAll(/\u001b\[[\d;]*[A-Za-z]|[^\u001b]/gu)) {
    if (token === "\n") {
      look();
      row += 1;
      lines[row] ??= "";
    } else if (token === "\r") column = 0;
    else if (!token.startsWith("\u001b")) {
      if (column === columns) {
        [row, column] = [row + 1, 0];
        lines[row] ??= "";
      }
      lines[row] = lines[row]!.slice(0, column).padEnd(column) + token + lines[row]!.slice(column + 1);
      column += 1;
    } else if (token.endsWith("A")) row = Math.max(0, row - Number(token.slice(2, -1) || 1));
    else if (token === "\u001b[2K") {
      look();
      lines[row] = "";
    } else if (token === "\u001b[0J") {
      lines.splice(row + 1);
      lines[row] = lines[row]!.slice(0, column);
    } else if (!token.endsWith("m")) throw new Error(`the terminal knows no ${JSON.stringify(token)}`);
  }
  return { screen: lines.map((line) => line.trimEnd()), seen };
}
