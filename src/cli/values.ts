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
