import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { dataFile } from "./lists.ts";

/**
 * The files of Oozie's share libraries by the library's name. That of Spark is there when Spark is: Oozie's own jar of
 * it, PySpark's jars but those that `sandbox/spark-left-out.txt` names, and Python's parts of Spark.
 */
export function shareLibraries(folder: string, sparkHome?: string): Readonly<Record<string, readonly string[]>> {
  const libraries = readdirSync(folder)
    .sort()
    .map((name) => [name, filesIn(join(folder, name))] as const);
  return Object.fromEntries(
    libraries.flatMap(([name, files]) => {
      if (name !== "spark") return [[name, files]];
      return sparkHome === undefined ? [] : [[name, [...files, ...sparkFiles(sparkHome)]]];
    }),
  );
}

function sparkFiles(sparkHome: string): readonly string[] {
  const leftOut = readFileSync(dataFile("spark-left-out.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const jars = filesIn(join(sparkHome, "jars")).filter(
    (path) => !leftOut.some((text) => path.includes(text, path.lastIndexOf("/"))),
  );
  return [...jars, ...filesIn(join(sparkHome, "python", "lib")).filter((path) => path.endsWith(".zip"))];
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
}
