import * as v from "valibot";
import { didYouMean, HowdahError, throwAll } from "../core/errors.ts";
import type { Place } from "../core/source.ts";
import type { Config } from "./config.ts";
import { profileNames } from "../oozie/profiles.ts";
import { placeOfKey } from "./position.ts";

const kinds = (...names: readonly string[]): v.GenericSchema<{ kind: string }> =>
  v.custom<{ kind: string }>(
    (value) => typeof value === "object" && value !== null && "kind" in value && names.includes(value.kind as string),
    `must be made by ${names.map((name) => `${name}()`).join(" or ")}`,
  );

const text = v.pipe(v.string("must be a text"), v.nonEmpty("must not be empty"));

const folderTarget = v.strictObject({
  kind: v.literal("folder", "must be made by folder()"),
  folder: text,
  values: v.function("must be a function of the folder's path"),
  memory: v.pipe(text, v.regex(/^\d+(\.\d+)?\s*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/i, 'must be a size such as "2GB"')),
});

const matching = (pattern: RegExp, what: string): v.GenericSchema<string> =>
  v.pipe(text, v.regex(pattern, `must be ${what}`));
const jdbcUrl = matching(/^jdbc:hive2:\/\/\S+$/, "a URL such as jdbc:hive2://host:10000/default");
const principal = matching(/^[^/@\s]+(\/[^/@\s]+)?@[^/@\s]+$/, "a principal such as hive/_HOST@EXAMPLE.COM");
const values = {
  parameters: v.optional(
    v.record(
      v.string(),
      v.union([v.string(), v.number(), kinds("secret")], "must be a text, a number, fromEnvironment() or fromFile()"),
    ),
  ),
  parameterFiles: v.optional(v.array(text)),
};
const metastore = v.strictObject({
  uri: matching(/^thrift:\/\/\S+$/, "a URL such as thrift://host:9083"),
  principal: v.optional(principal),
});
const webUrl = matching(/^https?:\/\/\S+$/, "a URL such as http://host:9870");
const webUrls = v.union(
  [webUrl, v.pipe(v.array(webUrl), v.nonEmpty("must not be empty"))],
  "must be a URL such as http://host:9870, or a list of them",
);
const login = v.strictObject({
  user: v.optional(text),
  password: v.optional(kinds("secret")),
  delegationToken: v.optional(kinds("secret")),
  actAs: v.optional(text),
});
const tls = v.strictObject({
  ca: v.optional(v.union([text, v.array(text)], "must be PEM, or the path of a file, or a list of them")),
  cert: v.optional(text),
  key: v.optional(text),
  pfx: v.optional(text),
  passphrase: v.optional(kinds("secret")),
  verify: v.optional(v.boolean("must be true or false")),
  serverName: v.optional(text),
});
const clusterTarget = v.strictObject({
  kind: v.literal("cluster"),
  profile: v.picklist(profileNames, `must be one of ${profileNames.join(", ")}`),
  nameNode: matching(/^(hdfs|viewfs):\/\/[^/\s]+$/, "a URL such as hdfs://host:8020"),
  resourceManager: matching(/^[^\s/:]+(:\d+)?$/, "a host and port such as host:8032"),
  root: matching(/^\/[^\s${}#]*[^\s${}#/]$/, "an absolute folder such as /user/alice/marketing"),
  hiveServer2: v.optional(
    v.union(
      [jdbcUrl, v.strictObject({ url: jdbcUrl, principal: v.optional(principal) })],
      "must be a URL such as jdbc:hive2://host:10000/default, or { url, principal }",
    ),
  ),
  metastore: v.optional(metastore),
  hiveSite: v.optional(v.union([v.boolean(), text], "must be true, false, or the path of a hive-site.xml")),
  queue: v.optional(text),
  launcherQueue: v.optional(text),
  kerberos: v.optional(v.boolean("must be true or false")),
  sparkOptions: v.optional(text),
  webHdfs: v.optional(webUrls),
  oozie: v.optional(webUrls),
  livy: v.optional(webUrl),
  yarn: v.optional(webUrls),
  jobHistory: v.optional(webUrl),
  login: v.optional(login),
  tls: v.optional(tls),
  proxy: v.optional(v.union([webUrl, v.literal(false)], "must be a URL, or false for none")),
  hosts: v.optional(v.record(v.string(), text)),
  ...values,
});
const targetSettings = { folder: folderTarget.entries, cluster: clusterTarget.entries };

const insight = v.strictObject({ title: text, query: text, plot: kinds("bars", "stacked") });
const notice = v.strictObject({ parameter: text, is: text, text });
const report = v.strictObject({
  insights: v.optional(v.array(insight, "must be a list of { title, query, plot }")),
  notices: v.optional(v.array(notice, "must be a list of { parameter, is, text }")),
});

const schema = v.strictObject({
  name: v.pipe(text, v.regex(/^[A-Za-z][-\w]*$/, "must be a letter, then letters, digits, - and _")),
  definitions: v.pipe(
    v.array(kinds("bundle", "coordinator", "workflow", "job"), "must be a list"),
    v.nonEmpty("must not be empty"),
  ),
  tables: v.optional(v.array(kinds("table", "view"), "must be a list")),
  setUp: v.optional(kinds("workflow")),
  queries: v.optional(text),
  report: v.optional(report),
  targets: v.pipe(
    v.record(
      v.string(),
      v.pipe(kinds("folder", "cluster"), v.variant("kind", [folderTarget, clusterTarget])),
      'must be an object of targets, such as { laptop: folder("data") }',
    ),
    v.check((targets) => Object.keys(targets).length > 0, "must name at least one target"),
  ),
  defaultTarget: v.optional(text),
});

const reportSettings = {
  report: report.entries,
  insights: insight.entries,
  notices: notice.entries,
};

/** The settings that there are where one stands that there is not. */
function settingsOf(config: unknown, path: readonly PropertyKey[]): object {
  if (path.length === 1) return schema.entries;
  if (path[0] === "report")
    return reportSettings[path.length === 2 ? "report" : (path[1] as keyof typeof reportSettings)];
  const parts: Readonly<Record<PropertyKey, { readonly entries: object }>> = { metastore, login, tls };
  const part = path.length === 4 ? parts[path[2]!] : undefined;
  if (part !== undefined) return part.entries;
  const target = (config as { targets?: Readonly<Record<PropertyKey, { kind?: string }>> }).targets?.[path[1]!];
  return target?.kind === "cluster" ? targetSettings.cluster : targetSettings.folder;
}

const ordinals = ["first", "second", "third", "fourth", "fifth"];

/** How a setting is told to people: `targets.here.memory`, or `definitions: hourly` for the text of one of a list. */
function settingText(path: readonly PropertyKey[], source: string): string {
  const index = path.at(-1);
  if (typeof index !== "number") return path.length === 0 ? "the configuration" : path.map(String).join(".");
  const list = path.slice(0, -1).map(String);
  const [, inside] = new RegExp(`\\b${list.at(-1)!}\\s*:\\s*\\[([^\\]()]*)\\]`).exec(source) ?? [];
  const text = inside?.split(",")[index]?.trim();
  const named = text !== undefined && /^[\w$.]+$/.test(text);
  return `${list.join(".")}: ${named ? text : `the ${ordinals[index] ?? `${index + 1}th`} one`}`;
}

/** Checks what a configuration file exports. Every problem at once, each with its line in `source`. */
export function checkConfig(config: unknown, at: Place, source: string): Config {
  const problem = (path: readonly PropertyKey[], why: string, next?: string): HowdahError =>
    new HowdahError(`${settingText(path, source)}: ${why}`, {
      code: "CONFIG",
      where: placeOfKey(source, at, path.map(String)),
      ...(next === undefined ? {} : { next }),
    });
  const result = v.safeParse(schema, config);
  if (!result.success) {
    throwAll(
      result.issues.flatMap((issue) => {
        const path = (issue.path ?? []).map(({ key }) => key as PropertyKey);
        if (issue.type === "strict_object" && issue.expected === "never") {
          const known = Object.keys(settingsOf(config, path));
          // Valibot tells of the first one alone.
          return Object.keys(issue.path!.at(-1)!.input as object)
            .filter((key) => !known.includes(key))
            .map((key) => problem([...path.slice(0, -1), key], `there is no such setting${didYouMean(key, known)}`));
        }
        if (issue.received !== "undefined") return problem(path, issue.message);
        return typeof path.at(-1) === "number"
          ? problem(path, "is undefined", "look whether the file that it comes from exports it under this name")
          : problem(path, "is missing");
      }),
    );
  }
  const checked = config as Config;
  const names = Object.keys(checked.targets);
  const { defaultTarget } = checked;
  if (defaultTarget !== undefined && !names.includes(defaultTarget))
    throw problem(["defaultTarget"], `there is no target ${defaultTarget}${didYouMean(defaultTarget, names)}`);
  if (defaultTarget === undefined && names.length > 1)
    throw problem(["defaultTarget"], `is missing: there are the targets ${names.join(", ")}`);
  return checked;
}
