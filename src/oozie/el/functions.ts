import type { ElType, Phase } from "./expr.ts";

/** What the table says of a function: where Oozie offers it, and how it is spelled in a definition. */
export interface ElFunctionFacts {
  readonly phases: readonly Phase[];
  /** Types of the arguments. */
  readonly args: readonly ElType[];
  readonly result: ElType;
  /** How a definition says it. */
  readonly spelled: string;
  readonly describe: string;
  /** How its text is written, where it is no plain call: an operator, or a constant without parentheses. */
  readonly operator?: string;
  readonly constant?: true;
}

/** Where operators may stand, which are EL's own. */
const everywhere: readonly Phase[] = [
  "submit",
  "frequency",
  "timeout",
  "initial",
  "instances",
  "uri",
  "action",
  "sla",
  "promise",
  "workflow",
];
const instances: readonly Phase[] = ["instances"];
const action: readonly Phase[] = ["action"];
const actionAndSla: readonly Phase[] = ["action", "sla"];
const dates: readonly Phase[] = ["initial", "instances", "action", "sla"];
const formats: readonly Phase[] = ["instances", "action", "sla"];
const workflow: readonly Phase[] = ["workflow"];

function facts(
  phases: readonly Phase[],
  args: readonly ElType[],
  result: ElType,
  spelled: string,
  describe: string,
  more: Pick<ElFunctionFacts, "operator" | "constant"> = {},
): ElFunctionFacts {
  return { phases, args, result, spelled, describe, ...more };
}

const field = (name: string, describe: string): ElFunctionFacts =>
  facts(["uri"], [], "string", name, describe, { constant: true });
const infix = (operator: string, type: ElType, result: ElType, spelled: string, describe: string): ElFunctionFacts =>
  facts(everywhere, [type, type], result, spelled, describe, { operator });

/**
 * Every function of Oozie's expression language that definitions can use, by the name by which Oozie knows it
 * (oozie-default.xml 5.2.1, `oozie.service.ELService.functions.*`); operators by the name of their Java method. What
 * begins with `howdah:` is resolved before anything is written.
 */
