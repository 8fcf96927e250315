import { element } from "./elements.ts";
import { bytesText, countsOf, glyphs, numberText, timeText, type Instance, type Row } from "./model.ts";

const meanings: Readonly<Record<Instance["state"], string>> = {
  done: "complete, and as it would be made now",
  empty: "complete, without rows",
  stale: "complete, but it would be made otherwise now",
  partial: "something is there, but it is not complete",
  missing: "nothing is there",
  failed: "the last try failed",
  running: "it is being made now",
  pruned: "its rows were cleaned away; it counts as done",
};

/** So many instances or flags are listed. */
const mostListed = 12;

/** All that is known of what stands in a cell. */
export function detailsOf(row: Row, instances: readonly Instance[], when: string): readonly Node[] {
  const [only, other] = instances;
  const heading = element("h3", { id: "details-title", tabindex: -1 }, `${row.name}, ${when}`);
  const about = [row.table, row.job === undefined ? undefined : `made by ${row.job}`, row.every, row.describe];
  const lead = element("p", { class: "quiet" }, about.filter((text) => text !== undefined).join(" · "));
  if (only === undefined) return [heading, lead, element("p", {}, "There is no instance here.")];
  return [heading, lead, ...(other === undefined ? oneOf(only) : severalOf(instances))];
}

function stateLine({ state }: Instance): HTMLElement {
  const glyph = element("span", { class: `glyph ${state}`, "aria-hidden": "true" }, glyphs[state]);
  return element("p", { class: "state" }, glyph, element("strong", {}, state), ` – ${meanings[state]}`);
}

function oneOf(instance: Instance): readonly Node[] {
  const { error, why = [], waits = [], checks = [] } = instance;
  return [
    stateLine(instance),
    ...(error === undefined ? [] : [errorOf(error)]),
    ...listOf("Because", why),
    ...listOf("Waits for", waits),
    factsOf(instance),
    ...listOf(
      "Checks on rows",
      checks.map(
        ({ name, outcome, measured }) => `${name}: ${outcome}${measured === undefined ? "" : ` (${measured})`}`,
      ),
    ),
  ];
}

function errorOf({ message, where, next }: NonNullable<Instance["error"]>): HTMLElement {
  return element(
    "div",
    { class: "error" },
    element("p", {}, message),
    ...(where === undefined ? [] : [element("p", { class: "quiet" }, `at ${where}`)]),
    ...(next === undefined ? [] : [element("p", {}, "→ ", element("code", {}, next))]),
  );
}

function listOf(title: string, items: readonly string[]): readonly Node[] {
  if (items.length === 0) return [];
  const more = items.length - mostListed;
  const shown = more > 0 ? [...items.slice(0, mostListed), `and ${more} more`] : items;
  return [element("h4", {}, title), element("ul", {}, ...shown.map((item) => element("li", {}, item)))];
}

/** What a record tells, by the words for it. */
export function measuresOf(instance: Instance): readonly (readonly [string, string])[] {
  const { rows, files, bytes, seconds, started, engine, release, rejects = {} } = instance;
  const rejected = Object.entries(rejects).map(([name, count]) => `${numberText(count)} of ${name}`);
  const all: readonly (readonly [string, string | undefined])[] = [
    ["Rows", rows === undefined ? undefined : numberText(rows)],
    ["Rejects", rejected.length === 0 ? undefined : rejected.join(", ")],
    ["Size", bytes === undefined ? undefined : sizeText(bytes, files)],
    ["Took", seconds === undefined ? undefined : `${seconds.toFixed(1)} s`],
    ["Made", started?.slice(0, 19).replace("T", " ")],
    ["Engine", engine],
    ["Release", release],
  ];
  return all.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function sizeText(bytes: number, files = 0): string {
  return files === 0 ? bytesText(bytes) : `${bytesText(bytes)} in ${files} ${files === 1 ? "file" : "files"}`;
}

function factsOf(instance: Instance): HTMLElement {
  const pairs = measuresOf(instance);
  return element("dl", {}, ...pairs.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function severalOf(instances: readonly Instance[]): readonly Node[] {
  const sum = (of: (one: Instance) => number): number => instances.reduce((total, one) => total + of(one), 0);
  const rejected = sum(({ rejects = {} }) => Object.values(rejects).reduce((total, count) => total + count, 0));
  const totals: readonly (readonly [string, string])[] = [
    ...(instances.some(({ rows }) => rows !== undefined)
      ? [["Rows", numberText(sum(({ rows = 0 }) => rows))] as const]
      : []),
    ...(rejected > 0 ? [["Rejected lines of their units", numberText(rejected)] as const] : []),
    ["Size", bytesText(sum(({ bytes = 0 }) => bytes))],
  ];
  const odd = instances.filter(({ state }) => state !== "done" && state !== "empty");
  const lines = odd.map((one) => {
    const why =
      one.error?.message ?? one.why?.[0] ?? (one.waits === undefined ? undefined : `waits for ${one.waits[0]!}`);
    return `${glyphs[one.state]} ${timeText(one.begins)} ${one.state}${why === undefined ? "" : `: ${why}`}`;
  });
  return [
    element(
      "ul",
      { class: "counts" },
      ...countsOf(instances).map(([state, count]) =>
        element(
          "li",
          {},
          element("span", { class: `glyph ${state}`, "aria-hidden": "true" }, glyphs[state]),
          `${count} ${state}`,
        ),
      ),
    ),
    element("dl", {}, ...totals.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    ...listOf("Not done", lines),
  ];
}
