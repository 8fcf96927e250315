/** A line that is written over on a terminal, and nothing elsewhere. */
export function progressLine(stream: NodeJS.WriteStream): {
  readonly show: (text: string) => void;
  readonly clear: () => void;
} {
  let shown = "";
  const show = (text: string): void => {
    if (!stream.isTTY || text === shown) return;
    stream.write(`\r${text.padEnd(shown.length)}${text === "" ? "\r" : ""}`);
    shown = text;
  };
  return { show, clear: () => show("") };
}

/** `34 %` */
export function percent(part: number, whole: number): string {
  return `${Math.floor((100 * part) / Math.max(whole, 1))} %`;
}
