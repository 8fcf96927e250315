import type { BatchRequest } from "../../connect/livy.ts";
import { HowdahError } from "../../core/errors.ts";
import type { ClusterTarget } from "../../project/config.ts";
import { remoteLayout } from "../../release/remote.ts";

export type BatchSettings = Omit<BatchRequest, "file" | "args" | "name">;

/** Options of spark-submit that Livy has a field of its own for, and how their values are read. */
const fields: Readonly<Record<string, readonly [field: keyof BatchSettings, read: "text" | "number" | "list"]>> = {
  "--queue": ["queue", "text"],
  "--driver-memory": ["driverMemory", "text"],
  "--driver-cores": ["driverCores", "number"],
  "--executor-memory": ["executorMemory", "text"],
  "--executor-cores": ["executorCores", "number"],
  "--num-executors": ["numExecutors", "number"],
  "--proxy-user": ["proxyUser", "text"],
  "--jars": ["jars", "list"],
  "--py-files": ["pyFiles", "list"],
  "--files": ["files", "list"],
  "--archives": ["archives", "list"],
};

/** Those that are a property under another name (`SparkSubmitArguments`). */
const properties: Readonly<Record<string, string>> = {
  "--driver-java-options": "spark.driver.extraJavaOptions",
  "--driver-class-path": "spark.driver.extraClassPath",
  "--driver-library-path": "spark.driver.extraLibraryPath",
  "--packages": "spark.jars.packages",
  "--repositories": "spark.jars.repositories",
};

/** What the target says of every Spark job, as a batch takes it. Throws `SPARK_OPTION` for what Livy has no place for. */
export function settingsOf(target: ClusterTarget): BatchSettings {
  const found: Record<string, string | number | readonly string[]> = {};
  const conf: Record<string, string> = {};
  const { login, queue, hiveSite, nameNode, sparkOptions = "" } = target;
  if (queue !== undefined) found["queue"] = queue;
  if (login?.actAs !== undefined) found["proxyUser"] = login.actAs;
  if ((hiveSite ?? false) !== false) found["files"] = [`${nameNode}${remoteLayout(target).hiveSite}`];
  const words = wordsOf(sparkOptions);
  for (let at = 0; at < words.length; at++) {
    const [option, glued] = parted(words[at]!);
    const value = glued ?? words[++at];
    const field = fields[option];
    const property = properties[option];
    if (
      value === undefined ||
      (option !== "--conf" && option !== "-c" && field === undefined && property === undefined)
    )
      throw refused(words[at] ?? option, option);
    if (field !== undefined) {
      const [name, read] = field;
      const before = found[name];
      found[name] =
        read === "number"
          ? Number(value)
          : read === "text"
            ? value
            : [...(Array.isArray(before) ? (before as readonly string[]) : []), ...value.split(",")];
    } else if (property !== undefined) conf[property] = value;
    else {
      const equals = value.indexOf("=");
      if (equals < 1) throw refused(value, option);
      conf[value.slice(0, equals)] = value.slice(equals + 1);
    }
  }
  return { ...found, ...(Object.keys(conf).length === 0 ? {} : { conf }) };
}

/** `--conf=a=b` is `--conf a=b`. */
function parted(word: string): readonly [option: string, value: string | undefined] {
  const equals = word.startsWith("--") ? word.indexOf("=") : -1;
  return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
}

/** Words as Oozie's Spark action divides its options: at white space, but for what stands in double quotes. */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
  return words.map((word) => word.replaceAll('"', ""));
}

function refused(word: string, option: string): HowdahError {
  return new HowdahError(
    word === option
      ? `Livy has no place for ${option} of the target's sparkOptions, or it lacks its value`
      : `${option} ${word} of the target's sparkOptions is no name=value`,
    {
      code: "SPARK_OPTION",
      next: "write it as --conf name=value of the property that it stands for",
    },
  );
}