export const elFunctions = {
  // Resolved before anything is written.
  "howdah:startOfDay": facts(["submit"], ["time"], "time", "startOfDay(time)", "00:00 UTC of a time's day"),
  "howdah:timeIn": facts(
    ["submit"],
    ["string", "string"],
    "time",
    "timeIn(zone, local)",
    "the moment at which clocks of a zone show a local time",
  ),

  // The fields of an instance's time.
  YEAR: field("YEAR", "year of the instance, in UTC"),
  MONTH: field("MONTH", "its month, two digits"),
  DAY: field("DAY", "its day of the month, two digits"),
  HOUR: field("HOUR", "its hour, two digits"),
  MINUTE: field("MINUTE", "its minute, two digits"),

  // Which instances.
  "coord:hoursInDay": facts(
    instances,
    ["int"],
    "int",
    "hoursInDay(n)",
    "hours of the day n days from the nominal time's, in the data set's zone: 23, 24 or 25",
  ),
  "coord:daysInMonth": facts(
    instances,
    ["int"],
    "int",
    "daysInMonth(n)",
    "days of the month n months from the nominal time's",
  ),
  "coord:tzOffset": facts(
    instances,
    [],
    "int",
    "tzOffset()",
    "minutes between the data set's zone and the coordinator's",
  ),

  // Times.
  "coord:dateOffset": facts(
    dates,
    ["time", "int", "string"],
    "time",
    "dateOffset(time, n, unit)",
    "a time moved by n units: MINUTE, HOUR, DAY, MONTH, YEAR",
  ),
  "coord:dateTzOffset": facts(
    dates,
    ["time", "string"],
    "time",
    "dateTzOffset(time, zone)",
    "a time moved by what a zone is away from UTC",
  ),
  "coord:formatTime": facts(
    formats,
    ["time", "string"],
    "string",
    "formatTime(time, pattern)",
    "a time in UTC by a pattern of yyyy MM dd HH mm ss",
  ),
  "coord:epochTime": facts(
    formats,
    ["time", "string"],
    "string",
    "epochTime(time, inMilliseconds)",
    "seconds, or milliseconds, since 1970",
  ),

  // What a coordinator tells its workflow.
  "coord:nominalTime": facts(actionAndSla, [], "time", "nominalTime", "the time that the action is for"),
  "coord:actualTime": facts(actionAndSla, [], "time", "actualTime", "when the action was created"),
  "coord:actionId": facts(actionAndSla, [], "string", "actionId", "the action's id"),
  "coord:name": facts(actionAndSla, [], "string", "name", "the coordinator's name"),
  "coord:user": facts(actionAndSla, [], "string", "user", "who submitted the coordinator"),
  "coord:dataIn": facts(
    action,
    ["string"],
    "path",
    "reads.NAME",
    "the URIs of an input's instances, divided by commas",
  ),
  "coord:dataOut": facts(actionAndSla, ["string"], "path", "writes.NAME", "the URI of an output's instance"),
  "coord:databaseIn": facts(action, ["string"], "string", "hcatalog.databaseIn(NAME)", "database of an input"),
  "coord:databaseOut": facts(actionAndSla, ["string"], "string", "hcatalog.databaseOut(NAME)", "database of an output"),
  "coord:tableIn": facts(action, ["string"], "string", "hcatalog.tableIn(NAME)", "table of an input"),
  "coord:tableOut": facts(actionAndSla, ["string"], "string", "hcatalog.tableOut(NAME)", "table of an output"),
  "coord:dataInPartitionFilter": facts(
    action,
    ["string", "string"],
    "string",
    "hcatalog.partitionFilter(NAME, type)",
    "a filter for the input's partitions, for pig, hive or java",
  ),
  "coord:dataInPartitionMin": facts(
    action,
    ["string", "string"],
    "string",
    "hcatalog.partitionMin(NAME, column)",
    "the least value of a partition column among an input's instances",
  ),
  "coord:dataInPartitionMax": facts(
    action,
    ["string", "string"],
    "string",
    "hcatalog.partitionMax(NAME, column)",
    "the greatest value of a partition column among an input's instances",
  ),
  "coord:dataInPartitions": facts(
    action,
    ["string", "string"],
    "string",
    'hcatalog.partitionsIn(NAME, "hive-export")',
    "an input's partitions as Hive's EXPORT takes them",
  ),
  "coord:dataOutPartitions": facts(
    actionAndSla,
    ["string"],
    "string",
    "hcatalog.partitionsOut(NAME)",
    "an output's partition as HCatalog takes it",
  ),
  "coord:dataOutPartitionValue": facts(
    actionAndSla,
    ["string", "string"],
    "string",
    "hcatalog.partitionValueOut(NAME, column)",
    "the value of a partition column of an output",
  ),

  // While a workflow runs.
  "wf:id": facts(workflow, [], "string", "wf.id", "the workflow job's id"),
  "wf:name": facts(workflow, [], "string", "wf.name", "the workflow's name"),
  "wf:appPath": facts(workflow, [], "path", "wf.appPath", "where its definition lies"),
  "wf:conf": facts(workflow, ["string"], "string", "wf.conf(name)", "a property of the job; empty when it has none"),
  "wf:user": facts(workflow, [], "string", "wf.user", "who submitted it"),
  "wf:group": facts(workflow, [], "string", "wf.group", "the group it was submitted for"),
  "wf:callback": facts(
    workflow,
    ["string"],
    "string",
    "wf.callback(variable)",
    "the URL at which a program reports the action's outcome",
  ),
  "wf:transition": facts(workflow, ["string"], "string", "wf.transition(action)", "where an action went on to"),
  "wf:lastErrorNode": facts(workflow, [], "string", "wf.lastErrorNode", "the action that failed last"),
  "wf:errorCode": facts(workflow, ["string"], "string", "wf.errorCode(action)", "the code with which an action failed"),
  "wf:errorMessage": facts(
    workflow,
    ["string"],
    "string",
    "wf.errorMessage(action)",
    "the message with which an action failed",
  ),
  "wf:run": facts(workflow, [], "int", "wf.run", "how often it was run again"),
  "wf:actionData": facts(
    workflow,
    ["string", "string"],
    "string",
    "outputOf(action, key)",
    "a key of what an action wrote with captureOutput",
  ),
  "wf:actionExternalId": facts(
    workflow,
    ["string"],
    "string",
    "wf.externalId(action)",
    "the Hadoop job that an action started",
  ),
  "wf:actionTrackerUri": facts(workflow, ["string"], "string", "wf.trackerUri(action)", "where that job runs"),
  "wf:actionExternalStatus": facts(workflow, ["string"], "string", "wf.externalStatus(action)", "how that job stands"),
  "hadoop:counters": facts(
    workflow,
    ["string", "string", "string"],
    "int",
    "wf.counter(action, group, name)",
    "a counter of the MapReduce job that an action ran",
  ),
  "hadoop:conf": facts(
    workflow,
    ["string", "string"],
    "string",
    "hadoopConf(host, name)",
    "a property of a Hadoop cluster's configuration",
  ),
  "fs:exists": facts(workflow, ["path"], "boolean", "fileSystem.exists(path)", "whether a path is there"),
  "fs:isDir": facts(workflow, ["path"], "boolean", "fileSystem.isFolder(path)", "whether it is a folder"),
  "fs:dirSize": facts(
    workflow,
    ["path"],
    "int",
    "fileSystem.folderSize(path)",
    "bytes of the files directly in a folder; -1 when it is none",
  ),
  "fs:fileSize": facts(workflow, ["path"], "int", "fileSystem.fileSize(path)", "bytes of a file; -1 when it is none"),
  "fs:blockSize": facts(workflow, ["path"], "int", "fileSystem.blockSize(path)", "bytes of a file's block"),
  "hcat:exists": facts(
    workflow,
    ["string"],
    "boolean",
    "partitionExists(uri)",
    "whether a table or partition is there: hcat://server/database/table/column=value",
  ),
  firstNotNull: facts(
    workflow,
    ["string", "string"],
    "string",
    "texts.firstNotNull(a, b)",
    "the first of two that has a value",
  ),
  concat: facts(workflow, ["string", "string"], "string", "text`${a}${b}`", "one behind the other"),
  replaceAll: facts(
    workflow,
    ["string", "string", "string"],
    "string",
    "texts.replaceAll(text, regex, by)",
    "each match of a regular expression replaced",
  ),
  appendAll: facts(
    workflow,
    ["string", "string", "string"],
    "string",
    "texts.appendAll(text, what, delimiter)",
    "something put behind each part of a text",
  ),
  trim: facts(workflow, ["string"], "string", "texts.trim(text)", "without white space at both ends"),
  urlEncode: facts(workflow, ["string"], "string", "texts.urlEncode(text)", "as a part of a URL"),
  timestamp: facts(workflow, [], "time", "timestamp()", "now"),
  toJsonStr: facts(
    workflow,
    ["string"],
    "string",
    "outputsOf(action)",
    "all that an action wrote with captureOutput, as JSON",
  ),

  // Operators.
  eq: infix("eq", "string", "boolean", "equal(a, b)", "both are equal, compared as texts"),
  gt: infix("gt", "int", "boolean", "greater(a, b)", "the first number is greater"),
  and: infix("and", "boolean", "boolean", "both(a, b)", "both hold"),
  or: infix("or", "boolean", "boolean", "either(a, b)", "one holds"),
  not: facts(everywhere, ["boolean"], "boolean", "not(a)", "does not hold", { operator: "not" }),
  add: infix("+", "int", "int", "add(a, b)", "the sum"),
  subtract: infix("-", "int", "int", "subtract(a, b)", "the difference"),
  multiply: infix("*", "int", "int", "multiply(a, b)", "the product"),
} as const satisfies Readonly<Record<string, ElFunctionFacts>>;

/** The functions, by their Oozie names where Oozie has them. */
export type ElFunction = keyof typeof elFunctions;

/** The table's row of a function. */
export function factsOf(fn: ElFunction): ElFunctionFacts {
  return elFunctions[fn];
}

/** Whether Oozie knows nothing of it: what uses it is resolved before anything is written. */
export function isOwn(fn: ElFunction): boolean {
  return fn.startsWith("howdah:");
}

/** Functions whose first argument names an input of a coordinator. */
export const inputFunctions: ReadonlySet<ElFunction> = new Set<ElFunction>([
  "coord:dataIn",
  "coord:databaseIn",
  "coord:tableIn",
  "coord:dataInPartitionFilter",
  "coord:dataInPartitionMin",
  "coord:dataInPartitionMax",
  "coord:dataInPartitions",
]);

/** Functions whose first argument names an output of a coordinator. */
export const outputFunctions: ReadonlySet<ElFunction> = new Set<ElFunction>([
  "coord:dataOut",
  "coord:databaseOut",
  "coord:tableOut",
  "coord:dataOutPartitions",
  "coord:dataOutPartitionValue",
]);
