/** The public names of howdah, one by one. */

// What everything may use.
export { didYouMean, exitCodes, HowdahError, isHowdahError, messageOf, systemCode } from "./core/errors.ts";
export { errorFacts } from "./core/events.ts";
export type { Emit, HowdahEvent } from "./core/events.ts";
export { sha256 } from "./core/hash.ts";
export type { Place } from "./core/source.ts";
export { days, formatOozieTime, formatTimeBy, hours, minutes, parseOozieTime, parseTimeBy, plus } from "./core/time.ts";
export type { Frequency, Instant } from "./core/time.ts";

// Definitions.
export {
  both,
  DAY,
  either,
  equal,
  fileSystem,
  greater,
  HOUR,
  MINUTE,
  MONTH,
  not,
  outputOf,
  path,
  startOfDay,
  text,
  YEAR,
} from "./oozie/el.ts";
export type { ElType, Expr, Phase, Value } from "./oozie/el.ts";
export {
  choiceParameter,
  dateFormatParameter,
  decimalParameter,
  intParameter,
  parameters,
  pathParameter,
  textParameter,
  timeParameter,
} from "./oozie/parameters.ts";
export type { Parameter, ParameterSpec } from "./oozie/parameters.ts";
export { dataset } from "./oozie/dataset.ts";
export type { DataSet, DataSetOptions, Instances } from "./oozie/dataset.ts";
export {
  chmod,
  decide,
  fs,
  hive2,
  kill,
  mkdir,
  move,
  nothing,
  parallel,
  remove,
  sequence,
  shell,
  spark,
  subWorkflow,
  touch,
  when,
  workflow,
} from "./oozie/workflow.ts";
export type { Workflow, WorkflowPart } from "./oozie/workflow.ts";
export { bundle, coordinator } from "./oozie/coordinator.ts";
export type { Bundle, Coordinator, CoordinatorOptions } from "./oozie/coordinator.ts";

// Tables.
export { columnsOf, database, delimited, parquet, quotedCsv, table, view } from "./hive/table.ts";
export type { Column, Columns, Database, HiveType, Table, TableFormat, View } from "./hive/table.ts";
export { addPartition, create, hiveQl, hiveScript } from "./hive/statements.ts";
export type { HiveStatement } from "./hive/statements.ts";

// Jobs.
export { job, partitionsOf, rawFiles } from "./jobs/job.ts";
export type { Job, JobOptions, RawDataSet, TableDataSet } from "./jobs/job.ts";
export { compileJob, jobSpec } from "./jobs/compile.ts";
export type { JobSpec } from "./jobs/spec.ts";
export type { RawFormat } from "./jobs/format.ts";
export type { PartitionRecord, RawRecord } from "./jobs/record.ts";

// Projects.
export { defineConfig, folder, fromEnvironment, fromFile } from "./project/config.ts";
export type { Config, FolderTarget } from "./project/config.ts";
export { findProject, loadProject, targetOf } from "./project/load.ts";
export type { Project } from "./project/load.ts";

// Running on a folder.
export { diskError, onDisk, writeByRename } from "./local/disk.ts";
export {
  addToInstance,
  isComplete,
  isOccupied,
  placeInstance,
  publishInstance,
  rawContent,
  readRaw,
  recoverInstances,
  sealInstance,
  successFlag,
} from "./local/instance.ts";
export type { FileToPlace, PlaceOptions, RawFile } from "./local/instance.ts";
export { ingest } from "./local/ingest.ts";
export type { Ingested, IngestRequest } from "./local/ingest.ts";
export { lockJob } from "./local/lock.ts";
export type { Lock } from "./local/lock.ts";
export { openTarget } from "./local/target.ts";
export type { LocalOptions, LocalTarget } from "./local/target.ts";
export { run } from "./local/run.ts";
export type { RunRequest } from "./local/run.ts";
export { counts } from "./local/report.ts";
export type { ActionReport, ActionStatus, RunReport } from "./local/report.ts";
export { query, queryDescription, queryParameters } from "./local/query.ts";
export type { Cell, Query, QueryResult } from "./local/query.ts";
export { prunable, prune } from "./local/clean.ts";
