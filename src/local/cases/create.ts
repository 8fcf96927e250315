import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HowdahError } from "../../core/errors.ts";
import { parseTimeBy } from "../../core/time.ts";
import { columnList } from "../../hive/table.ts";
import { readCases } from "../../jobs/cases/document.ts";
import type { Row } from "../../jobs/cases/difference.ts";
import { caseText, type TableToWrite } from "../../jobs/cases/write.ts";
import type { CompiledJob } from "../../jobs/compile.ts";
import { isRawDataSet } from "../../jobs/job.ts";
import { onDisk, writeByRename } from "../../project/disk.ts";
import { engineError, sqlName, type Workspace } from "../engine.ts";
import { loadInputs, refuseMissingInputs } from "../inputs.ts";
import type { LocalTarget } from "../target.ts";
import { bindCase } from "./bind.ts";
import { runOnDuckdb } from "./duckdb.ts";
import { caseFileOf } from "./find.ts";

export interface CaseRequest {
  /** The unit whose rows are taken: `20120301_08`. */
  readonly key: string;
  /** @default the job's name and the key */
  readonly name?: string;
  /** A condition in SQL that given rows must fulfil, of relations that have its columns. */
  readonly where?: string;
  /** Rows of each relation at most. */
  readonly rows: number;
}

export interface CreatedCase {
  readonly name: string;
  /** Relative to the project. */
  readonly file: string;
  /** How many rows of each relation were taken, and how many there are. */
  readonly given: readonly { readonly name: string; readonly taken: number; readonly of: number }[];
}

/**
 * Writes a case of a job from rows that lie on a folder. What it expects is what the job makes of these rows now: whoever
 * keeps the case should have looked at it. Throws `UNIT`, `CASE_EXISTS`, `INPUT_MISSING`, `CASE_WHERE`.
 */
export async function createCase(
  target: LocalTarget,
  compiled: CompiledJob,
  request: CaseRequest,
): Promise<CreatedCase> {
  const { job } = compiled;
  const { project, data } = target;
  const file = caseFileOf(job);
  const path = join(project.root, file);
  const name = (request.name ?? `${job.name} ${request.key}`).trim().replaceAll(/\s+/g, " ");
  const unit = parseTimeBy(job.key, request.key);
  if (unit === undefined)
    throw new HowdahError(`${request.key} is no unit of ${job.name}, which are written ${job.key}`, { code: "UNIT" });
  const before = existsSync(path) ? readFileSync(path, "utf8") : `# Cases of ${job.name}\n`;
  if (readCases(before, file).some((one) => one.name === name))
    throw new HowdahError(`there is a case ${name} already`, {
      code: "CASE_EXISTS",
      where: path,
      next: "give it another name: --name TEXT",
    });
  refuseMissingInputs(compiled, [unit], data);
  const engine = await target.engine();
  const taken = await engine.workspace(async (workspace) => {
    const failure = await loadInputs({ compiled, units: [unit], data }, workspace);
    if (failure !== undefined) throw failure.error;
    const relations: Taken[] = [];
    for (const [relation, read] of Object.entries(job.reads))
      relations.push(await takeRows(relation, compiled, isRawDataSet(read.dataSet), request, workspace));
    return relations;
  });
  const about = `Rows of ${request.key}; what is expected is what the job made of them.`;
  const options = [`${job.every.unit.slice(0, -1)}: ${request.key}`, ...parameterLines(target, compiled)];
  const given = taken.filter(({ table }) => table.rows.length > 0).map(({ table }) => table);
  const place = { compiled, parameters: project.definitions.parameters, file, root: project.root };
  const first = job.writes[0]!.table.fullName;
  const draft = caseText({ name, about, options, tables: [...given, { ...none, name: first }] });
  const bound = bindCase(readCases(draft, file)[0]!, place);
  const names = new Set(job.writes.map(({ table }) => table.fullName));
  const { tables, failure } = await runOnDuckdb(bound, names, engine);
  if (failure !== undefined) throw failure;
  const expected = job.writes.map(({ table }): TableToWrite => {
    const columns = columnList(table).map(([column]) => column);
    const rows = (tables.get(table.fullName) ?? []).map((row) => row.slice(0, columns.length));
    return withoutEmptyColumns({ is: "expect", name: table.fullName, columns, rows: sorted(rows) });
  });
  const text = `${before.trimEnd()}\n\n${caseText({ name, about, options, tables: [...given, ...expected] })}`;
  onDisk("write the case", path, () => writeByRename(path, `${path}.${process.pid}`, text));
  return { name, file, given: taken.map(({ table, of }) => ({ name: table.name, taken: table.rows.length, of })) };
}

