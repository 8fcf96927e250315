/** What a metastore knows of a table or a view. Types are in lower case, as `DESCRIBE` writes them. */
export interface LiveTable {
  readonly kind: "table" | "view";
  /** `[name, type]`, in order, without the partition columns. */
  readonly columns: readonly LiveColumn[];
  readonly partitionedBy: readonly LiveColumn[];
  /** Whether its files go with it when it is dropped. */
  readonly managed: boolean;
  /** A whole URI; none for a view. */
  readonly location: string | undefined;
  readonly serde: string;
  /** What the SerDe was told, such as `field.delim`. */
  readonly serdeProperties: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** Of a view, as it was written. */
  readonly query: string | undefined;
}

export type LiveColumn = readonly [name: string, type: string];

/** A row of `DESCRIBE FORMATTED`: col_name, data_type, comment. */
export type DescribedRow = readonly (string | null | undefined)[];

/**
 * Reads what `DESCRIBE FORMATTED` says of a table (MetaDataFormatUtils). Values are padded with spaces to a width, so that
 * one's own spaces at its end are lost.
 */
export function readDescription(rows: Iterable<DescribedRow>): LiveTable {
  const columns: LiveColumn[] = [];
  const partitionedBy: LiveColumn[] = [];
  const facts = new Map<string, string>();
  const parameters: Record<string, string> = {};
  const serdeProperties: Record<string, string> = {};
  const query: string[] = [];
  let section = "";
  let label = "";
  for (const row of rows) {
    const [name = "", value = "", more = ""] = [0, 1, 2].map((at) => (row[at] ?? "").trimEnd());
    const first = name.trim();
    if (first.startsWith("# ")) {
      // The head of a list of columns.
      if (first !== "# col_name") section = first;
    } else if (section === "" || section === "# Partition Information") {
      // A comment of several lines goes on in rows without a type.
      if (first !== "" && value !== "")
        (section === "" ? columns : partitionedBy).push([first.toLowerCase(), value.trim().toLowerCase()]);
    } else if (/^[A-Z][\w ]*:$/.test(first)) {
      label = first.slice(0, -1);
      if (label === "View Original Text") query.push(value);
      else facts.set(label, value.trim());
    } else if (label === "View Original Text") {
      // Its further lines stand in the last column, or in servers before Hive 2 in the first.
      query.push([name, value, more].find((part) => part.trim() !== "") ?? "");
    } else if (first === "" && value !== "") {
      if (label === "Table Parameters") parameters[value.trim()] = unescaped(more);
      else if (label === "Storage Desc Params") serdeProperties[value.trim()] = unescaped(more);
    }
  }
  const type = facts.get("Table Type") ?? "";
  const isView = type.endsWith("VIEW");
  const location = facts.get("Location") ?? "";
  return {
    kind: isView ? "view" : "table",
    columns,
    partitionedBy,
    managed: type === "MANAGED_TABLE",
    location: location === "" || location === "null" ? undefined : location,
    serde: facts.get("SerDe Library") ?? "",
    serdeProperties,
    parameters,
    query: isView ? query.join("\n") : undefined,
  };
}

const escapes: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", b: "\b", f: "\f" };

/** What `StringEscapeUtils.escapeJava` wrote. */
function unescaped(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, one: string) =>
    code === undefined ? (escapes[one] ?? one) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
