import { isRawDataSet, isTableDataSet, type Job } from "../../jobs/job.ts";
import type { Table, View } from "../../hive/table.ts";
import type { DataSet, Instances } from "../../oozie/dataset.ts";
import { templateOf } from "../../oozie/el/index.ts";
import { everyWords } from "../../oozie/every.ts";
import { instancesWords } from "./instances.ts";
import type { GraphEdge, GraphNode, GraphParts } from "./model.ts";

export const tableId = ({ fullName }: Pick<Table, "fullName">): string => `table ${fullName}`;
export const dataSetId = (dataSet: DataSet): string =>
  isTableDataSet(dataSet) ? tableId(dataSet.table) : `data set ${dataSet.name}`;

/** Adds what a data set is: a table, raw files or any folders. Gives the node's id. */
export function addDataSet(parts: GraphParts, dataSet: DataSet): string {
  const often = everyWords(dataSet.every);
  if (isTableDataSet(dataSet)) return parts.addNode(tableNode(dataSet.table, often));
  const kind = isRawDataSet(dataSet) ? "raw-files" : "data-set";
  return parts.addNode({ id: dataSetId(dataSet), kind, label: dataSet.name, detail: often, at: dataSet.at });
}

export function tableNode(table: Table, often?: string): GraphNode {
  const detail = often ?? (Object.keys(table.partitionedBy).length === 0 ? undefined : "by partitions");
  return {
    id: tableId(table),
    kind: "table",
    label: table.fullName,
    ...(detail === undefined ? {} : { detail }),
    at: table.at,
  };
}

/** Adds a job with all that it reads and writes. */
export function addJob(parts: GraphParts, job: Job, group?: string): string {
  const id = parts.addNode({
    id: group === undefined ? `job ${job.name}` : `${group} › job ${job.name}`,
    kind: "job",
    label: job.name,
    detail: job.sql.split("/").at(-1)!,
    ...(group === undefined ? {} : { group }),
    at: job.at,
  });
  return id;
}

/** An edge from a data set to what reads some instances of it. */
export function readEdge(from: string, to: string, instances: Instances, kind: GraphEdge["kind"]): GraphEdge {
  const label = instancesWords(instances);
  return { from, to, kind, ...(label === undefined ? {} : { label }) };
}

/** Whether a data set's instances lie in a table's folder: the same files, known to Hive. */
export function liesIn(dataSet: DataSet, table: Table): boolean {
  return `${templateOf(dataSet.uri)}/`.startsWith(`${templateOf(table.location)}/`);
}

/** The tables and views that a view's query names, with their databases. */
export function namedIn({ query, fullName }: View, names: Iterable<string>): readonly string[] {
  const words = new Set(
    Array.from(query.matchAll(/`?([\w]+)`?\s*\.\s*`?([\w]+)`?/g), ([, database, name]) =>
      `${database!}.${name!}`.toLowerCase(),
    ),
  );
  return [...names].filter((name) => name !== fullName && words.has(name));
}
