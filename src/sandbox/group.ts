import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { bug } from "../core/errors.ts";
import { makeAgent } from "./agent.ts";
import { replaceConstants } from "./classfile.ts";
import { fileName, repositoryPath, type MavenGroup, type PackageList } from "./lists.ts";
import { makeFolder, shareFile } from "./store.ts";
import { replaceEntry, zipEntries } from "./zip.ts";

/** Changes when what is made of the jars changes, so that caches make it anew. */
const recipe = 1;

/** The folder of a group's jars: one for each version of its list. */
export function groupFolder(cache: string, { group, id }: PackageList): string {
  return join(cache, "packages", `${group}-${id}-${recipe}`);
}

/** Makes the folder of a group out of the jars in a local repository, one folder a section of its list. */
export async function makeGroup(
  folder: string,
  list: PackageList,
  repository: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await makeFolder(folder, async (draft) => {
    for (const [section, artifacts] of list.sections)
      for (const artifact of artifacts)
        shareFile(join(repository, repositoryPath(artifact)), join(draft, section, fileName(artifact)));
    await finish[list.group]?.(draft, signal);
  });
}

/** What is made of the jars besides. */
const finish: Partial<Record<MavenGroup, (draft: string, signal: AbortSignal | undefined) => void | Promise<void>>> = {
  hadoop: unpackWebPages,
  hive: mendHive,
  oozie: (draft) => {
    mkdirSync(join(draft, "web", "webapp"), { recursive: true });
  },
  agent: async (draft, signal) => {
    await makeAgent(draft, onlyFile(join(draft, "compiler")), signal);
    rmSync(join(draft, "compiler"), { recursive: true });
  },
};

/** HDFS's servers look for their web pages as `webapps` on the class path; only this jar of tests has them. */
function unpackWebPages(draft: string): void {
  const section = join(draft, "webapps");
  const pages = zipEntries(readFileSync(onlyFile(section))).filter(
    ({ name }) => name.startsWith("webapps/") && !name.endsWith("/"),
  );
  rmSync(section, { recursive: true });
  for (const { name, bytes } of pages) {
    const path = join(draft, "web", name);
    if (!path.startsWith(join(draft, "web", "webapps"))) throw bug(`a web page leaves its folder: ${name}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes());
  }
}

/**
 * HIVE-22097: Hive reads fields of `ArrayList.SubList` by names that Java 9 changed, so each INSERT fails. Its class
 * has the names as constants.
 */
const subListSerializer = "org/apache/hadoop/hive/ql/exec/SerializationUtilities$ArrayListSubListSerializer.class";
const subListFields = new Map([
  ["parentOffset", "offset"],
  ["parent", "root"],
]);

function mendHive(draft: string): void {
  const jar = readdirSync(join(draft, "jars")).find((name) => name.startsWith("hive-exec-"));
  if (jar === undefined) throw bug("the list of Hive's jars names no hive-exec");
  const path = join(draft, "jars", jar);
  const archive = readFileSync(path);
  const entry = zipEntries(archive).find(({ name }) => name === subListSerializer);
  if (entry === undefined) throw bug(`${jar} holds no ${subListSerializer}`);
  // The file is Maven's as well: it must not be written, only replaced.
  rmSync(path);
  writeFileSync(path, replaceEntry(archive, subListSerializer, replaceConstants(entry.bytes(), subListFields)));
}

function onlyFile(folder: string): string {
  const [name, ...others] = readdirSync(folder);
  if (name === undefined || others.length > 0) throw bug(`${folder} should hold one file`);
  return join(folder, name);
}
