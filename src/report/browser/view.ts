import { day, dayText, hour, startOfDay, timeText, type Column } from "./model.ts";

export type Zoom = "days" | "day" | "hour";

export const zooms: readonly Zoom[] = ["days", "day", "hour"];
const daysShown = 15;

/** What of the hours is shown, and where in it one is; the address keeps it. */
export interface View {
  readonly zoom: Zoom;
  /** The beginning of the column where one is. */
  readonly at: number;
  /** The first of the days that are shown, at the zoom of days. */
  readonly firstDay: number;
  /** The row where one is. */
  readonly row: number;
  readonly isOpen: boolean;
}

export interface Range {
  readonly from: number;
  readonly until: number;
}

/** The newest fifteen days. */
export function newestDays({ from, until }: Range): View {
  const last = startOfDay(until - 1);
  const firstDay = Math.max(startOfDay(from), last - (daysShown - 1) * day);
  return { zoom: "days", at: last, firstDay, row: 0, isOpen: false };
}

export function columnsOf({ zoom, at, firstDay }: View, { until }: Range): readonly Column[] {
  if (zoom === "hour") return [];
  const [begins, step, most] = zoom === "days" ? [firstDay, day, daysShown] : [startOfDay(at), hour, 24];
  const count = zoom === "day" ? most : Math.min(most, Math.ceil((until - begins) / day));
  return Array.from({ length: Math.max(1, count) }, (_, i) => {
    const time = begins + i * step;
    const label = zoom === "days" ? dayText(time).slice(5) : timeText(time).slice(11, 13);
    return { begins: time, ends: time + step, label };
  });
}

/** What the view shows, in words. */
export function viewText(view: View, range: Range): string {
  const columns = columnsOf(view, range);
  if (view.zoom === "hour") return `${timeText(view.at)} to ${timeText(view.at + hour).slice(11)} UTC`;
  if (view.zoom === "day") return dayText(view.at);
  return `${dayText(columns[0]!.begins)} to ${dayText(columns.at(-1)!.begins)}`;
}

/** Where one is when the place moves by so many columns, or by a whole view; the days shown follow it. */
export function moved(view: View, by: number, range: Range): View {
  const step = view.zoom === "days" ? day : hour;
  const first = view.zoom === "days" ? startOfDay(range.from) : Math.floor(range.from / hour) * hour;
  const last = view.zoom === "days" ? startOfDay(range.until - 1) : Math.floor((range.until - 1) / hour) * hour;
  const at = Math.min(last, Math.max(first, view.at + by * step));
  return { ...view, at, firstDay: holding(view.firstDay, at, range) };
}

/** The first day to show so that a time is among those shown. */
function holding(firstDay: number, at: number, { from, until }: Range): number {
  const wanted = startOfDay(at);
  const newest = Math.max(startOfDay(from), startOfDay(until - 1) - (daysShown - 1) * day);
  if (wanted < firstDay) return Math.max(startOfDay(from), wanted);
  if (wanted >= firstDay + daysShown * day) return Math.min(newest, wanted - (daysShown - 1) * day);
  return firstDay;
}

/** How many columns a page up or down is. */
export function pageOf({ zoom }: View): number {
  return zoom === "days" ? daysShown : zoom === "day" ? 24 : 1;
}

/** The view one step nearer (1) or farther (-1). */
export function zoomed(view: View, by: 1 | -1, range: Range): View {
  const zoom = zooms[zooms.indexOf(view.zoom) + by];
  if (zoom === undefined) return view;
  const at = zoom === "days" ? startOfDay(view.at) : Math.max(view.at, Math.floor(range.from / hour) * hour);
  return { ...view, zoom, at, firstDay: holding(view.firstDay, at, range) };
}

/** `zoom=day&at=2012-03-05T07:00Z&row=sessions&open` */
export function viewHash({ zoom, at, row, isOpen }: View, names: readonly string[]): string {
  const time = `${new Date(at).toISOString().slice(0, 16)}Z`;
  return `#zoom=${zoom}&at=${time}&row=${encodeURIComponent(names[row] ?? "")}${isOpen ? "&open" : ""}`;
}

/** Reads {@link viewHash}; what it does not say, or says wrongly, is as it was. */
export function viewOf(hash: string, otherwise: View, names: readonly string[], range: Range): View {
  if (!hash.includes("=")) return otherwise;
  const given = new URLSearchParams(hash.slice(1));
  const zoom = zooms.find((one) => one === given.get("zoom")) ?? otherwise.zoom;
  const time = Date.parse(given.get("at") ?? "");
  const step = zoom === "days" ? day : hour;
  const at = Number.isNaN(time) ? otherwise.at : Math.floor(time / step) * step;
  const row = names.indexOf(given.get("row") ?? "");
  const view = { ...otherwise, zoom, at, row: row === -1 ? otherwise.row : row, isOpen: given.has("open") };
  return moved(view, 0, range);
}