interface Taken {
  readonly table: TableToWrite;
  /** Rows that there are. */
  readonly of: number;
}

const none: Omit<TableToWrite, "name"> = { is: "expect", columns: [], rows: [] };

/** Some rows of a relation, each of its columns as text; of raw files the lines that could be read. */
async function takeRows(
  relation: string,
  { keyColumn, job }: CompiledJob,
  isRaw: boolean,
  { where, rows: limit }: CaseRequest,
  workspace: Workspace,
): Promise<Taken> {
  const { dataSet, from, to } = job.reads[relation]!;
  const own = isRawDataSet(dataSet)
    ? Object.keys(dataSet.files.columns)
    : columnList(dataSet.table).map(([column]) => column);
  // Of one instance alone, its key says nothing.
  const columns = from === to ? own : [keyColumn, ...own];
  const readable = isRaw ? "_reason is null" : "true";
  const [[of] = [0]] = await workspace.rows(`select count(*) from ${relation}`);
  const texts = columns.map((column) => `cast(${sqlName(column)} as varchar)`).join(", ");
  const select = (condition: string): Promise<readonly (readonly unknown[])[]> =>
    workspace.rows(
      `select ${texts} from ${relation} where ${readable} and (${condition}\n) order by ${columns.map((_, i) => i + 1).join(", ")} limit ${limit}`,
    );
  let rows: readonly (readonly unknown[])[];
  try {
    rows = await select(where ?? "true");
  } catch (error) {
    const made = engineError(error, `--where, of ${relation}`, where ?? relation);
    // A condition on a column that another relation has says nothing of this one.
    if (!made.message.includes("Binder Error: Referenced column")) throw whereError(made);
    rows = await select("true");
  }
  const table: TableToWrite = { is: "given", name: relation, columns, rows: rows as readonly Row[] };
  return { table: withoutEmptyColumns(table), of: Number(of) };
}

function whereError(made: HowdahError): HowdahError {
  if (made.code !== "SQL") return made;
  return new HowdahError(made.message, {
    code: "CASE_WHERE",
    ...(made.where === undefined ? {} : { where: made.where }),
    cause: made,
  });
}

/** Columns that are null in every row say nothing. */
function withoutEmptyColumns(table: TableToWrite): TableToWrite {
  const kept = table.columns.flatMap((_, i) => (table.rows.every((row) => row[i] === null) ? [] : [i]));
  // A row of nulls alone is one all the same.
  const places = kept.length === 0 ? [0] : kept;
  return {
    ...table,
    columns: places.map((i) => table.columns[i]!),
    rows: table.rows.map((row) => places.map((i) => row[i]!)),
  };
}

function sorted(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Parameters of the job that have another value on the folder than a case has by itself. */
function parameterLines({ values }: LocalTarget, { parameters, job }: CompiledJob): readonly string[] {
  const limits = job.rejects === undefined ? [] : [job.rejects.maxShare, job.rejects.min];
  const own = new Set([...job.parameters, ...limits].map(({ name }) => name));
  return parameters
    .filter(({ name }) => own.has(name) && values.origin(name) !== "default")
    .map(({ name }) => `${name} = ${values.need(name)}`);
}
