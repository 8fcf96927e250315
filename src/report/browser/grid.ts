import { detailsOf, measuresOf } from "./details.ts";
import { button, byId, element } from "./elements.ts";
import {
  cellsOf,
  glyphs,
  hour,
  rowsOf,
  stateText,
  timeText,
  dayText,
  worstOf,
  type Cell,
  type Column,
  type GridFacts,
  type Instance,
  type Row,
} from "./model.ts";
import {
  columnsOf,
  moved,
  newestDays,
  pageOf,
  viewHash,
  viewOf,
  viewText,
  zoomed,
  type Range,
  type View,
  type Zoom,
} from "./view.ts";

const zoomNames: Readonly<Record<Zoom, string>> = { days: "15 days", day: "Day", hour: "Hour" };
/** The columns of the zoom that shows one hour. */
const measures = ["State", "Rows", "Rejects", "Size", "Took", "Made", "Why"] as const;

/** The grid of hours: rows of data sets, columns of time. Arrow keys move in it, Enter opens, Escape closes, + and - zoom. */
export class HoursGrid {
  readonly #rows: readonly Row[];
  readonly #names: readonly string[];
  readonly #range: Range;
  readonly #place = byId("grid");
  readonly #details = byId("details");
  readonly #label = byId("view");
  readonly #buttons: ReadonlyMap<Zoom, HTMLButtonElement>;
  #view: View;
  /** The column of measures where one is, at the zoom of an hour. */
  #measure = 0;

