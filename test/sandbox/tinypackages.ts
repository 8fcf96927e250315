import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sha256 } from "#src/core/hash.js";
import { parseList, repositoryPath, type MavenGroup } from "#src/sandbox/lists.js";
import { zipOf } from "#src/sandbox/zip.js";
import { classFile } from "./classfiles.js";

/** A repository of Maven's, and the lists of packages that lie in it: a Hadoop, Hive, Oozie and Livy of a few bytes. */
export interface TinyPackages {
  /** The folder to be given as `lists`. */
  readonly lists: string;
  /** Where a fake Maven gets them. */
  readonly repository: string;
}

const subListClass = "org/apache/hadoop/hive/ql/exec/SerializationUtilities$ArrayListSubListSerializer.class";

/** Coordinates by group and section. `tiny:shared` is in two groups. */
const coordinates: Readonly<Record<MavenGroup, Readonly<Record<string, readonly string[]>>>> = {
  hadoop: {
    jars: ["tiny:hadoop-common:3", "tiny:hadoop-hdfs:3", "tiny:shared:1.0"],
    webapps: ["tiny:hadoop-hdfs:3:tests"],
  },
  hive: {
    jars: ["tiny:hive-exec:3", "tiny:hive-service:3"],
    guava: ["tiny.google:guava:19"],
    http: ["tiny:javax-annotation:1"],
  },
  oozie: { jars: ["tiny:oozie-server:5", "tiny:shared:1.0"], first: ["tiny:el:3"], "share/oozie": ["tiny:sharelib:5"] },
  livy: { jars: ["tiny:livy-server:0.7.1-incubating", "tiny:livy-core_2.11:0.7.1-incubating"] },
  httpfs: { jars: ["tiny:httpfs:3"] },
  agent: { jars: ["tiny:byte-buddy:1"], compiler: ["tiny:ecj:3"] },
};

/** What is in a jar; of most it does not matter. */
function jar(name: string): Buffer {
  if (name === "tiny:hadoop-hdfs:3:tests")
    return zipOf([
      { name: "webapps/hdfs/index.html", bytes: Buffer.from("<html></html>") },
      { name: "org/apache/Test.class", bytes: Buffer.from("left alone") },
    ]);
  if (name === "tiny:hive-exec:3")
    return zipOf([
      { name: "org/apache/Other.class", bytes: Buffer.from("left alone") },
      { name: subListClass, bytes: classFile(["parentOffset", "parent", "size"]) },
    ]);
  return zipOf([{ name: "name.txt", bytes: Buffer.from(name.repeat(50)) }]);
}

export function tinyPackages(folder: string): TinyPackages {
  const [lists, repository] = [join(folder, "lists"), join(folder, "repository")];
  mkdirSync(lists, { recursive: true });
  for (const [group, sections] of Object.entries(coordinates)) {
    const lines = Object.entries(sections).flatMap(([section, names]) => [
      `[${section}]`,
      ...names.map((name) => `${name} ${jar(name).length} ${sha256(jar(name))}`),
    ]);
    const text = `# ${group}\n${lines.join("\n")}\n`;
    writeFileSync(join(lists, `${group}.txt`), text);
    for (const artifact of [...parseList(text).values()].flat()) {
      const path = join(repository, repositoryPath(artifact));
      mkdirSync(dirname(path), { recursive: true });
      const { group: of, name, version, classifier } = artifact;
      writeFileSync(path, jar([of, name, version, ...(classifier === undefined ? [] : [classifier])].join(":")));
    }
  }
  return { lists, repository };
}
