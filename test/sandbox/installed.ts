import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { usualChoices, withChoices, type Choices, type Sandbox } from "#src/sandbox/folder.js";
import type { Parts } from "#src/sandbox/launch.js";
import type { PackageGroup } from "#src/sandbox/packages.js";

export const everyGroup: readonly PackageGroup[] = ["hadoop", "hive", "oozie", "livy", "httpfs", "spark"];

/** A sandbox of a user called alice, in a folder. */
export function sandboxIn(folder: string, choices: Partial<Choices> = {}): Sandbox {
  return { ...withChoices("tests", folder, { ...usualChoices, ...choices }), user: "alice" };
}

/** What commands are made from; the packages are empty jars. */
export function partsOf(sandbox: Sandbox, groups: readonly PackageGroup[] = everyGroup): Parts {
  const packages = join(sandbox.folder, "packages");
  for (const folder of ["hadoop", "hive", "oozie", "livy", "httpfs"]) {
    mkdirSync(join(packages, folder), { recursive: true });
    writeFileSync(join(packages, folder, `${folder}-1.jar`), "");
  }
  return {
    sandbox,
    groups: new Set(groups),
    java: { home: "/java", version: 17 },
    packages: {
      hadoop: join(packages, "hadoop"),
      web: join(packages, "web"),
      hive: join(packages, "hive"),
      hiveGuava: join(packages, "guava-19.jar"),
      hiveService: join(packages, "hive-service-3.jar"),
      hiveHttpFirst: [join(packages, "http.jar")],
      oozie: join(packages, "oozie"),
      oozieFirst: [join(packages, "el.jar")],
      oozieWeb: join(packages, "oozie-web"),
      livy: join(packages, "livy"),
      httpfs: join(packages, "httpfs"),
      sparkHome: join(packages, "pyspark"),
      python: join(packages, "python"),
      agent: join(packages, "agent.jar"),
      shareLibrary: {},
    },
  };
}
