import type { ColumnData, ColumnKind, Int64, RowSet } from "./thrift.ts";

/**
 * A value, exactly as the server has it. BOOLEAN is a boolean; TINYINT, SMALLINT, INT, FLOAT and DOUBLE are numbers;
 * BIGINT is a bigint, always; BINARY is a Buffer. All else is the text that the server sends: DECIMAL with all its digits,
 * DATE, TIMESTAMP and intervals as Hive writes them, ARRAY, MAP, STRUCT and UNIONTYPE as JSON.
 */
export type HiveValue = string | number | bigint | boolean | Buffer | null;

/** Values in the order of the columns. */
export type HiveRow = readonly HiveValue[];

export interface HiveColumn {
  /** As the server gives it; two columns may have the same. */
  readonly name: string;
  /** In lower case, with what belongs to it: `decimal(10,2)`, `varchar(20)`. Of nested types HiveServer2 tells the outer one alone. */
  readonly type: string;
  readonly comment: string | undefined;
}

/** `TTypeId`, in its order. */
const typeNames = [
  "boolean",
  "tinyint",
  "smallint",
  "int",
  "bigint",
  "float",
  "double",
  "string",
  "timestamp",
  "binary",
  "array",
  "map",
  "struct",
  "uniontype",
  "user defined",
  "decimal",
  "void",
  "date",
  "varchar",
  "char",
  "interval_year_month",
  "interval_day_time",
  "timestamp with local time zone",
];

/** What is read of a `TColumnDesc`. */
export interface ColumnDescription {
  readonly columnName: string;
  readonly comment?: string | null;
  readonly typeDesc: {
    readonly types: readonly {
      readonly primitiveEntry?: {
        readonly type: number;
        readonly typeQualifiers?: {
          readonly qualifiers: Readonly<Record<string, { readonly i32Value?: number | null } | undefined>>;
        } | null;
      } | null;
    }[];
  };
}

export function columnOf({ columnName, comment, typeDesc }: ColumnDescription): HiveColumn {
  const entry = typeDesc.types[0]?.primitiveEntry;
  const name = entry === undefined || entry === null ? "user defined" : (typeNames[entry.type] ?? `type ${entry.type}`);
  const qualifiers = entry?.typeQualifiers?.qualifiers ?? {};
  const given = ["precision", "scale", "characterMaximumLength"].flatMap((one) => qualifiers[one]?.i32Value ?? []);
  return {
    name: columnName,
    type: given.length === 0 ? name : `${name}(${given.join(",")})`,
    comment: comment ?? undefined,
  };
}

const kinds: readonly ColumnKind[] = [
  "stringVal",
  "i64Val",
  "i32Val",
  "doubleVal",
  "boolVal",
  "i16Val",
  "byteVal",
  "binaryVal",
];

/** Rows of what is sent by columns. */
export function rowsOf(columns: NonNullable<RowSet["columns"]>): HiveRow[] {
  let rows: HiveValue[][] | undefined;
  columns.forEach((column, at) => {
    const kind = kinds.find((one) => column[one] !== null) ?? "stringVal";
    const data = column[kind] ?? { values: [], nulls: Buffer.alloc(0) };
    rows ??= data.values.map(() => new Array<HiveValue>(columns.length).fill(null));
    fill(rows, at, kind, data);
  });
  return rows ?? [];
}

function fill(rows: readonly HiveValue[][], at: number, kind: ColumnKind, { values, nulls }: ColumnData): void {
  for (let row = 0; row < values.length; row++) {
    if (((nulls[row >> 3] ?? 0) & (1 << (row & 7))) !== 0) continue;
    const value = values[row];
    rows[row]![at] =
      kind === "i64Val"
        ? bigint(value as Int64)
        : kind === "binaryVal"
          ? // The bytes are a part of the whole answer, which would be kept along with them.
            Buffer.from(value as Buffer)
          : (value as HiveValue);
  }
}

function bigint({ buffer, offset }: Int64): bigint {
  return buffer.readBigInt64BE(offset);
}
