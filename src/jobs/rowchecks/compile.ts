import { didYouMean, isHowdahError, ManyErrors, throwAll, type HowdahError } from "../../core/errors.ts";
import type { Place } from "../../core/source.ts";
import { checkError, factProblems, limitOf, valuesOf, type CheckValue, type RowCheck } from "../../hive/rowcheck.ts";
import type { HiveType } from "../../hive/table.ts";
import type { Engine } from "../functions.ts";
import { isTableDataSet, keyColumnOf, type Job, type JobInput, type TableDataSet } from "../job.ts";
import type { CheckPlan, CheckSpec, NumberSpec } from "../spec.ts";
import { compileSelect, type SqlParts } from "../sql.ts";
import { tokenize } from "../tokens.ts";
import { jobCheckProblems, type JobCheck, type Measure } from "./declare.ts";

/** What to run on a unit's partitions before they are published, on each engine. */
export type CompiledChecks = Readonly<Record<Engine, CheckPlan>>;

/** The hole in a query that is shown to people: where the rows lie that were kept aside. */
export const heldRows = "_held";

/** The relation that says which instances of a read belong to which unit. */
const unitInputs = "unit_inputs";

/**
 * Compiles the checks of a job's tables and its own. `inFile` are those of its file; `relations` those of the file's
 * relations, which checks do not see. Throws `ROW_CHECK` and `JOB_SQL`, all of them at once.
 */
export function compileChecks(job: Job, inFile: readonly JobCheck[], relations: readonly string[]): CompiledChecks {
  const own = [...job.checks, ...inFile];
  const problems: HowdahError[] = [
    ...own.flatMap((check) => jobCheckProblems(check).map((why) => checkError(check, `job ${job.name}`, why))),
    ...factProblems(`job ${job.name}`, own),
    ...namesTwice(job, own),
  ];
  const compiler = new Compiler(job, relations, problems);
  for (const write of job.writes) for (const check of write.table.checks) compiler.addRowCheck(write, check);
  for (const check of own) compiler.addJobCheck(check);
  throwAll(problems);
  // What somebody wrote was looked at by now. Most commands load jobs without running any, and a run takes one engine.
  const plans: Partial<Record<Engine, CheckPlan>> = {};
  return {
    get duckdb() {
      return (plans.duckdb ??= compiler.plan("duckdb"));
    },
    get spark() {
      return (plans.spark ??= compiler.plan("spark"));
    },
  };
}

/** A record holds the checks of its table and those of the job: their names tell them apart. */
function namesTwice(job: Job, own: readonly JobCheck[]): readonly HowdahError[] {
  const taken = new Set(job.writes.flatMap(({ table }) => table.checks.map(({ name }) => name)));
  return own
    .filter(({ name }) => taken.has(name))
    .map((check) => checkError(check, `job ${job.name}`, "a table that it writes has a check of that name"));
}

/** A text that each engine writes in its own way, by the name of the hole that stands for it. */
type Holes = Map<string, Readonly<Record<Engine, string>>>;

/** Numbers that one SELECT gives for each unit: `expressions` over the rows of one relation. */
interface Source {
  /** What stands behind FROM, and the expression of the unit's key. */
  readonly from: string;
  readonly unit: string;
  readonly expressions: string[];
}

/** A check with its SQL as text, to be compiled for an engine. */
type Draft = Omit<CheckSpec, "rows" | "shown"> & {
  readonly rowsText?: string;
  readonly shownText?: string;
};

class Compiler {
  readonly #job: Job;
  readonly #key: string;
  readonly #relations: readonly string[];
  readonly #problems: HowdahError[];
  readonly #holes: Holes = new Map();
  readonly #sources: Source[] = [];
  readonly #drafts: Draft[] = [];
  readonly #mapped = new Set<string>();

  constructor(job: Job, relations: readonly string[], problems: HowdahError[]) {
    this.#job = job;
    this.#key = keyColumnOf(job);
    this.#relations = relations;
    this.#problems = problems;
  }

