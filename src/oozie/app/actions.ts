import { basename } from "node:path/posix";
import {
  isLaunched,
  type Action,
  type ActionFile,
  type FsOperation,
  type LaunchedAction,
  type SparkAction,
  type SparkApplicationAction,
} from "../actions/index.ts";
import { literalText, type Expr } from "../el/index.ts";
import type { Workflow } from "../workflow.ts";
import { launcherQueueProperty } from "../profiles.ts";
import { element, type Family, type XmlElement } from "../xml.ts";
import { leaf, leaves, pathOf, properties, property, propertyList, actionTextOf, type AppContext } from "./context.ts";

/** The element inside of `<action>` that says what it does. */
export function actionElement(action: Action, workflow: Workflow, context: AppContext): XmlElement {
  switch (action.type) {
    case "fs":
      return element("fs", {}, action.operations.map(operation));
    case "sub-workflow":
      return element("sub-workflow", {}, [
        leaf("app-path", released(context.folderOf("workflow", action.run.workflow.name))),
        leaf("propagate-configuration", ""),
        ...propertyList("configuration", mapped(action.run.values)),
      ]);
    case "email":
      return extension("email", "email-action", [
        leaf("to", actionTextOf(action.to)),
        ...leaves("cc", [action.cc && actionTextOf(action.cc)]),
        ...leaves("bcc", [action.bcc && actionTextOf(action.bcc)]),
        leaf("subject", actionTextOf(action.subject)),
        leaf("body", actionTextOf(action.body)),
        ...leaves("content_type", [action.contentType && literalText(action.contentType)]),
        ...leaves("attachment", [action.attachments.map(pathOf).join(",") || undefined]),
      ]);
    case "hive2": {
      const { path, variables } = context.scriptOf(workflow, action);
      return extension("hive2", "hive2-action", [
        ...launchedParts(action, context),
        ...leaves("job-xml", [context.hiveSite ? property(properties.hiveSite) : undefined]),
        leaf("jdbc-url", property(properties.hiveServer2)),
        leaf("script", released(path)),
        ...[...variables].map(([name, value]) => leaf("param", `${name}=${pathOf(value)}`)),
        ...fileParts(action, context),
      ]);
    }
    case "spark": {
      const { specs, parameters } = context.jobsOf(action);
      const given = parameters.flatMap((parameter) => ["-D", `${parameter.name}=${actionTextOf(parameter)}`]);
      const units = ["--from", actionTextOf(action.from), "--to", actionTextOf(action.to)];
      return sparkElement(action, context, {
        name: `${action.jobs.map(({ name }) => name).join("+")} ${actionTextOf(action.from)}`,
        application: "run_sql.py",
        args: [...specs.map(released), ...units, ...given],
      });
    }
    case "spark-application":
      return sparkElement(action, context, {
        name: action.name,
        application: sparkFile(action.application, context),
        mainClass: action.mainClass,
        args: action.arguments.map(actionTextOf),
        options: action.options && actionTextOf(action.options),
      });
    case "shell":
      return extension("shell", "shell-action", [
        ...launchedParts(action, context),
        leaf("exec", literalText(action.command)),
        ...leaves("argument", action.arguments.map(actionTextOf)),
        ...leaves(
          "env-var",
          mapped(action.environment).map(([name, value]) => `${literalText(name)}=${value}`),
        ),
        ...fileParts(action, context),
        ...leaves("capture-output", [action.captureOutput ? "" : undefined]),
      ]);
    case "java":
      return element("java", {}, [
        ...launchedParts(action, context),
        leaf("main-class", literalText(action.mainClass)),
        ...leaves("java-opt", action.javaOptions.map(literalText)),
        ...leaves("arg", action.arguments.map(actionTextOf)),
        ...fileParts(action, context),
        ...leaves("capture-output", [action.captureOutput ? "" : undefined]),
      ]);
    case "distcp":
      return extension("distcp", "distcp-action", [
        ...launchedParts(action, context),
        ...leaves("java-opts", [action.javaOptions && literalText(action.javaOptions)]),
        ...leaves("arg", [...action.options.map(literalText), ...action.from.map(pathOf), pathOf(action.to)]),
      ]);
  }
}

