import type { Place } from "../core/source.ts";
import { isHiveStatement, type HiveStatement } from "../hive/statements.ts";
import type { Database, Table, View } from "../hive/table.ts";
import { isJob, isRawDataSet, isTableDataSet, type Job } from "../jobs/job.ts";
import { actionExpressions } from "../oozie/actions/index.ts";
import { coordinatorExpressions, type Bundle, type Coordinator } from "../oozie/coordinator.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { isExpr, partsOf, type Expr } from "../oozie/el/index.ts";
import { isParameter, type Parameter } from "../oozie/parameters.ts";
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

/** Every different thing that was found, in that order; of those of one name all. */
export interface Found {
  readonly bundles: ReadonlySet<Bundle>;
  readonly coordinators: ReadonlySet<Coordinator>;
  readonly workflows: ReadonlySet<Workflow>;
  readonly jobs: ReadonlySet<Job>;
  readonly dataSets: ReadonlySet<DataSet>;
  readonly tables: ReadonlySet<Table>;
  readonly views: ReadonlySet<View>;
  readonly databases: ReadonlySet<Database>;
  readonly parameters: ReadonlySet<Parameter>;
}

/** Finds definitions and all that they use. */
export function find(definitions: readonly Definition[], tables: readonly (Table | View)[]): Found {
  const found = {
    bundles: new Set<Bundle>(),
    coordinators: new Set<Coordinator>(),
    workflows: new Set<Workflow>(),
    jobs: new Set<Job>(),
    dataSets: new Set<DataSet>(),
    tables: new Set<Table>(),
    views: new Set<View>(),
    databases: new Set<Database>(),
    parameters: new Set<Parameter>(),
  };

  /** Notes a thing; false when it was there already. */
  function note<T>(set: Set<T>, thing: T): boolean {
    if (set.has(thing)) return false;
    set.add(thing);
    return true;
  }

  /** Parameters in expressions, and in the defaults of those. */
  const use = (...values: readonly Expr[]): void => {
    for (const value of values) {
      if (!isParameter(value)) use(...partsOf(value));
      else if (note(found.parameters, value) && isExpr(value.spec.default)) use(value.spec.default);
    }
  };
  const useDatabase = (database: Database): void => {
    if (note(found.databases, database) && database.location !== undefined) use(database.location);
  };
  const useTable = (table: Table): void => {
    if (!note(found.tables, table)) return;
    useDatabase(table.database);
    use(table.location);
  };
  const useView = (view: View): void => {
    if (note(found.views, view)) useDatabase(view.database);
  };
  const useDataSet = (dataSet: DataSet): void => {
    if (!note(found.dataSets, dataSet)) return;
    use(dataSet.initial, dataSet.uri);
    if (isTableDataSet(dataSet)) useTable(dataSet.table);
    if (isRawDataSet(dataSet)) use(dataSet.files.encoding, dataSet.root);
  };
  const useJob = (job: Job): void => {
    if (!note(found.jobs, job)) return;
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
    if (part.type === "spark") part.jobs.filter(isJob).forEach(useJob);
    if (part.type === "sub-workflow") useWorkflow(part.run.workflow);
  };
  const useWorkflow = (workflow: Workflow): void => {
    if (!note(found.workflows, workflow)) return;
    use(...slaExpressions(workflow.sla));
    for (const part of partsIn(workflow.body)) usePart(part);
  };
  const useCoordinator = (coordinator: Coordinator): void => {
    if (!note(found.coordinators, coordinator)) return;
    use(...coordinatorExpressions(coordinator));
    for (const { dataSet } of [...Object.values(coordinator.reads), ...Object.values(coordinator.writes)])
      useDataSet(dataSet);
    useWorkflow(coordinator.run.workflow);
  };

  for (const definition of definitions) {
    if (definition.kind === "bundle") {
      note(found.bundles, definition);
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
  return found;
}

/** What was found by name; of several of one name the first. */
export function byName(found: Found): Definitions {
  return {
    bundles: named(found.bundles),
    coordinators: named(found.coordinators),
    workflows: named(found.workflows),
    jobs: named(found.jobs),
    dataSets: named(found.dataSets),
    tables: named(found.tables, ({ fullName }) => fullName),
    views: named(found.views, ({ fullName }) => fullName),
    databases: named(found.databases),
    parameters: named(found.parameters),
  };
}

function named<T extends { readonly name: string; readonly at: Place }>(
  things: Iterable<T>,
  nameOf: (thing: T) => string = ({ name }) => name,
): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const thing of things) if (!map.has(nameOf(thing))) map.set(nameOf(thing), thing);
  return map;
}