  addRowCheck({ table }: TableDataSet, check: RowCheck): void {
    const { fullName } = table;
    const columns = Object.keys(table.columns);
    const condition = this.#broken(check, table.columns, (name) => this.#column(name));
    const shown = this.#broken(check, table.columns, (name) => name);
    if (check.is === "satisfies" && !this.#isSound(`select 1 as one from ${fullName} where ${condition}`, check.at))
      return;
    const list = columns.map((name) => this.#column(name)).join(", ");
    const base: Omit<Draft, "numbers"> = {
      is: "rows",
      name: check.name,
      severity: check.severity,
      table: fullName,
      limit: limitOf(check.atMost)!,
    };
    if (check.is !== "unique") {
      const number = this.#number(fullName, this.#key, `count(case when ${condition} then 1 end)`);
      this.#drafts.push({
        ...base,
        numbers: [[number]],
        rowsText: `select ${list}, ${this.#key} from ${fullName} where ${condition}`,
        shownText: oneLine(`select ${columns.join(", ")} from :${heldRows} where ${shown}`),
      });
      return;
    }
    const same = check.columns.map((name) => this.#column(name)).join(", ");
    const there = check.columns.map((name) => `${this.#column(name)} is not null`).join(" and ");
    const groups = `select ${this.#key}, count(*) as twins from ${fullName} where ${there} group by ${this.#key}, ${same} having count(*) > 1`;
    const twins = (partition: string, source: string, columns: string): string =>
      `(select ${columns}, count(*) over (partition by ${partition}) as twins from ${source}) as t`;
    const plainThere = check.columns.map((name) => `${name} is not null`).join(" and ");
    const number = this.#number(`(${groups}) as g`, this.#key, "sum(twins)");
    this.#drafts.push({
      ...base,
      numbers: [[number]],
      rowsText: `select ${list}, ${this.#key} from ${twins(`${this.#key}, ${same}`, fullName, `${list}, ${this.#key}`)} where twins > 1 and ${there}`,
      shownText: `select ${columns.join(", ")} from ${twins(check.columns.join(", "), `:${heldRows}`, columns.join(", "))} where twins > 1 and ${plainThere}`,
    });
  }

