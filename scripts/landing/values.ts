import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HowdahError, messageOf, onDisk } from "howdah";

/**
 * What holds for the files of a landing, by the names of the parameters that runs take from it. All are texts, as
 * parameters are.
 */
export interface LandingValues {
  readonly sales_encoding: string;
  readonly sales_date_format: string;
  readonly link: string;
  readonly link_column: string;
  readonly sales_shift_days: string;
}

export function valuesFile(landing: string): string {
  return join(landing, "_landing.json");
}

/** The values that the hours of a landing were landed with; undefined before the first. */
export function recordedValues(landing: string): Readonly<Record<string, string>> | undefined {
  const path = valuesFile(landing);
  if (!existsSync(path)) return undefined;
  const text = onDisk("read the landing's values", path, () => readFileSync(path, "utf8"));
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === "object" && values !== null && Object.values(values).every((v) => typeof v === "string"))
      return values as Record<string, string>;
  } catch (error) {
    throw broken(path, messageOf(error));
  }
  throw broken(path, "it is no object of texts");
}

function broken(path: string, why: string): HowdahError {
  return new HowdahError(`the landing's values cannot be read: ${why}`, {
    code: "LANDING_VALUES",
    where: path,
    next: "restore the file, or land all hours anew in another folder",
  });
}

/** `sales_shift_days is 455 there and 0 here`, for each value that differs. */
export function differences(there: Readonly<Record<string, string>>, here: LandingValues): string[] {
  return Object.entries(here)
    .filter(([name, value]) => there[name] !== value)
    .map(([name, value]) => `${name} is ${there[name] ?? "unknown"} there and ${String(value)} here`);
}
