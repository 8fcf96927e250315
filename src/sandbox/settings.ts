import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { didYouMean, HowdahError } from "../core/errors.ts";
import { escapeText } from "../core/xml.ts";
import type { Sandbox } from "./folder.ts";
import { dataFile } from "./lists.ts";
import type { PackageGroup, Packages } from "./packages.ts";

/** A sandbox, the packages that are there, and of which groups they are. */
export interface Installed {
  readonly sandbox: Sandbox;
  readonly packages: Packages;
  readonly groups: ReadonlySet<PackageGroup>;
}

/** Values of settings in the order in which they were written. */
export type Settings = ReadonlyMap<string, string>;

interface Template {
  readonly path: string;
  readonly form: "xml" | "spaces" | "equals";
  /** Without these packages nobody reads it. */
  readonly of: PackageGroup;
}

/** Where each template ends, and in which form. */
const templates: Readonly<Record<string, Template>> = {
  "core-site": { path: "hadoop/core-site.xml", form: "xml", of: "hadoop" },
  "hdfs-site": { path: "hadoop/hdfs-site.xml", form: "xml", of: "hadoop" },
  "yarn-site": { path: "hadoop/yarn-site.xml", form: "xml", of: "hadoop" },
  "mapred-site": { path: "hadoop/mapred-site.xml", form: "xml", of: "hadoop" },
  "capacity-scheduler": { path: "hadoop/capacity-scheduler.xml", form: "xml", of: "hadoop" },
  "httpfs-site": { path: "httpfs/httpfs-site.xml", form: "xml", of: "httpfs" },
  "hive-site": { path: "hive/hive-site.xml", form: "xml", of: "hive" },
  "oozie-site": { path: "oozie/oozie-site.xml", form: "xml", of: "oozie" },
  "spark-defaults": { path: "spark/spark-defaults.conf", form: "spaces", of: "spark" },
  livy: { path: "livy/livy.conf", form: "equals", of: "livy" },
};

/** Files that are taken as they are, but for what is filled in. */
const texts: Readonly<Record<string, string>> = {
  "log4j.properties": "hadoop/log4j.properties",
  "client-log4j.properties": "client/log4j.properties",
  "hive-log4j2.properties": "hive/hive-log4j2.properties",
  "oozie-log4j.properties": "oozie/oozie-log4j.properties",
  "httpfs-log4j.properties": "httpfs/httpfs-log4j.properties",
};

/** The files whose settings `--set` overrides. */
export const settingsFiles: readonly string[] = Object.keys(templates);

/** Reads `name = value` lines; `#` begins a comment line. */
export function parseSettings(text: string, file: string): Settings {
  const settings = new Map<string, string>();
  text.split("\n").forEach((line, i) => {
    if (line.trim() === "" || line.startsWith("#")) return;
    const [, name, value] = /^(\S+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined)
      throw new HowdahError(`this is no \`name = value\`: ${line}`, { code: "SETTING", where: { file, line: i + 1 } });
    if (settings.has(name))
      throw new HowdahError(`${name} stands twice`, { code: "SETTING", where: { file, line: i + 1 } });
    settings.set(name, value);
  });
  return settings;
}

/** Fills in `{{name}}`. Throws `SETTING` for a name that there is not. */
export function fill(text: string, values: Readonly<Record<string, string>>, file: string): string {
  return text.replaceAll(/\{\{([\w.-]*)\}\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) return value;
    throw new HowdahError(`there is no {{${name}}}${didYouMean(name, Object.keys(values))}`, {
      code: "SETTING",
      where: file,
      next: `it may be ${Object.keys(values).join(", ")}`,
    });
  });
}

/** A configuration of Hadoop as XML. */
export function hadoopXml(settings: Settings): string {
  const properties = [...settings].map(
    ([name, value]) => `  <property><name>${escapeText(name)}</name><value>${escapeText(value)}</value></property>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n${properties.join("")}</configuration>\n`;
}

/** Flags of Java processes. */
export interface JavaFlags {
  /** Of every process, those in containers included. */
  readonly every: readonly string[];
  readonly hive: readonly string[];
  readonly servers: readonly string[];
}

/** The flag that turns wildcard addresses into loopback. */
export function agentFlags(packages: Packages): readonly string[] {
  return [`-javaagent:${packages.agent}`];
}

export function javaFlags(sandbox: Sandbox): JavaFlags {
  const read = (name: string): readonly string[] => {
    const file = dataFile("settings", name);
    return fill(readFileSync(file, "utf8"), { data: sandbox.data }, file)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
  };
  const every = read("jvm.conf");
  return { every, hive: [...every, ...read("jvm-hive.conf")], servers: read("jvm-server.conf") };
}

/** What templates may fill in. */
function placeholders({ sandbox, packages, groups }: Installed): Readonly<Record<string, string>> {
  const flags = javaFlags(sandbox);
  return {
    conf: sandbox.conf,
    data: sandbox.data,
    user: sandbox.user,
    hadoop: packages.hadoop,
    ...(groups.has("spark") ? { spark: packages.sparkHome, python: packages.python } : {}),
    jvm: [...flags.every, ...agentFlags(packages)].join(" "),
    "jvm-hive": [...flags.hive, ...agentFlags(packages)].join(" "),
    "yarn.memory": sandbox.choices.small ? "3072" : "8192",
    ...Object.fromEntries(Object.entries(sandbox.ports).map(([name, port]) => [`port.${name}`, String(port)])),
  };
}

/** The finished files by their path below `conf/`, a person's own values among them. */
export function renderSettings(installed: Installed): Readonly<Record<string, string>> {
  const { sandbox, groups } = installed;
  const values = placeholders(installed);
  const files: Record<string, string> = {};
  for (const [name, { path, form, of }] of Object.entries(templates)) {
    if (!groups.has(of)) continue;
    const file = dataFile("settings", `${name}.conf`);
    const settings = new Map(parseSettings(fill(readFileSync(file, "utf8"), values, file), file));
    for (const [key, value] of Object.entries(sandbox.choices.set[name] ?? {}))
      settings.set(key, fill(value, values, `--set ${name}:${key}`));
    const between = form === "spaces" ? " " : " = ";
    files[path] =
      form === "xml" ? hadoopXml(settings) : [...settings].map(([key, value]) => `${key}${between}${value}\n`).join("");
  }
  for (const [name, path] of Object.entries(texts)) {
    const file = dataFile("settings", name);
    files[path] = fill(readFileSync(file, "utf8"), values, file);
  }
  // The clients read the servers' settings, and write less.
  for (const name of ["core-site", "hdfs-site", "yarn-site", "mapred-site"])
    files[`client/${name}.xml`] = files[templates[name]!.path]!;
  return files;
}

/** Writes the settings that differ from what stands there. */
export function writeSettings(installed: Installed): void {
  const { sandbox } = installed;
  // Oozie does not start without it (E0100).
  mkdirSync(join(sandbox.conf, "oozie/action-conf"), { recursive: true });
  for (const [path, text] of Object.entries(renderSettings(installed))) {
    const file = join(sandbox.conf, path);
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
  }
}

/** The jars of a folder, sorted. */
export function jarsOf(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jar"))
    .sort()
    .map((name) => join(folder, name));
}