  addJobCheck(check: JobCheck): void {
    const base = {
      name: check.name,
      severity: check.severity,
      table: null,
      limit: limitOf(check.atMost) ?? { number: "0", percent: false },
    } as const;
    switch (check.is) {
      case "no-rows": {
        const sql = check.sql.trim().replace(/;$/, "");
        if (!this.#isSound(sql, check.at) || !this.#seesNoRelation(check, sql)) return;
        const number = this.#number(`(\n${sql}\n) as r`, this.#key, "count(*)");
        this.#drafts.push({ ...base, is: "rows", numbers: [[number]], rowsText: sql, shownText: oneLine(sql) });
        return;
      }
      case "agree": {
        const sides = [check.left, check.right].map((side) => side.map((measure) => this.#measure(check, measure)));
        if (sides.flat().includes(undefined)) return;
        const numbers = sides as readonly (readonly NumberSpec[])[];
        this.#drafts.push({ ...base, is: "agree", agreement: check.agreement, numbers });
        return;
      }
      case "steady": {
        const { of, within, last, least } = check;
        if (!this.#job.writes.includes(of)) {
          this.#refuse(check, `the job does not write ${of.table.fullName}`);
          return;
        }
        const history = { table: of.table.fullName, last, least };
        this.#drafts.push({ ...base, is: "steady", limit: limitOf(within) ?? base.limit, numbers: [], history });
      }
    }
  }

  /** The checks for an engine, once all were added. */
  plan(engine: Engine): CheckPlan {
    const compile = (text: string): SqlParts => this.#compile(text, engine, { file: this.#job.sql, line: 1 });
    return {
      sources: this.#sources.map(({ from, unit, expressions }, i) => {
        const numbers = expressions.map((expression) => `coalesce(cast(${expression} as string), '0')`);
        return compile(
          `select ${i} as source, ${unit} as unit, ${numbers.join(" || ' ' || ")} as numbers from ${from} group by ${unit}`,
        );
      }),
      inputs: [...this.#mapped],
      checks: this.#drafts.map(({ rowsText, shownText, ...draft }) => ({
        ...draft,
        ...(rowsText === undefined ? {} : { rows: compile(rowsText) }),
        ...(shownText === undefined ? {} : { shown: compile(shownText) }),
      })),
    };
  }

  /** A condition that holds for the rows that break a check; `column` writes a column's name. */
  #broken(
    check: RowCheck,
    columns: Readonly<Record<string, { readonly type: HiveType }>>,
    column: (name: string) => string,
  ): string {
    const [name] = check.columns;
    const value = (one: CheckValue): string => this.#literal(one, columns[name!]!.type);
    switch (check.is) {
      case "not-null":
        return check.columns.map((one) => `${column(one)} is null`).join(" or ");
      case "unique":
        return "";
      case "one-of":
        return `${column(name!)} not in (${valuesOf(check).map(value).join(", ")})`;
      case "in-range":
        return [
          ...(check.min === undefined ? [] : [`${column(name!)} < ${value(check.min)}`]),
          ...(check.max === undefined ? [] : [`${column(name!)} > ${value(check.max)}`]),
        ].join(" or ");
      case "satisfies":
        return `not (${check.condition}\n)`;
    }
  }

  #measure(check: JobCheck, measure: Measure): NumberSpec | undefined {
    const { of, column, where } = measure;
    const read = typeof of === "string" ? this.#job.reads[of] : undefined;
    const write = typeof of === "string" ? undefined : this.#job.writes.find((one) => one === of);
    if (read === undefined && write === undefined) {
      const reads = Object.keys(this.#job.reads);
      if (typeof of === "string")
        this.#refuse(
          check,
          `the job reads nothing named ${of}${didYouMean(of, reads)}`,
          `it reads ${reads.join(", ")}`,
        );
      else this.#refuse(check, `the job does not write ${of.table.fullName}`, "name a read as its SQL does");
      return undefined;
    }
    const dataSet = write ?? read!.dataSet;
    const name = write?.table.fullName ?? (of as string);
    if (column !== undefined && !this.#isSummable(check, name, dataSet, column)) return undefined;
    if (where !== undefined && !this.#isSound(`select 1 as one from ${name} where (${where}\n)`, measure.at))
      return undefined;
    const source = write === undefined ? this.#readSource(of as string, read!) : { from: name, unit: this.#key };
    const value = column === undefined ? "1" : this.#column(column);
    const taken = where === undefined ? value : `case when (${where}\n) then ${value} end`;
    const expression = column === undefined ? (where === undefined ? "count(*)" : `count(${taken})`) : `sum(${taken})`;
    const what = column === undefined ? `rows of ${name}` : `sum of ${column} of ${name}`;
    const label = where === undefined ? what : `${what} where ${oneLine(where)}`;
    return this.#number(source.from, source.unit, expression, label);
  }

  #isSummable(check: JobCheck, name: string, dataSet: JobInput["dataSet"], column: string): boolean {
    const columns = isTableDataSet(dataSet) ? dataSet.table.columns : {};
    if (!isTableDataSet(dataSet)) this.#refuse(check, `${name} are raw lines, whose columns are texts`);
    else if (columns[column] === undefined)
      this.#refuse(check, `${name} has no column ${column}${didYouMean(column, Object.keys(columns))}`);
    else if (!/^(?:int|bigint|decimal)/.test(columns[column].type))
      this.#refuse(check, `${name}.${column} is a ${columns[column].type}, which cannot be summed`);
    else return true;
    return false;
  }

  /** Rows of what a job reads, each with the key of the unit that reads it. */
  #readSource(alias: string, { dataSet, from, to }: JobInput): Pick<Source, "from" | "unit"> {
    const { every } = this.#job;
    const isOwn = this.#job.writes.some(({ name }) => name === dataSet.name);
    const isSame = dataSet.every.unit === every.unit && dataSet.every.count === every.count;
    if (isSame && from === 0 && to === 0 && !isOwn) return { from: alias, unit: this.#key };
    this.#mapped.add(alias);
    let rows = alias;
    if (isOwn && isTableDataSet(dataSet)) {
      // What the range itself makes is not among what it reads.
      const list = [...Object.keys(dataSet.table.columns).map((name) => this.#column(name)), this.#key].join(", ");
      rows = `(select ${list} from ${alias} union all select ${list} from ${dataSet.table.fullName})`;
    }
    const joined = `${rows} as r join ${unitInputs} as i on i._read = '${alias}' and i._instance = r.${this.#key}`;
    return { from: joined, unit: "i._unit" };
  }

  /** The place of a number: of the SELECT that gives it, and among that one's numbers. */
  #number(from: string, unit: string, expression: string, label = ""): NumberSpec {
    let source = this.#sources.findIndex((one) => one.from === from && one.unit === unit);
    if (source < 0) source = this.#sources.push({ from, unit, expressions: [] }) - 1;
    const { expressions } = this.#sources[source]!;
    const known = expressions.indexOf(expression);
    return { source, place: known < 0 ? expressions.push(expression) - 1 : known, label };
  }

  #column(name: string): string {
    return this.#hole(`_column_${name}`, { duckdb: `"${name}"`, spark: `\`${name}\`` });
  }

  /** Numbers and texts are written by each engine in its own way: `'` in a text, say. */
  #literal(value: CheckValue, type: HiveType): string {
    const text = String(value);
    const [, word] = /^(timestamp|date)$/.exec(type) ?? [];
    const quoted = (escaped: string): string => (word === undefined ? `'${escaped}'` : `${word} '${escaped}'`);
    const bare = text.startsWith("-") ? `(${text})` : text;
    const isBare = type !== "string" && word === undefined;
    return this.#hole(`_value_${this.#holes.size}`, {
      duckdb: isBare ? bare : quoted(text.replaceAll("'", "''")),
      spark: isBare ? bare : quoted(text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")),
    });
  }

  #hole(name: string, texts: Readonly<Record<Engine, string>>): string {
    this.#holes.set(name, texts);
    return `:${name}`;
  }

  /** Notes what is wrong with SQL that somebody wrote, at its place. */
  #isSound(sql: string, at: Place): boolean {
    try {
      this.#compile(sql, "duckdb", at);
      return true;
    } catch (error) {
      if (!isHowdahError(error)) throw error;
      this.#problems.push(...(error instanceof ManyErrors ? error.problems : [error]));
      return false;
    }
  }

  #compile(text: string, engine: Engine, { file, line }: Place): SqlParts {
    const parameters = [...this.#job.parameters.map(({ name }) => name), ...this.#holes.keys(), heldRows];
    const tables = this.#job.writes.map(({ table }) => table.fullName);
    const parts = compileSelect({ is: "relation", name: "check", text, line }, engine, { file, parameters, tables });
    return joined(
      parts.map((part) => (typeof part === "string" ? part : (this.#holes.get(part.parameter)?.[engine] ?? part))),
    );
  }

  /** A relation of the job's file exists only while the job computes. */
  #seesNoRelation(check: JobCheck, sql: string): boolean {
    const solid = tokenize(sql, 1).filter(({ kind }) => kind !== "space");
    const seen = this.#relations.find((relation) =>
      solid.some(
        ({ text }, i) =>
          text.toLowerCase() === relation && ["from", "join"].includes(solid[i - 1]?.text.toLowerCase() ?? ""),
      ),
    );
    if (seen !== undefined)
      this.#refuse(check, `it sees tables and reads, not the relation ${seen} of ${this.#job.sql}`);
    return seen === undefined;
  }

  #refuse(check: JobCheck, why: string, next?: string): void {
    this.#problems.push(checkError(check, `job ${this.#job.name}`, why, next));
  }
}

/** SQL in one line, without comments: people paste it into a shell. */
function oneLine(sql: string): string {
  return tokenize(sql, 1)
    .map(({ kind, text }) => (kind === "space" ? " " : text))
    .join("")
    .replaceAll(/ +/g, " ")
    .trim();
}

/** Texts that follow one another as one. */
function joined(parts: SqlParts): SqlParts {
  const all: SqlParts[number][] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (typeof part === "string" && typeof last === "string") all[all.length - 1] = last + part;
    else all.push(part);
  }
  return all;
}
