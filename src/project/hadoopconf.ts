import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { HowdahError, messageOf } from "../core/errors.ts";
import type { ClusterTarget } from "./config.ts";
import { onDisk } from "./disk.ts";

/** Settings of a Hadoop configuration file, by name. */
export type HadoopSettings = ReadonlyMap<string, string>;

/** A property as xml2js gives it: its children, and attributes of the same names in their place (since Hadoop 3). */
interface XmlProperty {
  readonly $?: Readonly<Record<string, string>>;
  readonly name?: readonly string[];
  readonly value?: readonly string[];
}

/**
 * Reads a configuration file as Hadoop does: of a name that stands twice the last value counts, unless one before it is
 * final. `where` is what messages name. @throws HADOOP_CONF
 */
export async function readHadoopXml(text: string, where: string): Promise<HadoopSettings> {
  const refuse = (why: string, cause?: unknown): HowdahError =>
    new HowdahError(`this is no configuration of Hadoop: ${why}`, {
      code: "HADOOP_CONF",
      where,
      next: "it is <configuration> with a <property> of <name> and <value> for each setting",
      cause,
    });
  const { default: xml2js } = await import("xml2js");
  let document: unknown;
  try {
    document = await xml2js.parseStringPromise(text);
  } catch (error) {
    // `Unexpected close tag\nLine: 3\nColumn: 5\nChar: >`
    throw refuse(messageOf(error).split("\n").slice(0, 2).join(", ").replace("Line: ", "line "), error);
  }
  const root = (document as { configuration?: unknown } | null)?.configuration;
  // An element that holds nothing is an empty text.
  if (root === "") return new Map();
  if (typeof root !== "object" || root === null) throw refuse("its outermost element is not <configuration>");
  if (Object.keys(root).some((name) => name.endsWith(":include")))
    throw refuse("it includes another file, which would not be there on the cluster");
  const settings = new Map<string, string>();
  const finals = new Set<string>();
  for (const property of (root as { property?: readonly (XmlProperty | string)[] }).property ?? []) {
    const of = (part: "name" | "value" | "final"): string | undefined => {
      if (typeof property === "string") return undefined;
      const child = (property as Readonly<Record<string, readonly unknown[] | undefined>>)[part]?.[0];
      return typeof child === "string" ? child : property.$?.[part];
    };
    const name = of("name")?.trim();
    if (name === undefined || name === "") throw refuse("a <property> has no <name>");
    const value = of("value");
    if (value !== undefined && !finals.has(name)) settings.set(name, value);
    if (of("final")?.trim() === "true") finals.add(name);
  }
  return settings;
}

/**
 * The file of which `<root>/conf/hive-site.xml` is a copy: the one that the target names, else the client's configuration
 * of this machine. Undefined where the target keeps none. @throws NO_HIVE_SITE
 */
export function hiveSiteSource(
  { hiveSite }: Pick<ClusterTarget, "hiveSite">,
  root: string,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  if (hiveSite === undefined || hiveSite === false) return undefined;
  if (hiveSite !== true) {
    const file = resolve(
      root,
      hiveSite.replace(/^~(?=\/)/, () => homedir()),
    );
    if (existsSync(file)) return file;
    throw new HowdahError("there is no such file, which the target names as its hiveSite", {
      code: "NO_HIVE_SITE",
      where: file,
      next: "name another one: hiveSite: PATH, relative to howdah.config.ts",
    });
  }
  const folders = ["HIVE_CONF_DIR", "HADOOP_CONF_DIR"].flatMap((name) => {
    const folder = env[name] ?? "";
    return folder === "" ? [] : [folder];
  });
  const found = folders.map((folder) => join(folder, "hive-site.xml")).find(existsSync);
  if (found !== undefined) return found;
  throw new HowdahError(
    folders.length === 0
      ? "nothing says where the cluster's hive-site.xml is: neither HIVE_CONF_DIR nor HADOOP_CONF_DIR is set"
      : `there is no hive-site.xml in ${folders.join(" or ")}`,
    {
      code: "NO_HIVE_SITE",
      next: "set HIVE_CONF_DIR to the folder of the Hive client's configuration, or name the file in the target: hiveSite: PATH",
    },
  );
}

/** The text of a configuration file of this machine. */
export function readConfFile(file: string): string {
  return onDisk("read the configuration", file, () => readFileSync(file, "utf8"));
}

/** Whether a setting's value must not be shown: a password, a key, a token. */
export function isSecretSetting(name: string): boolean {
  // `javax.jdo.option.ConnectionPassword`, `fs.s3a.secret.key`; a path to a keystore or a provider is none.
  return /password|passwd|passphrase|secret|token|credential|(access|account|api)[.-]?key/i.test(name);
}
