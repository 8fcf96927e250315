/** Bytes as people say them: `12 bytes`, `3.4 kB`, `316 MB`, in powers of 1,024. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  let [value, unit] = [bytes / 1024, 0];
  const units = ["kB", "MB", "GB", "TB", "PB"];
  // Not 1,024 kB but 1 MB, also where it is rounded to that.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}

/** `1 file`, `28 files`, `1,000 files`. */
export function countText(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}
