import { call, literal, toExpr, type Expr, type Value } from "./expr.ts";

type Text = Value<"string", "workflow">;
type TextExpr = Expr<"string", "workflow">;

const textExpr = (value: Text): TextExpr => toExpr<"string", "workflow">(value);
const pathExpr = (value: Value<"path", "workflow">): Expr<"path", "workflow"> => toExpr<"path", "workflow">(value);
const ofAction = (fn: "wf:transition" | "wf:errorCode" | "wf:errorMessage" | "wf:actionExternalId") => {
  return (action: string): TextExpr => call(fn, literal(action));
};

const lastErrorNode: TextExpr = call("wf:lastErrorNode");

/** What a workflow knows of itself while it runs. Actions are named by their names in the same workflow. */
export const wf = Object.freeze({
  id: call<"string", "workflow">("wf:id"),
  name: call<"string", "workflow">("wf:name"),
  appPath: call<"path", "workflow">("wf:appPath"),
  user: call<"string", "workflow">("wf:user"),
  group: call<"string", "workflow">("wf:group"),
  /** How often it was run again. */
  run: call<"int", "workflow">("wf:run"),
  /** The action that failed last. */
  lastErrorNode,
  /** The code with which an action failed. @default the one that failed last */
  errorCode: (action: Text = lastErrorNode): TextExpr => call("wf:errorCode", textExpr(action)),
  /** The message with which an action failed. @default the one that failed last */
  errorMessage: (action: Text = lastErrorNode): TextExpr => call("wf:errorMessage", textExpr(action)),
  /** A property of the job; empty when it has none. */
  conf: (name: string): TextExpr => call("wf:conf", literal(name)),
  transition: ofAction("wf:transition"),
  /** The URL at which a program reports an action's outcome, in the place of a variable in it. */
  callback: (variable: string): TextExpr => call("wf:callback", literal(variable)),
  /** The Hadoop job that an action started. */
  externalId: ofAction("wf:actionExternalId"),
  trackerUri: (action: string): TextExpr => call("wf:actionTrackerUri", literal(action)),
  externalStatus: (action: string): TextExpr => call("wf:actionExternalStatus", literal(action)),
  /** A counter of the MapReduce job that an action ran. */
  counter: (action: string, group: string, name: string): Expr<"int", "workflow"> =>
    call("hadoop:counters", literal(action), literal(group), literal(name)),
});

/** A key of what an action wrote with `captureOutput`. */
export function outputOf(action: string, key: string): TextExpr {
  return call("wf:actionData", literal(action), literal(key));
}

/** All that an action wrote with `captureOutput`, as JSON. */
export function outputsOf(action: string): TextExpr {
  return call("toJsonStr", literal(action));
}

/** What a workflow can ask of the file system while it runs. */
export const fileSystem = Object.freeze({
  exists: (at: Value<"path", "workflow">): Expr<"boolean", "workflow"> => call("fs:exists", pathExpr(at)),
  isFolder: (at: Value<"path", "workflow">): Expr<"boolean", "workflow"> => call("fs:isDir", pathExpr(at)),
  /** Bytes of the files directly in a folder, those in its subfolders not counted; -1 when it is none. */
  folderSize: (at: Value<"path", "workflow">): Expr<"int", "workflow"> => call("fs:dirSize", pathExpr(at)),
  /** Bytes of a file; -1 when it is none. */
  fileSize: (at: Value<"path", "workflow">): Expr<"int", "workflow"> => call("fs:fileSize", pathExpr(at)),
  blockSize: (at: Value<"path", "workflow">): Expr<"int", "workflow"> => call("fs:blockSize", pathExpr(at)),
});

/** Whether a table or partition is there: `hcat://server/database/table/column=value`. */
export function partitionExists(uri: Text): Expr<"boolean", "workflow"> {
  return call("hcat:exists", textExpr(uri));
}

/** A property of the configuration of the Hadoop cluster of a host. */
export function hadoopConf(host: Text, name: string): TextExpr {
  return call("hadoop:conf", textExpr(host), literal(name));
}

/** Now, as Oozie writes times. */
export function timestamp(): Expr<"time", "workflow"> {
  return call("timestamp");
}

/** What a workflow can do with texts while it runs. */
export const texts = Object.freeze({
  firstNotNull: (a: Text, b: Text): TextExpr => call("firstNotNull", textExpr(a), textExpr(b)),
  trim: (value: Text): TextExpr => call("trim", textExpr(value)),
  urlEncode: (value: Text): TextExpr => call("urlEncode", textExpr(value)),
  /** Each match of a regular expression (Java's) replaced. */
  replaceAll: (value: Text, regex: string, by: Text): TextExpr =>
    call("replaceAll", textExpr(value), literal(regex), textExpr(by)),
  /** Something put behind each of the parts of a text that a delimiter divides. */
  appendAll: (value: Text, what: Text, delimiter: string): TextExpr =>
    call("appendAll", textExpr(value), textExpr(what), literal(delimiter)),
});
