import type { HiveType } from "../../hive/table.ts";

/** A value's one text by its column's type, as both engines write it; undefined where it is none of the type. */
export function typedText(type: HiveType, text: string): string | undefined {
  switch (type) {
    case "string":
      return text;
    case "int":
      return wholeText(text, 2n ** 31n);
    case "bigint":
      return wholeText(text, 2n ** 63n);
    case "boolean":
      return text === "true" || text === "false" ? text : undefined;
    case "double":
      return /^[-+]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
        ? String(Number(text))
        : undefined;
    case "date":
      return isDay(text) ? text : undefined;
    case "timestamp": {
      const [, day, hour, second = ":00"] =
        /^(\d{4}-\d\d-\d\d) ((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?$/.exec(text) ?? [];
      return day !== undefined && isDay(day) ? `${day} ${hour!}${second}` : undefined;
    }
    default:
      return decimalText(type, text);
  }
}

/** What a value of a type looks like, for messages. */
export function exampleOf(type: HiveType): string {
  const examples: Readonly<Record<string, string>> = {
    int: "7",
    bigint: "7",
    boolean: "true",
    double: "1.5",
    date: "2012-03-01",
    timestamp: "2012-03-01 08:00:00",
  };
  return examples[type] ?? "1.50";
}

function wholeText(text: string, limit: bigint): string | undefined {
  if (!/^[-+]?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text.replace("+", ""));
  return value >= -limit && value < limit ? String(value) : undefined;
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || text < "0001") return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function decimalText(type: string, text: string): string | undefined {
  const [, precision, scale] = /^decimal\((\d+),(\d+)\)$/.exec(type) ?? [];
  const [, sign, whole, fraction = ""] = /^([-+]?)0*(\d+?)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined || scale === undefined) return undefined;
  const places = fraction.replace(/0+$/, "");
  const digits = whole === "0" ? 0 : whole.length;
  if (places.length > Number(scale) || digits > Number(precision) - Number(scale)) return undefined;
  const number = Number(scale) === 0 ? whole : `${whole}.${places.padEnd(Number(scale), "0")}`;
  return sign === "-" && /[1-9]/.test(number) ? `-${number}` : number;
}
