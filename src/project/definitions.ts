import { HowdahError, throwAll } from "../core/errors.ts";
import { placeText } from "../core/errors.ts";
import type { Place } from "../core/source.ts";
import { isHiveStatement, type HiveStatement } from "../hive/statements.ts";
import type { Database, Table, View } from "../hive/table.ts";
import { declaredParameters } from "../jobs/compile.ts";
import { isJob, isRawDataSet, isTableDataSet, type Job } from "../jobs/job.ts";
import { actionExpressions } from "../oozie/actions/index.ts";
import { coordinatorExpressions, type Bundle, type Coordinator } from "../oozie/coordinator.ts";
import type { DataSet } from "../oozie/dataset.ts";
import type { Expr } from "../oozie/el/index.ts";
import type { Parameter } from "../oozie/parameters.ts";
import { slaExpressions } from "../oozie/sla.ts";
import { partsIn, type Workflow, type WorkflowPart } from "../oozie/workflow.ts";
import type { Definition } from "./config.ts";

/** Everything that a project defines, by name, found by walking from what its configuration lists. */
export interface Definitions {
  readonly bundles: ReadonlyMap<string, Bundle>;
  readonly coordinators: ReadonlyMap<string, Coordinator>;
  readonly workflows: ReadonlyMap<string, Workflow>;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly dataSets: ReadonlyMap<string, DataSet>;
  readonly tables: ReadonlyMap<string, Table>;
  readonly views: ReadonlyMap<string, View>;
  readonly databases: ReadonlyMap<string, Database>;
  readonly parameters: ReadonlyMap<string, Parameter>;
}

/** Collects definitions. Throws `NAME_TWICE` for two different things of a kind under one name, with both places. */
export function collect(
  definitions: readonly Definition[],
  tables: readonly (Table | View)[],
  further: readonly Expr[] = [],
): Definitions {
  const found = {
    bundles: new Map<string, Bundle>(),
    coordinators: new Map<string, Coordinator>(),
    workflows: new Map<string, Workflow>(),
    jobs: new Map<string, Job>(),
    dataSets: new Map<string, DataSet>(),
    tables: new Map<string, Table>(),
    views: new Map<string, View>(),
    databases: new Map<string, Database>(),
    parameters: new Map<string, Parameter>(),
  };
  const problems: HowdahError[] = [];

  /** Notes a thing; false when it was there already. */
  function note<T extends { readonly at: Place }>(kind: string, map: Map<string, T>, name: string, thing: T): boolean {
    const known = map.get(name);
    if (known === undefined) map.set(name, thing);
    else if (known !== thing)
      problems.push(
        new HowdahError(`two ${kind} are named ${name}: the other is at ${placeText(known.at)}`, {
          code: "NAME_TWICE",
          where: thing.at,
        }),
      );
    return known === undefined;
  }

  const use = (...values: readonly Expr[]): void => {
    for (const value of values)
      for (const parameter of declaredParameters(value))
        note("parameters", found.parameters, parameter.name, parameter);
  };
  const useDatabase = (database: Database): void => {
    if (note("databases", found.databases, database.name, database) && database.location !== undefined)
      use(database.location);
  };
  const useTable = (table: Table): void => {
    if (!note("tables", found.tables, table.fullName, table)) return;
    useDatabase(table.database);
    use(table.location);
  };
  const useView = (view: View): void => {
    if (note("views", found.views, view.fullName, view)) useDatabase(view.database);
  };
  const useDataSet = (dataSet: DataSet): void => {
    if (!note("data sets", found.dataSets, dataSet.name, dataSet)) return;
    use(dataSet.initial, dataSet.uri);
    if (isTableDataSet(dataSet)) useTable(dataSet.table);
    if (isRawDataSet(dataSet)) use(dataSet.files.encoding, dataSet.root);
  };
  const useJob = (job: Job): void => {
    if (!note("jobs", found.jobs, job.name, job)) return;
    use(...job.parameters);
    if (job.rejects !== undefined) use(job.rejects.maxShare, job.rejects.min);
    for (const { dataSet } of Object.values(job.reads)) useDataSet(dataSet);
    job.writes.forEach(useDataSet);
  };
  const useStatement = (statement: HiveStatement): void => {
    use(...statement.uses);
    if (statement.is === "create-database") useDatabase(statement.database);
    else if (statement.is === "create-view") useView(statement.view);
    else if (statement.is !== "script") useTable(statement.table);
  };
  const usePart = (part: WorkflowPart): void => {
    if (part.kind === "decision") use(...part.cases.map(({ when }) => when));
    if (part.kind === "kill") use(part.message);
    if (part.kind !== "action") return;
    use(...actionExpressions(part));
    if (part.type === "hive2") part.run.filter(isHiveStatement).forEach(useStatement);
    if (part.type === "spark" && isJob(part.job)) useJob(part.job);
    if (part.type === "sub-workflow") useWorkflow(part.run.workflow);
  };
  const useWorkflow = (workflow: Workflow): void => {
    if (!note("workflows", found.workflows, workflow.name, workflow)) return;
    use(...slaExpressions(workflow.sla));
    for (const part of partsIn(workflow.body)) usePart(part);
  };
  const useCoordinator = (coordinator: Coordinator): void => {
    if (!note("coordinators", found.coordinators, coordinator.name, coordinator)) return;
    use(...coordinatorExpressions(coordinator));
    for (const { dataSet } of [...Object.values(coordinator.reads), ...Object.values(coordinator.writes)])
      useDataSet(dataSet);
    useWorkflow(coordinator.run.workflow);
  };

  for (const definition of definitions) {
    if (definition.kind === "bundle") {
      note("bundles", found.bundles, definition.name, definition);
      if (definition.kickOff !== undefined) use(definition.kickOff);
      definition.coordinators.forEach(useCoordinator);
    } else if (definition.kind === "coordinator") useCoordinator(definition);
    else if (definition.kind === "workflow") useWorkflow(definition);
    else useJob(definition);
  }
  for (const thing of tables) {
    if (thing.kind === "table") useTable(thing);
    else useView(thing);
  }
  use(...further);
  throwAll(problems);
  return found;
}