  constructor(facts: GridFacts) {
    this.#rows = rowsOf(facts);
    this.#names = this.#rows.map(({ name }) => name);
    this.#range = { from: Date.parse(facts.from), until: Date.parse(facts.until) };
    this.#view = viewOf(location.hash, newestDays(this.#range), this.#names, this.#range);
    this.#buttons = new Map(
      (Object.keys(zoomNames) as Zoom[]).map((zoom) => [zoom, button(zoomNames[zoom], {}, () => this.#zoomTo(zoom))]),
    );
  }

  start(): void {
    const toolbar = byId("toolbar");
    const group = element("div", { role: "group", "aria-label": "Zoom" }, ...this.#buttons.values());
    toolbar.append(
      group,
      button("◂", { "aria-label": "Earlier" }, () => this.#go(moved(this.#view, -pageOf(this.#view), this.#range))),
      button("▸", { "aria-label": "Later" }, () => this.#go(moved(this.#view, pageOf(this.#view), this.#range))),
    );
    this.#place.addEventListener("keydown", (event) => this.#onKey(event));
    this.#details.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#close();
    });
    addEventListener("hashchange", () => {
      this.#view = viewOf(location.hash, this.#view, this.#names, this.#range);
      this.#show();
    });
    this.#show();
    // The newest stands to the right, where a narrow page does not reach.
    if (this.#view.zoom === "days") this.#place.scrollLeft = this.#place.scrollWidth;
  }

  /** Shows another view, keeps it in the address, and puts the focus where one is. */
  #go(view: View, focus = false): void {
    this.#view = view;
    // Not an entry of the history for each step of a key.
    history.replaceState(null, "", viewHash(view, this.#names));
    this.#show();
    if (focus) this.#focus();
  }

  #zoomTo(zoom: Zoom): void {
    let view = this.#view;
    while (view.zoom !== zoom) {
      const order = Object.keys(zoomNames);
      view = zoomed(view, order.indexOf(zoom) > order.indexOf(view.zoom) ? 1 : -1, this.#range);
    }
    this.#go(view);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    const view = this.#view;
    const last = this.#rows.length - 1;
    const isHour = view.zoom === "hour";
    const actions: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowLeft: () => (isHour ? this.#toMeasure(this.#measure - 1) : this.#go(this.#sideways(-1), true)),
      ArrowRight: () => (isHour ? this.#toMeasure(this.#measure + 1) : this.#go(this.#sideways(1), true)),
      ArrowUp: () => this.#go({ ...view, row: Math.max(0, view.row - 1) }, true),
      ArrowDown: () => this.#go({ ...view, row: Math.min(last, view.row + 1) }, true),
      PageUp: () => this.#go(moved(view, -pageOf(view), this.#range), true),
      PageDown: () => this.#go(moved(view, pageOf(view), this.#range), true),
      Home: () => (isHour ? this.#toMeasure(0) : this.#go(this.#atEdge(0, event.ctrlKey), true)),
      End: () => (isHour ? this.#toMeasure(measures.length - 1) : this.#go(this.#atEdge(-1, event.ctrlKey), true)),
      "+": () => this.#go(zoomed(view, 1, this.#range), true),
      "=": () => this.#go(zoomed(view, 1, this.#range), true),
      "-": () => this.#go(zoomed(view, -1, this.#range), true),
      Enter: () => this.#open(),
      " ": () => this.#open(),
      Escape: () => this.#close(),
    };
    const action = actions[event.key];
    if (action === undefined || (event.ctrlKey && event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    action();
  }

  #toMeasure(index: number): void {
    this.#measure = Math.min(measures.length - 1, Math.max(0, index));
    this.#show();
    this.#focus();
  }

  /** One cell on, which may be several columns. */
  #sideways(by: 1 | -1): View {
    const columns = columnsOf(this.#view, this.#range);
    const cells = cellsOf(this.#rows[this.#view.row]!, columns);
    const index = columns.findIndex((column) => column.begins === this.#view.at);
    const cell = cells.find(({ first, span }) => first <= index && index < first + span);
    if (cell === undefined) return moved(this.#view, by, this.#range);
    return moved(this.#view, by === 1 ? cell.first + cell.span - index : cell.first - 1 - index, this.#range);
  }

  #atEdge(end: 0 | -1, isCorner: boolean): View {
    const column = columnsOf(this.#view, this.#range).at(end)!;
    const row = isCorner ? (end === 0 ? 0 : this.#rows.length - 1) : this.#view.row;
    return moved({ ...this.#view, at: column.begins, row }, 0, this.#range);
  }

  #open(): void {
    this.#go({ ...this.#view, isOpen: true });
    byId("details-title").focus();
  }

  #close(): void {
    if (!this.#view.isOpen) return;
    this.#go({ ...this.#view, isOpen: false }, true);
  }

  #focus(): void {
    const cell = this.#place.querySelector<HTMLElement>('[tabindex="0"]');
    cell?.focus();
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #show(): void {
    const { zoom, isOpen } = this.#view;
    for (const [name, one] of this.#buttons) one.setAttribute("aria-pressed", String(name === zoom));
    const text = viewText(this.#view, this.#range);
    if (this.#label.textContent !== text) this.#label.textContent = text;
    this.#place.replaceChildren(zoom === "hour" ? this.#hourTable() : this.#timeTable());
    this.#details.hidden = !isOpen;
    if (isOpen) this.#showDetails();
  }

  #timeTable(): HTMLTableElement {
    const columns = columnsOf(this.#view, this.#range);
    const head = element("tr", { role: "row" }, element("th", { scope: "col", role: "columnheader" }, "Data set"));
    for (const { label, begins } of columns)
      head.append(
        element("th", { scope: "col", role: "columnheader", abbr: whenText(begins, this.#view.zoom) }, label),
      );
    const body = this.#rows.map((row, y) => {
      const line = element("tr", { role: "row" }, headingOf(row));
      for (const cell of cellsOf(row, columns)) line.append(this.#timeCell(row, y, cell, columns));
      return line;
    });
    return tableOf(`Hours by data set, ${viewText(this.#view, this.#range)}`, `time ${this.#view.zoom}`, head, body);
  }

  #timeCell(row: Row, y: number, cell: Cell, columns: readonly Column[]): HTMLElement {
    const { begins } = columns[cell.first]!;
    const { ends } = columns[cell.first + cell.span - 1]!;
    const { at, zoom } = this.#view;
    const isHere = y === this.#view.row && begins <= at && at < ends;
    const state = worstOf(cell.instances);
    // One that fills its columns is shown in full; shorter ones are stripes.
    const isWhole = cell.instances.length === 1 && cell.instances[0]!.ends >= ends;
    const made = element("td", {
      role: "gridcell",
      tabindex: isHere ? 0 : -1,
      "aria-label": `${row.name}, ${whenText(begins, zoom)}: ${stateText(cell.instances)}`,
      title: `${row.name}, ${whenText(begins, zoom)}: ${stateText(cell.instances)}`,
      class: state === undefined ? "none" : isWhole ? `one ${state}` : "several",
      ...(cell.span === 1 ? {} : { colspan: cell.span }),
      ...(isHere && this.#view.isOpen ? { "aria-selected": "true" } : {}),
    });
    if (state !== undefined) made.append(...contentOf(cell, isWhole));
    made.addEventListener("click", () => {
      this.#go(moved({ ...this.#view, at: begins, row: y, isOpen: true }, 0, this.#range), true);
    });
    return made;
  }

  #hourTable(): HTMLTableElement {
    const head = element("tr", { role: "row" }, element("th", { scope: "col", role: "columnheader" }, "Data set"));
    for (const measure of measures)
      head.append(element("th", { scope: "col", role: "columnheader", class: lookOf(measure) }, measure));
    const body = this.#rows.map((row, y) => {
      const instances = this.#here(row);
      const line = element("tr", { role: "row" }, headingOf(row));
      measures.forEach((measure, x) => {
        const text = measureText(measure, instances);
        const isHere = y === this.#view.row && x === this.#measure;
        const state = measure === "State" ? worstOf(instances) : undefined;
        const cell = element("td", {
          role: "gridcell",
          tabindex: isHere ? 0 : -1,
          "aria-label": `${row.name}, ${measure}: ${text === "" ? "none" : text}`,
          class: lookOf(measure),
        });
        if (state !== undefined)
          cell.append(element("span", { class: `glyph ${state}`, "aria-hidden": "true" }, glyphs[state]));
        cell.append(text);
        cell.addEventListener("click", () => {
          this.#measure = x;
          this.#go({ ...this.#view, row: y, isOpen: true }, true);
        });
        line.append(cell);
      });
      return line;
    });
    return tableOf(`One hour by data set, ${viewText(this.#view, this.#range)}`, "hour", head, body);
  }

  /** The instances of a row where one is. */
  #here(row: Row): readonly Instance[] {
    const columns = columnsOf(this.#view, this.#range);
    const { at } = this.#view;
    if (this.#view.zoom === "hour") return row.instances.filter(({ begins, ends }) => begins < at + hour && ends > at);
    const cell = cellsOf(row, columns).find(
      ({ first, span }) => columns[first]!.begins <= at && at < columns[first + span - 1]!.ends,
    );
    return cell?.instances ?? [];
  }

  #showDetails(): void {
    const row = this.#rows[this.#view.row]!;
    const { zoom, at } = this.#view;
    const instances = this.#here(row);
    const actions = element("p", { class: "actions" });
    if (zoom !== "hour")
      actions.append(
        button("Zoom in", {}, () => this.#go(zoomed({ ...this.#view, isOpen: false }, 1, this.#range), true)),
      );
    actions.append(button("Close", {}, () => this.#close()));
    const only = instances.length === 1 ? instances[0] : undefined;
    const when = only === undefined ? whenText(at, zoom) : timeText(only.begins);
    this.#details.replaceChildren(...detailsOf(row, instances, when), actions);
  }
}

function whenText(time: number, zoom: Zoom): string {
  return zoom === "days" ? dayText(time) : timeText(time);
}

function headingOf({ name, table, kind, job }: Row): HTMLElement {
  const below = kind === "arrives" ? "arrives" : (job ?? "actions");
  return element(
    "th",
    { scope: "row", role: "rowheader", title: table ?? name },
    element("span", { class: "name" }, name),
    element("span", { class: "quiet" }, below),
  );
}

function tableOf(label: string, look: string, head: Node, body: readonly Node[]): HTMLTableElement {
  return element(
    "table",
    { role: "grid", "aria-label": label, "aria-readonly": "true", class: `hours ${look}` },
    element("thead", { role: "rowgroup" }, head),
    element("tbody", { role: "rowgroup" }, ...body),
  );
}

/** A strip with a stripe an instance, and the sign of what asks for attention most with how many have it. */
function contentOf({ instances }: Cell, isWhole: boolean): readonly Node[] {
  const state = worstOf(instances)!;
  if (isWhole) return [element("span", { class: `glyph ${state}`, "aria-hidden": "true" }, glyphs[state])];
  const strip = element("span", { class: "strip", "aria-hidden": "true" });
  const share = 100 / instances.length;
  const stripes = instances.map((one, i) => `var(--${one.state}) ${i * share}% ${(i + 1) * share}%`);
  strip.style.backgroundImage = `linear-gradient(to right, ${stripes.join(", ")})`;
  const isGood = state === "done" || state === "empty";
  const count = instances.filter((one) => one.state === state).length;
  const sign = isGood ? glyphs.done : `${glyphs[state]}${count === instances.length ? "" : ` ${count}`}`;
  return [strip, element("span", { class: isGood ? "sign" : `sign odd ${state}`, "aria-hidden": "true" }, sign)];
}

function lookOf(measure: (typeof measures)[number]): string {
  return measure === "Why" ? "why" : measure === "State" || measure === "Rejects" ? "word" : "number";
}

function measureText(measure: (typeof measures)[number], instances: readonly Instance[]): string {
  const [only, other] = instances;
  if (only === undefined) return "";
  if (measure === "State") return other === undefined ? only.state : stateText(instances);
  if (other !== undefined) return "";
  if (measure === "Why") return only.error?.message ?? [...(only.why ?? []), ...waitText(only)].join("; ");
  return measuresOf(only).find(([name]) => name === measure)?.[1] ?? "";
}

function waitText({ waits = [] }: Instance): readonly string[] {
  const [first] = waits;
  if (first === undefined) return [];
  return [`waits for ${first}${waits.length > 1 ? ` and ${waits.length - 1} more` : ""}`];
}
