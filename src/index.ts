/** The public names of howdah, one by one. */

// What everything may use.
export { didYouMean, exitCodes, HowdahError, isHowdahError, messageOf, systemCode } from "./core/errors.ts";
export { errorFacts } from "./core/events.ts";
export type { Emit, HowdahEvent } from "./core/events.ts";
export { sha256 } from "./core/hash.ts";
export type { Place } from "./core/source.ts";

// Definitions.
export {
  cron,
  days,
  endOfDays,
  endOfMonths,
  endOfWeeks,
  formatOozieTime,
  formatTimeBy,
  hours,
  minutes,
  months,
  parseOozieTime,
  parseTimeBy,
  plus,
} from "./core/time.ts";
export type { Cron, Every, FixedFrequency, Frequency, Instant, TimeUnit } from "./core/time.ts";
export {
  add,
  both,
  DAY,
  dateOffset,
  dateTzOffset,
  daysInMonth,
  either,
  epochTime,
  equal,
  fileSystem,
  formatTime,
  greater,
  hadoopConf,
  HOUR,
  hoursInDay,
  MINUTE,
  MONTH,
  multiply,
  not,
  outputOf,
  outputsOf,
  partitionExists,
  path,
  startOfDay,
  subtract,
  text,
  texts,
  timeIn,
  timestamp,
  tzOffset,
  wf,
  YEAR,
} from "./oozie/el/index.ts";
export type { Comparable, DateUnit, ElType, ElValue, Expr, Phase, Value } from "./oozie/el/index.ts";
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
export { dataset, successFlag } from "./oozie/dataset.ts";
export type { Current, DataSet, DataSetOptions, InstanceNumber, Instances } from "./oozie/dataset.ts";
export { every } from "./oozie/every.ts";
export type { ParameterFrequency } from "./oozie/every.ts";
export {
  chgrp,
  chmod,
  credential,
  distcp,
  email,
  fs,
  hive2,
  java,
  mkdir,
  move,
  remove,
  setrep,
  shell,
  spark,
  sparkApplication,
  subWorkflow,
  touch,
} from "./oozie/actions/index.ts";
export type {
  Action,
  ActionFile,
  ActionOptions,
  ChangeOptions,
  Credential,
  FsOperation,
  LaunchedOptions,
  Launcher,
  Retry,
} from "./oozie/actions/index.ts";
export { decide, kill, nothing, parallel, sequence, when, workflow } from "./oozie/workflow.ts";
export type { InputTypes, Workflow, WorkflowCall, WorkflowOptions, WorkflowPart } from "./oozie/workflow.ts";
export { bundle, coordinator } from "./oozie/coordinator.ts";
export type {
  ActionContext,
  Bundle,
  BundleOptions,
  Coordinator,
  CoordinatorOptions,
  HCatalogContext,
  PromiseContext,
} from "./oozie/coordinator.ts";
export type { SlaEvent, SlaOptions } from "./oozie/sla.ts";
export type { Accept } from "./oozie/accept.ts";
export { codes } from "./oozie/checks/index.ts";
export type { CheckCode, CodeFacts, Problem, Severity } from "./oozie/checks/index.ts";

// Tables.
export { columnsOf, database, delimited, parquet, quotedCsv, table, view } from "./hive/table.ts";
export type { Column, Columns, Database, HiveType, Table, TableFormat, View } from "./hive/table.ts";
export { inRange, notNull, oneOf, satisfies, unique } from "./hive/rowcheck.ts";
export type { CheckLimit, CheckSeverity, CheckValue, RowCheck, RowCheckOptions } from "./hive/rowcheck.ts";
export { addPartition, create, hiveQl, hiveScript } from "./hive/statements.ts";
export type { HiveStatement } from "./hive/statements.ts";

// Jobs.
export { job, partitionsOf, rawFiles } from "./jobs/job.ts";
export type { Job, JobOptions, RawDataSet, TableDataSet } from "./jobs/job.ts";
export { agree, countOf, noRows, steady, sumOf } from "./jobs/rowchecks/declare.ts";
export type { Agreement, JobCheck, Measure } from "./jobs/rowchecks/declare.ts";
export { compileJob, jobSpec } from "./jobs/compile.ts";
export type { JobSpec } from "./jobs/spec.ts";
export type { RawFormat } from "./jobs/format.ts";
export type { CheckRecord, PartitionRecord, RawRecord } from "./jobs/record.ts";

// Projects.
export { cluster, defineConfig, folder, fromEnvironment, fromFile } from "./project/config.ts";
export type {
  ClusterOptions,
  ClusterTarget,
  ClusterTls,
  Config,
  FolderTarget,
  Login,
  SecretSource,
} from "./project/config.ts";
export { bars, stacked } from "./project/insights.ts";
export type { BarsPlot, Insight, Notice, Plot, ReportConfig, StackedPlot } from "./project/insights.ts";
export { sandbox } from "./sandbox/target.ts";
export type { SandboxOptions } from "./sandbox/target.ts";
export { examineProject, findProject, loadProject, targetOf } from "./project/load.ts";
export type { Project } from "./project/load.ts";

// Clusters: what is written for them, and what will happen there.
export { profileNames, profileOf } from "./oozie/profiles.ts";
export type { Profile, ProfileName } from "./oozie/profiles.ts";
export { build } from "./release/build.ts";
export type { Build, BuildFile, BuildOptions } from "./release/build.ts";
export { writeBuild } from "./release/write.ts";
export type { Manifest, ManifestApp, ManifestFile } from "./release/manifest.ts";
export { Simulation } from "./oozie/simulate.ts";
export type { SimulatedAction, SimulatedEvent } from "./oozie/simulate.ts";

// Graphs of definitions.
export { graphOf, lineage, renderDot, renderMermaid, renderSvg, renderText } from "./report/graph/index.ts";
export type { EdgeKind, Graph, GraphEdge, GraphGroup, GraphNode, NodeKind } from "./report/graph/index.ts";

// Running on a folder.
export { diskError, onDisk, writeByRename } from "./project/disk.ts";
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
} from "./local/instance.ts";
export type { FileToPlace, PlaceOptions, RawFile } from "./local/instance.ts";
export { download } from "./local/download.ts";
export type { Downloaded, DownloadRequest } from "./local/download.ts";
export { ingest } from "./local/ingest.ts";
export type { Ingested, IngestRequest } from "./local/ingest.ts";
export { lockJob } from "./project/lock.ts";
export type { Lock } from "./project/lock.ts";
export { openTarget } from "./local/target.ts";
export type { LocalOptions, LocalTarget } from "./local/target.ts";
export { run } from "./local/run.ts";
export type { RunRequest } from "./local/run.ts";
export { counts } from "./local/report.ts";
export type { ActionReport, ActionStatus, RunReport } from "./local/report.ts";
export { query } from "./local/query.ts";
export { queryDescription, queryParameters } from "./project/query.ts";
export type { Cell, Query, QueryResult } from "./project/query.ts";
export { prunable, prune } from "./local/clean.ts";

// Reports.
export { gatherReport } from "./report/gather.ts";
export type { ReportRequest } from "./report/gather.ts";
export { writePage } from "./report/write.ts";
export type { DataSetFacts, InsightFacts, InstanceFacts, ReportFacts, State } from "./report/facts.ts";
