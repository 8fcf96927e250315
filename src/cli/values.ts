import { HowdahError } from "../core/errors.ts";
import { parseOozieTime, type Instant } from "../core/time.ts";
import type { Arguments } from "./command.ts";

/** An option that is a time. */
export function timeOption(args: Arguments, name: string): Instant | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const time = parseOozieTime(text);
  if (time !== undefined) return time;
  throw new HowdahError(`--${name} ${text} is no time`, {
    code: "USAGE",
    next: "write it as 2012-03-01T00:00Z, in UTC",
  });
}

/** `-D name=value` as an object. */
export function defines(args: Arguments): Readonly<Record<string, string>> {
  return Object.fromEntries(
    args.list("define").map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (name !== undefined && value !== undefined) return [name, value] as const;
      throw new HowdahError(`-D ${text} is no name=value`, { code: "USAGE" });
    }),
  );
}

/** An option that is a length of time, `90m`, `2h` or `1d`, in milliseconds. */
export function durationOption(args: Arguments, name: string, otherwise: number): number {
  const text = args.text(name);
  if (text === undefined) return otherwise;
  const [, count, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (count === undefined)
    throw new HowdahError(`--${name} ${text} is no length of time`, {
      code: "USAGE",
      next: "write it as 90m, 2h or 1d",
    });
  return Number(count) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as "m" | "h" | "d"];
}

/** An option that is a whole number from 1. */
export function countOption(args: Arguments, name: string): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new HowdahError(`--${name} ${text} is no whole number from 1`, { code: "USAGE" });
}
