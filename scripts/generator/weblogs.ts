import type { Random } from "./random.ts";
import type { Visit } from "./visits.ts";

/** Columns of a line of hit data. */
export const hitColumns = 178;

/** Cells that say the same in every line, by column from 1. Most of the others are empty in every line. */
const constants: Readonly<Record<number, string>> = {
  5: "GEN-1.0",
  6: "N",
  7: "0",
  9: "1",
  10: "0",
  12: "10",
  27: "U",
  33: "Y",
  34: "Y",
  35: "Y",
  37: "0",
  41: "45",
  49: "0",
  54: "0",
  55: "0",
  56: "0",
  57: "0",
  65: "0",
  87: "0",
  173: "0",
};

/** The lines of a visit, one a hit, without line ends. */
export function hitLines({ visitor, ip, hits }: Visit, random: Random): string[] {
  const cells = Array.from({ length: hitColumns }, (_, i) => constants[i + 1] ?? "");
  const set = (column: number, value: string | number): void => void (cells[column - 1] = String(value));
  const [width, height] = visitor.screen;
  set(3, visitor.ids[0]);
  set(4, visitor.ids[1]);
  set(8, ip);
  set(14, visitor.userId);
  set(28, visitor.language);
  set(30, random.between(580, 599));
  set(31, Math.floor(height * 0.83));
  set(32, width);
  set(36, random.below(3));
  set(38, random.pick([300, 301, 304]));
  set(39, "provider.example");
  set(40, `1/2/2012 ${random.below(24)}:${random.below(60)}:${random.below(60)} 4 300`);
  set(42, random.pick([2, 36, 41]));
  if (random.chance(0.7)) set(43, "00011");
  set(44, visitor.agent);
  set(45, random.between(40, 190));
  set(46, 0);
  set(50, visitor.place.city);
  set(51, visitor.place.country);
  // The collector's mark for "none".
  set(52, random.chance(0.0015) ? "\\N" : random.between(500, 830));
  set(53, visitor.place.state);
  const campaign = random.chance(0.97) ? `SRC${random.below(40)}` : "";
  set(82, campaign);
  set(98, random.pick(["120", "212,120", "239,120"]));
  set(122, campaign);
  // What differs from hit to hit stands in columns 1, 2, 13, 47 and 48: the rest is joined once.
  const toUrl = cells.slice(2, 12).join("\t");
  const toCount = cells.slice(13, 46).join("\t");
  const rest = cells.slice(48).join("\t");
  return hits.map(({ time, page }, i) => {
    const clock = new Date(time * 1000).toISOString();
    const at = `${time}\t${clock.slice(0, 10)} ${clock.slice(11, 19)}`;
    return `${at}\t${toUrl}\t${page.url}\t${toCount}\t${i + 1}\t${(i * 7) % 60}\t${rest}`;
  });
}