/** Files of the project that an action needs beside its workflow, in its `lib`. */
export function libraryOf(action: Action): readonly string[] {
  return action.type === "spark-application" && isShippedPython(action.application) ? [action.application] : none;
}

function extension(name: string, family: Family, children: readonly XmlElement[]): XmlElement {
  return element(name, {}, children, { family });
}

function released(path: string): string {
  return `${property(properties.release)}/${literalText(path)}`;
}

function mapped(values: Readonly<Record<string, Expr>>): readonly (readonly [string, string])[] {
  return Object.entries(values).map(([key, value]) => [key, actionTextOf(value)] as const);
}

function operation(one: FsOperation): XmlElement {
  switch (one.is) {
    case "mkdir":
      return element("mkdir", { path: pathOf(one.path) });
    case "delete":
      return element("delete", { path: pathOf(one.path), "skip-trash": one.trash ? "false" : undefined });
    case "touch":
      return element("touchz", { path: pathOf(one.path) });
    case "move":
      return element("move", { source: pathOf(one.from), target: pathOf(one.to) });
    case "setrep":
      return element("setrep", { path: pathOf(one.path), "replication-factor": String(one.replication) });
    case "chmod":
      return element(
        "chmod",
        { path: pathOf(one.path), permissions: literalText(one.permissions), ...reach(one) },
        depth(one),
      );
    case "chgrp":
      return element("chgrp", { path: pathOf(one.path), group: literalText(one.group), ...reach(one) }, depth(one));
  }
}

type Change = Extract<FsOperation, { is: "chmod" | "chgrp" }>;
const reach = ({ files }: Change): { readonly "dir-files": string | undefined } => ({
  "dir-files": files ? undefined : "false",
});
const depth = ({ recursive }: Change): readonly XmlElement[] => (recursive ? [leaf("recursive", "")] : []);

/** What stands in every action that a launcher starts, and does not follow from the workflow's `<global>`. */
function launchedParts(action: LaunchedAction, context: AppContext): readonly XmlElement[] {
  const { profile } = context;
  const { prepare, launcher } = action;
  const element_ = profile.launcher === "element";
  const settings = launcherSettings(action, element_);
  const own = mapped(action.configuration).map(([name, value]) => [literalText(name), value] as const);
  const configuration = [...own, ...(element_ ? [] : settings)];
  return [
    ...(prepare.length === 0 ? [] : [element("prepare", {}, prepare.map(operation))]),
    // A launcher of the action's own takes the place of the global one, so the queue stands in it again.
    ...(element_ && settings.length > 0
      ? [
          element("launcher", {}, [
            ...settings.map(([name, value]) => leaf(name, value)),
            ...leaves("queue", [
              launcher.queue === undefined && context.launcherQueue ? property(properties.launcherQueue) : undefined,
            ]),
          ]),
        ]
      : []),
    ...propertyList("configuration", configuration),
  ];
}

/** Most actions leave the launcher as it is. */
const noSettings: readonly (readonly [string, string])[] = [];

/** The launcher's settings as elements of `<launcher>`, or as the properties of older servers. */
function launcherSettings(
  { launcher, type }: LaunchedAction,
  asElements: boolean,
): readonly (readonly [string, string])[] {
  if (Object.keys(launcher).length === 0) return noSettings;
  // `JavaActionExecutor.extractEnvVarsFromOozieLauncherProps` divides at colons, MapReduce at commas.
  const environment = Object.entries(launcher.environment ?? {}).map(([name, value]) => `${name}=${value}`);
  const settings: readonly (readonly [string, string, string | undefined])[] = [
    ["memory.mb", "oozie.launcher.mapreduce.map.memory.mb", launcher.memory?.toString()],
    ["vcores", "oozie.launcher.mapreduce.map.cpu.vcores", launcher.cores?.toString()],
    ["java-opts", "oozie.launcher.mapreduce.map.java.opts", launcher.javaOptions],
    ["env", "oozie.launcher.mapreduce.map.env", environment.join(asElements ? ":" : ",") || undefined],
    ["queue", launcherQueueProperty, launcher.queue],
    ["sharelib", `oozie.action.sharelib.for.${type === "spark-application" ? "spark" : type}`, launcher.shareLib],
    ["view-acl", "oozie.launcher.mapreduce.job.acl-view-job", launcher.viewAcl],
    ["modify-acl", "oozie.launcher.mapreduce.job.acl-modify-job", launcher.modifyAcl],
  ];
  return settings.flatMap(([name, key, value]) =>
    value === undefined ? [] : [[asElements ? name : key, literalText(value)]],
  );
}

