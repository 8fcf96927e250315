import type { HowdahEvent } from "../core/events.ts";
import type { LiveColumn } from "../hive/described.ts";
import type { TablePlan, TableRefusal, TableStep } from "../hive/plan.ts";
import { placeText } from "../core/errors.ts";
import type { Io } from "./io.ts";

const words: Readonly<
  Record<TableStep["does"], { readonly sign: string; readonly what: string; readonly done: string }>
> = {
  "create-database": { sign: "+", what: "database", done: "created the database" },
  "create-table": { sign: "+", what: "table", done: "created the table" },
  "add-columns": { sign: "~", what: "table", done: "added columns to" },
  "create-view": { sign: "+", what: "view", done: "created the view" },
  "replace-view": { sign: "~", what: "view", done: "replaced the view" },
};

/** What is going to be done to tables, and what is refused; nothing where all is as declared. */
export function planLines({ steps, refused }: TablePlan, { colors }: Io): readonly string[] {
  return [
    ...steps.map(({ does, name, columns }) => {
      const { sign, what } = words[does];
      const more =
        columns === undefined ? (does === "replace-view" ? ": its query differs" : "") : columnsText(columns);
      return `${sign === "+" ? colors.green(sign) : colors.yellow(sign)} ${what} ${name}${more}`;
    }),
    ...refused.map(
      ({ why, at, next }) => `${colors.red("!")} ${why}\n    at ${placeText(at)}\n    ${colors.dim("→")} ${next}`,
    ),
  ];
}

/** A step that was done, as `table.applied` tells it. */
export function appliedLine(event: HowdahEvent, { colors }: Io): string {
  const { does, name, columns, seconds } = event as unknown as TableStep & { readonly seconds: number };
  return `${colors.green(words[does].done)} ${name}${columns === undefined ? "" : columnsText(columns)}  (${seconds.toFixed(1)} s)`;
}

/** What there was nothing to do for. */
export function sameLine({ steps, same }: TablePlan): string {
  if (same.length === 0)
    return steps.length === 0 ? "nothing to do: the project declares no tables" : "all is as declared";
  const all = same.length === 1 ? `${same[0]!} is` : `all ${same.length} databases, tables and views are`;
  return steps.length === 0 ? `nothing to do: ${all} as declared` : `all is as declared; ${same.length} were before`;
}

/** A plan as `--json` tells it. */
export function planFacts({ steps, same, refused }: TablePlan): object {
  return { steps: steps.map(factsOf), same, refused: refused.map(factsOf) };
}

function factsOf({ at, ...rest }: TableStep | TableRefusal): object {
  return { ...rest, at: placeText(at) };
}

function columnsText(columns: readonly LiveColumn[]): string {
  return `: ${columns.map((column) => column.join(" ")).join(", ")}`;
}
