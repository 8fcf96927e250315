import { isatty } from "node:tty";
import { createColors } from "picocolors";

/** Where a command's output goes. Results go to stdout, everything else to stderr. */
export interface Io {
  /** Writes a line of the result. */
  readonly out: (line: string) => void;
  /** Writes text of the result as it is, waiting while the reader is slow. */
  readonly write: (text: string) => Promise<void>;
  /** Writes a line for a person. */
  readonly say: (line: string) => void;
  /** Shows a line that the next one replaces; nothing happens unless stderr is a terminal that can be drawn over. */
  readonly status: (line: string) => void;
  /** Whether what stands on stdout can be drawn over. */
  readonly redraws: boolean;
  readonly colors: ReturnType<typeof createColors>;
  readonly json: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly cwd: string;
}

export function processIo(options: { readonly json: boolean; readonly signal: AbortSignal }): Io {
  const able = process.env["TERM"] !== "dumb";
  const [redraws, terminal] = [able && isatty(1), able && isatty(2)];
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write("\r\u001b[2K");
    shown = false;
  };
  return {
    ...options,
    cwd: process.cwd(),
    redraws,
    colors: createColors(redraws && terminal && (process.env["NO_COLOR"] ?? "") === ""),
    out: (line) => {
      clear();
      process.stdout.write(`${line}\n`);
    },
    write: (text) =>
      new Promise((resolve) => {
        clear();
        if (process.stdout.write(text)) resolve();
        else process.stdout.once("drain", resolve);
      }),
    say: (line) => {
      clear();
      process.stderr.write(`${line}\n`);
    },
    status: (line) => {
      if (!terminal || options.json) return;
      const width = process.stderr.columns;
      process.stderr.write(`\r\u001b[2K${line.length < width ? line : `${line.slice(0, width - 2)}…`}`);
      shown = line !== "";
    },
  };
}
