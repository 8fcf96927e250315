import { existsSync } from "node:fs";
import { join } from "node:path";
import { bug, HowdahError } from "../../core/errors.ts";
import { libraryFolder } from "../../core/source.ts";
import { runChild } from "../../sandbox/child.ts";
import { hints, hintTexts } from "../../sandbox/hints.ts";
import { chooseJava, javaAt } from "../../sandbox/java.ts";
import { pipRequirement } from "../../sandbox/lists.ts";
import { userCache } from "../../core/usercache.ts";
import { environmentFolder, findEnvironment } from "../../sandbox/python.ts";

/** What a program needs that runs Spark on this machine. */
export interface PySpark {
  /** A Python that has PySpark. */
  readonly python: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Finds PySpark and a Java for it: `PYSPARK_PYTHON` where it is set, else what a sandbox has fetched, else `python3`.
 * Throws `NO_PYSPARK` and `NO_JAVA`, which say what to install.
 */
export async function findPySpark(
  folder: string,
  signal?: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PySpark> {
  const python = await findPython(env, signal);
  const home = chooseJava(env)?.home;
  // Older Sparks run on older Javas than a sandbox does.
  const own = env["JAVA_HOME"] === undefined ? "java" : join(env["JAVA_HOME"], "bin", "java");
  if (home === undefined && javaAt(own, env) === undefined)
    throw new HowdahError("Spark needs Java, and there is none", {
      code: "NO_JAVA",
      next: `install Java 17 (${hintTexts(hints.java).join("; ")}), or set JAVA_HOME`,
    });
  return { python, env: environment(python, home, folder, env) };
}

async function findPython(env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<string> {
  const wanted = env["PYSPARK_PYTHON"];
  const isWanted = wanted !== undefined && wanted !== "";
  const cache = isWanted ? undefined : userCache(env);
  const fetched = cache === undefined ? undefined : findEnvironment(environmentFolder(cache));
  if (fetched !== undefined) return fetched.python;
  const python = isWanted ? wanted : "python3";
  const { exitCode } = await runChild(python, ["-c", "import pyspark"], { env, signal });
  if (exitCode === 0) return python;
  const why = isWanted ? `${python}, which PYSPARK_PYTHON names, has no PySpark` : "there is no PySpark";
  throw new HowdahError(why, {
    code: "NO_PYSPARK",
    next: `python3 -m venv spark-venv && spark-venv/bin/pip install ${pipRequirement()}, then set PYSPARK_PYTHON=spark-venv/bin/python; a sandbox with yarn brings it too`,
  });
}

function environment(
  python: string,
  home: string | undefined,
  folder: string,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  // Few rows are done soonest by one task and without compiling: most of a case's time would be the compilers'.
  const java = "-Duser.timezone=UTC -XX:+UseSerialGC -XX:TieredStopAtLevel=1";
  const settings = {
    "spark.driver.extraJavaOptions": java,
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ["--conf", `'${name}=${value}'`]);
  return {
    ...env,
    ...(home === undefined ? {} : { JAVA_HOME: home }),
    // Another Spark, or a cluster's settings, would take its place.
    SPARK_HOME: undefined,
    SPARK_CONF_DIR: folder,
    HADOOP_CONF_DIR: undefined,
    PYTHONDONTWRITEBYTECODE: "1",
    PYSPARK_PYTHON: python,
    PYSPARK_SUBMIT_ARGS: ["--master", "local[1]", "--driver-memory", "1g", ...options, "pyspark-shell"].join(" "),
    SPARK_LOCAL_IP: "127.0.0.1",
    SPARK_LOCAL_DIRS: folder,
    TMPDIR: folder,
  };
}

/** A program of this package that Python runs. */
export function sparkProgram(name: string): string {
  const found = ["jobs/spark", "spark"].map((folder) => join(libraryFolder, folder, name)).find(existsSync);
  if (found === undefined) throw bug(`${name} is not in ${libraryFolder}`);
  return found;
}
