import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bug } from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";
import { libraryFolder } from "../core/source.ts";

/** What can be fetched on its own. */
export type PackageGroup = "hadoop" | "hive" | "oozie" | "livy" | "httpfs" | "spark";

/** Groups that come from Maven's repositories; `agent` is what every server needs besides. */
export type MavenGroup = Exclude<PackageGroup, "spark"> | "agent";

/** One jar, exactly. */
export interface Artifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
  /** @default the main jar */
  readonly classifier?: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The jars of a group by the folder they go to. */
export interface PackageList {
  readonly group: MavenGroup;
  readonly sections: ReadonlyMap<string, readonly Artifact[]>;
  /** Changes with every change of the list, and of what is compiled for it. */
  readonly id: string;
}

/** The folder `sandbox` of this package: beside `dist` and `bundle`, in a checkout as in an installation. */
const dataFolder = join(libraryFolder, "..", "sandbox");

/** A file of the sandbox's data, such as `pip.txt`. */
export function dataFile(...path: readonly string[]): string {
  return join(dataFolder, ...path);
}

/** The folder of this package's own lists. */
export const usualLists = dataFile("maven");

export function readList(group: MavenGroup, folder: string = usualLists): PackageList {
  const text = readFileSync(join(folder, `${group}.txt`), "utf8");
  const made = group === "agent" ? agentSources().map((path) => readFileSync(path, "utf8")) : [];
  return { group, sections: parseList(text), id: sha256([text, ...made].join("\n")).slice(0, 10) };
}

/** The one line of `pip.txt`, such as `pyspark==3.5.6`. */
export function pipRequirement(): string {
  return readFileSync(dataFile("pip.txt"), "utf8").trim();
}

/** The agent's source files. */
export function agentSources(): readonly string[] {
  const folder = dataFile("agent");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".java"))
    .sort()
    .map((name) => join(folder, name));
}

/** Reads `group:artifact:version[:classifier] bytes sha256`, one a line, below a `[section]`; `#` begins a comment. */
export function parseList(text: string): ReadonlyMap<string, readonly Artifact[]> {
  const sections = new Map<string, Artifact[]>();
  let section: Artifact[] | undefined;
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    const title = /^\[(.+)\]$/.exec(line)?.[1];
    if (title !== undefined) sections.set(title, (section = sections.get(title) ?? []));
    else {
      const artifact = parseArtifact(line);
      if (artifact === undefined || section === undefined) throw bug(`line ${i + 1} of a package list: ${line}`);
      section.push(artifact);
    }
  }
  return sections;
}

function parseArtifact(line: string): Artifact | undefined {
  const [, group, name, version, classifier, bytes, hash] =
    /^([\w.-]+):([\w.-]+):([\w.-]+)(?::([\w.-]+))? (\d+) ([0-9a-f]{64})$/.exec(line) ?? [];
  if (group === undefined || name === undefined || version === undefined || hash === undefined) return undefined;
  return { group, name, version, ...(classifier && { classifier }), bytes: Number(bytes), sha256: hash };
}

/** All jars of some lists, each once. */
export function artifactsOf(lists: readonly PackageList[]): readonly Artifact[] {
  const all = lists.flatMap(({ sections }) => [...sections.values()].flat());
  return [...new Map(all.map((artifact) => [coordinate(artifact), artifact])).values()];
}

/** `group:artifact:version[:classifier]`. */
export function coordinate({ group, name, version, classifier }: Artifact): string {
  return [group, name, version, ...(classifier === undefined ? [] : [classifier])].join(":");
}

/** The name of the jar's file, as Maven writes it. */
export function fileName({ name, version, classifier }: Artifact): string {
  return `${[name, version, ...(classifier === undefined ? [] : [classifier])].join("-")}.jar`;
}

/** Where a local repository of Maven's keeps the jar. */
export function repositoryPath(artifact: Artifact): string {
  return join(...artifact.group.split("."), artifact.name, artifact.version, fileName(artifact));
}