function fileParts({ files, archives }: LaunchedAction, context: AppContext): readonly XmlElement[] {
  return [
    ...leaves(
      "file",
      files.map((file) => filePath(file, context)),
    ),
    ...leaves(
      "archive",
      archives.map((file) => filePath(file, context)),
    ),
  ];
}

/** A file's path, and the name that it has beside the program. */
function filePath(file: ActionFile, context: AppContext): string {
  return typeof file === "string" ? `${released(context.fileOf(file))}#${literalText(basename(file))}` : pathOf(file);
}

interface SparkJob {
  readonly name: string;
  readonly application: string;
  readonly mainClass?: string | undefined;
  readonly args: readonly string[];
  readonly options?: string | undefined;
}

function sparkElement(action: SparkAction | SparkApplicationAction, context: AppContext, job: SparkJob): XmlElement {
  const { profile } = context;
  const spark3 = profile.versions["spark3-action"] !== null;
  const options = [
    context.queue ? `--queue ${property(properties.queue)}` : undefined,
    context.hiveSite ? `--files ${property(properties.hiveSite)}` : undefined,
    context.sparkOptions === "" ? undefined : literalText(context.sparkOptions),
    job.options,
  ].filter((option) => option !== undefined);
  // The schemas of the first Spark action and of Cloudera's for Spark 3 want them in the action itself.
  const own = spark3 || profile.versions["spark-action"] === "0.1";
  return extension(spark3 ? "spark3" : "spark", spark3 ? "spark3-action" : "spark-action", [
    ...(own ? clusterParts(context) : []),
    ...launchedParts(action, context),
    leaf("master", "yarn"),
    leaf("mode", action.type === "spark-application" ? action.mode : "cluster"),
    leaf("name", job.name),
    ...leaves("class", [job.mainClass && literalText(job.mainClass)]),
    leaf("jar", job.application),
    ...leaves("spark-opts", [options.join(" ") || undefined]),
    ...leaves("arg", job.args),
    ...fileParts(action, context),
  ]);
}

/** Where YARN and HDFS are. */
export function clusterParts({ profile }: AppContext): readonly XmlElement[] {
  const yarn = profile.resourceManager
    ? leaf("resource-manager", property(properties.resourceManager))
    : leaf("job-tracker", property(properties.jobTracker));
  return [yarn, leaf("name-node", property(properties.nameNode))];
}

/** A jar lies in the release; Python files must be in the workflow's `lib`, where Spark's action looks for them. */
function sparkFile(file: ActionFile, context: AppContext): string {
  if (typeof file !== "string") return pathOf(file);
  return isShippedPython(file) ? literalText(basename(file)) : released(context.fileOf(file));
}

function isShippedPython(file: ActionFile): file is string {
  return typeof file === "string" && file.endsWith(".py");
}

const none: readonly string[] = [];

/** Every file of the project that an action names, those for its `lib` not included. */
export function filesOf(action: Action): readonly string[] {
  if (!isLaunched(action)) return none;
  if (action.files.length + action.archives.length === 0 && action.type !== "spark-application") return none;
  const application =
    action.type === "spark-application" && !isShippedPython(action.application) ? [action.application] : [];
  return [...action.files, ...action.archives, ...application].filter((file) => typeof file === "string");
}
