import { feeds, type Feed } from "./feeds.ts";

/** A line that is written over on a terminal, and nothing elsewhere. */
export function progressLine(stream: NodeJS.WriteStream): {
  readonly show: (feed: Feed, read: number, total: number) => void;
  readonly clear: () => void;
} {
  let shown = "";
  const write = (text: string): void => {
    if (!stream.isTTY || text === shown) return;
    stream.write(`\r${text.padEnd(shown.length)}${text === "" ? "\r" : ""}`);
    shown = text;
  };
  return {
    show: (feed, read, total) =>
      write(`Landing ${feeds[feed].what}: ${Math.floor((100 * read) / Math.max(total, 1))} %`),
    clear: () => write(""),
  };
}
