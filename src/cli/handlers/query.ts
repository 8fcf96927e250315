import { existsSync, readFileSync } from "node:fs";
import { didYouMean, exitCodes, HowdahError } from "../../core/errors.ts";
import { query } from "../../local/query.ts";
import { queryDescription, queryParameters, type Query, type QueryResult } from "../../project/query.ts";
import { queriesOf, type Project } from "../../project/load.ts";
import { type Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { defines } from "../values.ts";
import { isOnCluster, projectOf, withCluster, withTarget } from "../project.ts";
import { rendererOf } from "../rows.ts";

/** `howdah query` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  if (args.flag("list")) return listQueries(project, io);
  if (args.flag("tables")) return listTables(project, io);
  const render = rendererOf(args.text("format"), io);
  const asked = askedFor(args, project);
  // -D gives values to the query; the parameters of the project keep theirs.
  const whole = { ...asked, values: defines(args) };
  const show = (result: QueryResult): Promise<void> => render(result, io);
  if (isOnCluster(args, project)) {
    const { queryCluster } = await import("../../operate/hive.ts");
    const { signal } = io;
    await withCluster(args, project, (cluster) =>
      queryCluster(cluster, whole, show, { signal, onLog: (line) => io.status(line) }),
    );
  } else await withTarget(args, project, {}, (target) => query(target, whole, show));
  return exitCodes.done;
}

function askedFor(args: Arguments, project: Project): Query {
  const file = args.text("file");
  const [given] = args.positionals;
  if ((file === undefined) === (given === undefined))
    throw new HowdahError("query takes a SELECT, a name, or --file", { code: "USAGE", next: "howdah query --help" });
  if (file !== undefined) {
    if (!existsSync(file)) throw new HowdahError(`there is no file ${file}`, { code: "NO_FILE", where: file });
    return { sql: readFileSync(file, "utf8"), name: file, file };
  }
  if (/\s/.test(given!)) return { sql: given!, name: "the query" };
  const queries = queriesOf(project);
  const named = queries.get(given!);
  if (named !== undefined) return { sql: named.sql, name: given!, file: named.file };
  throw new HowdahError(`there is no named query ${given!}${didYouMean(given!, queries.keys())}`, {
    code: "NAME_UNKNOWN",
    next: "howdah query --list",
  });
}

function listQueries(project: Project, io: Io): number {
  const queries = [...queriesOf(project)].map(([name, { sql }]) => ({
    name,
    describe: queryDescription(sql),
    parameters: queryParameters(sql),
  }));
  if (io.json) io.out(JSON.stringify(queries));
  else
    for (const { name, describe, parameters } of queries) {
      io.out(io.colors.bold(name));
      io.out(`    ${describe}`);
      for (const [parameter, value] of Object.entries(parameters)) io.out(`    -D ${parameter}=${value}`);
    }
  return exitCodes.done;
}

function listTables(project: Project, io: Io): number {
  const tables = [...project.definitions.tables.values()].map(({ fullName, comment, columns, partitionedBy }) => ({
    name: fullName,
    comment: comment ?? null,
    columns: Object.entries({ ...columns, ...partitionedBy }).map(([name, { type }]) => ({ name, type })),
  }));
  if (io.json) io.out(JSON.stringify(tables));
  else
    for (const { name, comment, columns } of tables) {
      io.out(io.colors.bold(name) + (comment === null ? "" : `  ${comment}`));
      const shown = columns.length > 30 ? [...columns.slice(0, 3), ...columns.slice(-2)] : columns;
      io.out(`    ${shown.map((column) => `${column.name} ${column.type}`).join(", ")}`);
    }
  return exitCodes.done;
}
