import { relative } from "node:path";
import { didYouMean, HowdahError, isHowdahError, ManyErrors, throwAll } from "../../core/errors.ts";
import { parseTimeBy, plus, stepOf, type Instant } from "../../core/time.ts";
import { columnList, type HiveType } from "../../hive/table.ts";
import type { Cell } from "../../jobs/cases/cell.ts";
import type { CaseOption, CaseSection, WrittenCase } from "../../jobs/cases/document.ts";
import type { Row } from "../../jobs/cases/difference.ts";
import { exampleOf, typedText } from "../../jobs/cases/value.ts";
import { identityParameters, type CompiledJob } from "../../jobs/compile.ts";
import { isRawDataSet, type RawDataSet, type TableDataSet } from "../../jobs/job.ts";
import { onGrid } from "../../oozie/calendar.ts";
import { parseParameter, type Parameter } from "../../oozie/parameters.ts";
import { resolveValues } from "../../project/values.ts";
import { Data, keyOfInstance } from "../data.ts";
import { inputsFromOutside, rawRoot, resolvedFormat } from "../inputs.ts";
import { unitKey } from "../units.ts";
import { rawFileName, rawText } from "./rawtext.ts";

/** A case whose names and values are those of its job. */
export interface JobCase {
  readonly name: string;
  /** The case's file, relative to the project, and its line there. */
  readonly file: string;
  readonly line: number;
  readonly compiled: CompiledJob;
  readonly units: readonly Instant[];
  /** Says what instances there are; no file of it exists. */
  readonly data: Data;
  /** By the name of the relation; those that are not among them are empty. */
  readonly given: ReadonlyMap<string, GivenRows | GivenFiles>;
  readonly expected: readonly ExpectedRows[];
  /** The code with which it is to fail. */
  readonly fails: string | undefined;
  /** Whether the declared checks on rows are run. */
  readonly checks: boolean;
}

/** Rows of a relation: each the key of its instance, then all columns of its table. */
export interface GivenRows {
  readonly is: "rows";
  readonly rows: readonly Row[];
}

/** Raw files of a relation. */
export interface GivenFiles {
  readonly is: "files";
  readonly files: readonly GivenFile[];
}

export interface GivenFile {
  /** Of which instance. */
  readonly key: string;
  /** The path below the data set's root. */
  readonly name: string;
  readonly bytes: Buffer;
}

export interface ExpectedRows {
  readonly table: string;
  /** The partition alone that is compared; undefined: all units of the case. */
  readonly key: string | undefined;
  /** The columns that are compared. */
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly line: number;
}

/** What a case is bound to. */
export interface CasePlace {
  readonly compiled: CompiledJob;
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** The file of the cases, relative to the project. */
  readonly file: string;
  readonly root: string;
}

/** Checks a written case against its job. Throws, all at once, `CASE` and `PARAMETER_VALUE`, each with its line. */
export function bindCase(written: WrittenCase, place: CasePlace): JobCase {
  return new Binding(written, place).bind();
}

class Binding {
  readonly #written: WrittenCase;
  readonly #place: CasePlace;
  readonly #problems: HowdahError[] = [];

  constructor(written: WrittenCase, place: CasePlace) {
    this.#written = written;
    this.#place = place;
  }

  bind(): JobCase {
    const { name, line, sections } = this.#written;
    const { compiled, file } = this.#place;
    const data = new NoData("/", this.#values());
    const units = this.#units(data);
    if (units.length === 0) throwAll(this.#problems);
    const given = new Map<string, GivenRows | GivenFiles>();
    for (const section of sections.filter(({ is }) => is === "given")) this.#give(section, units, data, given);
    const expected = sections.filter(({ is }) => is === "expect").flatMap((section) => this.#expect(section, units));
    const fails = this.#option("fails")?.value;
    if (expected.length === 0 && fails === undefined)
      this.#refuse(`the case ${name} expects nothing`, line, "add ### expect TABLE, or - fails: CODE");
    this.#checkFailing(fails, expected);
    const checks = this.#checks(fails);
    throwAll(this.#problems);
    return { name, file, line, compiled, units, data, given, expected, fails, checks };
  }

  #refuse(why: string, line: number, next?: string): void {
    const where = `${this.#place.file}:${line}`;
    this.#problems.push(new HowdahError(why, { code: "CASE", where, ...(next === undefined ? {} : { next }) }));
  }

  /** An option of the case, or else of the top of its file. */
  #option(name: string): CaseOption | undefined {
    return this.#written.options.findLast((option) => !option.isParameter && option.name === name);
  }

  /** Values of parameters: those of the case and the defaults alone, so that no machine's own values count. */
  #values(): ReturnType<typeof resolveValues> {
    const { compiled, parameters, root, file } = this.#place;
    const declared = identityParameters(compiled.job);
    const given: Record<string, string> = {};
    for (const { name, value, line, isParameter } of this.#written.options) {
      if (!isParameter) continue;
      const used = compiled.parameters.find((parameter) => parameter.name === name);
      if (used === undefined) {
        const names = compiled.parameters.map((parameter) => parameter.name);
        const why = parameters.has(name)
          ? `${compiled.job.name} does not use the parameter ${name}`
          : `there is no parameter ${name}`;
        this.#refuse(`${why}${didYouMean(name, names)}`, line, `its parameters are ${names.join(", ")}`);
        continue;
      }
      try {
        given[name] = parseParameter(name, used.spec, value, `${file}:${line}`);
      } catch (error) {
        if (!isHowdahError(error)) throw error;
        this.#problems.push(error);
      }
    }
    const placeholders = compiled.parameters
      .filter(({ name, spec }) => !declared.includes(name) && (spec.default === undefined || spec.type === "path"))
      .map((parameter) => [parameter.name, placeholder(parameter)]);
    const target = { parameters: Object.fromEntries(placeholders) as Record<string, string> };
    const values = resolveValues({ root, parameters, given, target, derive: () => undefined });
    for (const name of declared)
      if (values.get(name) === undefined && given[name] === undefined)
        this.#refuse(`the parameter ${name} has no value`, this.#written.line, `give it: - ${name} = …`);
    return values;
  }

  #units(data: Data): readonly Instant[] {
    const { compiled } = this.#place;
    const { every, key, writes, name } = compiled.job;
    const word = every.unit.slice(0, -1);
    const options = [word, "fails", "checks"];
    for (const option of this.#written.options)
      if (!option.isParameter && !options.includes(option.name))
        this.#refuse(
          `${option.name} is no option of a case of ${name}${didYouMean(option.name, options)}`,
          option.line,
          `its options are ${word}, fails and checks; a parameter is written - ${option.name} = ${option.value}`,
        );
    const option = this.#option(word);
    if (option === undefined) {
      this.#refuse(
        `the case ${this.#written.name} does not say its ${word}`,
        this.#written.line,
        `write - ${word}: ${key}`,
      );
      return [];
    }
    const [from, to = from] = option.value.split(/\s+to\s+/).map((text) => parseTimeBy(key, text));
    if (from === undefined || to === undefined || to < from) {
      this.#refuse(
        `${option.value} is no ${word} written as ${key}`,
        option.line,
        `a range is written ${key} to ${key}`,
      );
      return [];
    }
    if (this.#problems.length > 0) return [];
    for (const write of writes) {
      const grid = data.grid(write);
      const offGrid = [from, to].find((unit) => !onGrid(grid, unit));
      if (offGrid === undefined) continue;
      const first = keyOfInstance(write, grid.initial);
      const why =
        offGrid < grid.initial
          ? `lies before the first one, ${first}`
          : `is not one of every ${every.count} ${every.unit} from ${first}`;
      this.#refuse(`${keyOfInstance(write, offGrid)} ${why}, of which ${name} makes ${write.name}`, option.line);
      return [];
    }
    return Array.from({ length: (to - from) / stepOf(every) + 1 }, (_, i) => plus(from, every, i));
  }

  #give(section: CaseSection, units: readonly Instant[], data: Data, given: Map<string, GivenRows | GivenFiles>): void {
    const { compiled } = this.#place;
    const { reads, name: jobName } = compiled.job;
    const { name, line } = section;
    const dataSet = reads[name]?.dataSet;
    if (dataSet === undefined) {
      const called = Object.entries(reads).find(
        ([, read]) => "table" in read.dataSet && read.dataSet.table.fullName === name,
      );
      const near = called === undefined ? didYouMean(name, Object.keys(reads)) : `: its SQL calls it ${called[0]}`;
      return this.#refuse(`${jobName} reads no ${name}${near}`, line, `it reads ${Object.keys(reads).join(", ")}`);
    }
    const times = new Map(
      inputsFromOutside(compiled, units, data)
        .filter((input) => input.name === name)
        .map((input) => [input.instance, input.time]),
    );
    if (times.size === 0) {
      const first = keyOfInstance(dataSet, data.grid(dataSet).initial);
      return this.#refuse(`no ${name} is read for ${unitKey(compiled, units[0]!)}: the first one is ${first}`, line);
    }
    if (isRawDataSet(dataSet)) this.#giveRaw(section, dataSet, times, data, given);
    else {
      const rows = this.#tableRows(section, dataSet, [...times.keys()]);
      const before = given.get(name);
      given.set(name, { is: "rows", rows: [...(before?.is === "rows" ? before.rows : []), ...rows] });
    }
  }

  /** Rows of all columns of a table, each with its key before it. */
  #tableRows(
    { table, key }: CaseSection,
    { table: { columns } }: TableDataSet,
    keys: readonly string[],
  ): readonly Row[] {
    if (table === undefined) return [];
    const types = Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, type]));
    const rows = this.#typed(table, types, "the table");
    const keyed = this.#keys(table, key, keys);
    const places = Object.keys(columns).map((name) => table.columns.indexOf(name));
    return rows.map((row, i) => [keyed[i] ?? null, ...places.map((at) => row[at] ?? null)]);
  }

  #giveRaw(
    { name, table, files: texts, key, line }: CaseSection,
    dataSet: RawDataSet,
    times: ReadonlyMap<string, Instant>,
    data: Data,
    given: Map<string, GivenRows | GivenFiles>,
  ): void {
    const format = resolvedFormat(dataSet, data);
    const before = given.get(name);
    const files: GivenFile[] = before?.is === "files" ? [...before.files] : [];
    const add = (of: string, text: string): void => {
      const folder = relative(rawRoot(dataSet, data), data.folder(dataSet, times.get(of)!));
      const number = files.filter((file) => file.key === of).length + 1;
      const bytes = Buffer.from(text, format.encoding === "latin-1" ? "latin1" : "utf8");
      files.push({ key: of, name: `${folder}/${rawFileName(format.layout, number)}`, bytes });
    };
    if (table !== undefined) {
      const types = Object.fromEntries(Object.keys(format.columns).map((column) => [column, "string" as const]));
      const rows = this.#typed(table, types, "the raw files");
      const keyed = this.#keys(table, key, [...times.keys()]);
      for (const of of new Set(keyed)) {
        const own = table.rows.flatMap((row, i) => (keyed[i] === of ? [{ cells: rows[i]!, line: row.line }] : []));
        const text = rawText(format, table.columns, own, (why, at) => this.#refuse(why, at));
        if (of !== undefined) add(of, text);
      }
    } else if (texts.length > 0) {
      const [only, other] = times.keys();
      const of = key ?? (other === undefined ? only : undefined);
      if (of === undefined || !times.has(of)) this.#refuse(this.#whichKey(key, [...times.keys()]), line);
      else for (const text of texts) add(of, text);
    }
    given.set(name, { is: "files", files });
  }

  #expect({ name, table, key, line }: CaseSection, units: readonly Instant[]): readonly ExpectedRows[] {
    const { compiled } = this.#place;
    const { writes, name: jobName } = compiled.job;
    const names = writes.map((write) => write.table.fullName);
    const write = writes.find((one) => one.table.fullName === name);
    if (write === undefined) {
      this.#refuse(`${jobName} writes no ${name}${didYouMean(name, names)}`, line, `it writes ${names.join(", ")}`);
      return [];
    }
    const keys = units.map((unit) => unitKey(compiled, unit));
    if (key !== undefined && !keys.includes(key)) {
      this.#refuse(this.#whichKey(key, keys), line);
      return [];
    }
    if (table === undefined) return [{ table: name, key, columns: [compiled.keyColumn], rows: [], line }];
    const types = Object.fromEntries([...columnList(write.table), [compiled.keyColumn, "string"] as const]);
    return [{ table: name, key, columns: table.columns, rows: this.#typed(table, types, "the table"), line }];
  }

  /** The rows of a table of a case as the engines write such values; says which columns and values are wrong. */
  #typed(
    table: NonNullable<CaseSection["table"]>,
    types: Readonly<Record<string, HiveType>>,
    what: string,
  ): readonly Row[] {
    const { keyColumn } = this.#place.compiled;
    for (const column of table.columns)
      if (types[column] === undefined && column !== keyColumn)
        this.#refuse(
          `${what} has no column ${column}${didYouMean(column, Object.keys(types))}`,
          table.line,
          `its columns are ${Object.keys(types).join(", ")}`,
        );
    return table.rows.map(({ cells, line }) =>
      cells.map((cell, i): Cell => {
        const type = types[table.columns[i]!] ?? "string";
        if (cell === null) return null;
        const text = typedText(type, cell);
        if (text === undefined)
          this.#refuse(`${table.columns[i]!}: ${cell} is no ${type}`, line, `write it as ${exampleOf(type)}`);
        return text ?? null;
      }),
    );
  }

  /** The instance that each row of a table is of: by its heading, its key column, or because there is one alone. */
  #keys(
    { columns, rows, line }: NonNullable<CaseSection["table"]>,
    key: string | undefined,
    keys: readonly string[],
  ): readonly (string | undefined)[] {
    const at = columns.indexOf(this.#place.compiled.keyColumn);
    const known = (given: string | undefined, place: number): string | undefined => {
      if (given !== undefined && keys.includes(given)) return given;
      this.#refuse(this.#whichKey(given, keys), place);
      return undefined;
    };
    if (at >= 0) return rows.map((row) => known(row.cells[at] ?? undefined, row.line));
    const of = key ?? (keys.length === 1 ? keys[0] : undefined);
    const found = known(of, line);
    return rows.map(() => found);
  }

  #whichKey(given: string | undefined, keys: readonly string[]): string {
    const { keyColumn } = this.#place.compiled;
    const list = keys.length > 3 ? `${keys[0]!} … ${keys.at(-1)!}` : keys.join(", ");
    if (given !== undefined) return `${given} is not among what the case is about: ${list}`;
    return `say of which instance the rows are (${list}): by a column ${keyColumn}, or a KEY behind the heading`;
  }

  /** Cases leave columns out that checks ask for, so checks are run where a case asks for them, or is to fail by one. */
  #checks(fails: string | undefined): boolean {
    const { compiled } = this.#place;
    const option = this.#option("checks");
    const isToFail = fails === "CHECK_FAILED";
    const line = option?.line ?? this.#option("fails")?.line ?? this.#written.line;
    if (option !== undefined && !["on", "off"].includes(option.value))
      this.#refuse(`checks: ${option.value} is neither on nor off`, line, "write - checks: on");
    else if (option?.value === "off" && isToFail)
      this.#refuse("the case is to fail with CHECK_FAILED, and turns checks off", line, "take - checks: off away");
    const isOn = isToFail || option?.value === "on";
    if (isOn && compiled.checks.duckdb.checks.length === 0)
      this.#refuse(`neither ${compiled.job.name} nor a table that it writes declares checks on rows`, line);
    return isOn;
  }

  #checkFailing(fails: string | undefined, expected: readonly ExpectedRows[]): void {
    if (fails === undefined) return;
    const { rejects } = this.#place.compiled.job;
    const left = fails === "REJECTS" ? rejects?.table.table.fullName : undefined;
    for (const { table, line } of expected)
      if (table !== left)
        this.#refuse(
          `${table} is expected of a case that fails`,
          line,
          left === undefined ? "a job that fails writes nothing" : `of such an hour ${left} alone is published`,
        );
  }
}

/** Data of which nothing exists, whatever lies on this machine where its placeholders point. */
class NoData extends Data {
  override record(): undefined {
    return undefined;
  }
}

/** A value for what only says where files lie or when they begin: no case depends on it. */
function placeholder({ name, spec }: Parameter): string {
  switch (spec.type) {
    case "path":
      return `/${name}`;
    case "time":
      return "1970-01-01T00:00Z";
    case "int":
    case "decimal":
      return String(Math.max(0, spec.min ?? 0));
    case "boolean":
      return "false";
    case "choice":
      return spec.choices?.[0] ?? "";
    case "dateFormat":
      return "yyyy-MM-dd";
    case "string":
      return name;
  }
}

/** All problems of several pieces of work, together. */
export function collectProblems<T>(work: readonly (() => T)[]): readonly T[] {
  const problems: HowdahError[] = [];
  const results: T[] = [];
  for (const one of work) {
    try {
      results.push(one());
    } catch (error) {
      if (!isHowdahError(error)) throw error;
      problems.push(...(error instanceof ManyErrors ? error.problems : [error]));
    }
  }
  throwAll(problems);
  return results;
}
