import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bug } from "../core/errors.ts";
import { shellWord } from "../core/shell.ts";
import { libraryFolder } from "../core/source.ts";
import { isRawDataSet } from "../jobs/job.ts";
import type { Expr } from "../oozie/el/index.ts";
import type { ClusterTarget } from "../project/config.ts";
import type { Project } from "../project/load.ts";
import type { Values } from "../project/values.ts";
import { successFlag } from "../oozie/dataset.ts";
import { layout } from "./layout.ts";
import { resolved, valueProperty } from "./properties.ts";

/** The operator's steps, in order: they need `hdfs`, `oozie`, `beeline` and `spark-submit` alone, where no Node runs. */
const steps = ["00_deploy", "05_set_up_hive", "10_submit", "15_ingest", "20_spark", "30_query"] as const;

/** A file of `bin/`: nothing of it is deployed. */
export interface BinFile {
  readonly path: string;
  readonly content: string;
  readonly executable: boolean;
}

export interface BinSource {
  readonly project: Project;
  readonly target: ClusterTarget;
  readonly hash: string;
  readonly values: Values;
  /** What stands for the variables of `hive/tables.hql`. */
  readonly tables: ReadonlyMap<string, Expr> | undefined;
  /** Paths of the files that are deployed, the manifest included. */
  readonly deployed: readonly string[];
}

/** The scripts of `bin/`, and what they know of this build. */
export function binFiles(source: BinSource): readonly BinFile[] {
  const { project, target, values, tables } = source;
  const ofJobs = [...project.jobs].map(([name, { parameters }]) => ({
    name,
    text: valuesText(
      "-D",
      parameters.map((one) => [one.name, one]),
      target,
      values,
    ),
  }));
  const ofTables = tables === undefined ? [] : [{ name: "tables", text: tablesText(tables, target, values) }];
  return [
    ...steps.map((name) => ({ path: layout.bin(`${name}.sh`), content: script(name), executable: true })),
    { path: layout.bin("settings.sh"), content: settings(source), executable: false },
    { path: layout.bin("deployed"), content: source.deployed.map((path) => `${path}\n`).join(""), executable: false },
    ...[...ofTables, ...ofJobs].map(({ name, text }) => ({
      path: layout.bin(`values/${name}.sh`),
      content: text,
      executable: false,
    })),
  ];
}

/** A script of this package. */
function script(name: string): string {
  const found = ["release/bin", "bin"]
    .map((folder) => join(libraryFolder, folder, `${name}.sh`))
    .find((file) => existsSync(file));
  if (found === undefined) throw bug(`${name}.sh is not in ${libraryFolder}`);
  return readFileSync(found, "utf8");
}

/** What all scripts read first. */
function settings({ project, target, hash }: BinSource): string {
  const { hiveServer2, oozie, queue, sparkOptions = "" } = target;
  const hive = typeof hiveServer2 === "object" ? hiveServer2 : { url: hiveServer2 ?? "", principal: undefined };
  const flags = new Set([...project.definitions.dataSets.values()].filter(isRawDataSet).map((one) => one.doneFlag));
  const [flag] = flags;
  const lines: readonly (readonly [string, string])[] = [
    ["project", project.config.name],
    ["name_node", target.nameNode],
    ["root", target.root],
    ["release", hash],
    ["hive_url", hive.principal === undefined ? hive.url : `${hive.url};principal=${hive.principal}`],
    ["hive_site", (target.hiveSite ?? false) === false ? "no" : "yes"],
    ["spark_options", [...(queue === undefined ? [] : [`--queue ${queue}`]), sparkOptions].join(" ").trim()],
    ["done_flag", flags.size === 1 && flag !== "" && flag !== undefined ? flag : successFlag],
  ];
  return `# What the scripts beside this file know of the build; \`howdah build\` wrote it.
${lines.map(([name, value]) => `${name}=${shellWord(value)}`).join("\n")}
oozie_url=\${OOZIE_URL:-${shellWord([oozie ?? ""].flat()[0]!)}}
build=$(cd "$(dirname "$0")/.." && pwd)

fail() {
  echo "error: $1" >&2
  exit "\${2:-1}"
}

need() {
  command -v "$1" >/dev/null || fail "there is no command $1 on this host: install the cluster's clients" 2
}

# Ends the script unless the arguments behind the first two give each of the names of the first; $2 is what needs them.
check_given() {
  names=$1
  what=$2
  shift 2
  missing=
  for wanted in $names; do
    found=
    for word in "$@"; do
      case $word in "$wanted="* | "-D$wanted="*) found=yes ;; esac
    done
    [ -n "$found" ] || missing="$missing -D $wanted=…"
  done
  [ -z "$missing" ] || fail "$what needs values:$missing" 2
}

# Finds the values of a job or of the tables, and says which must be given.
values_of() {
  values=$build/bin/values/$1.sh
  what=$1
  shift
  check_given "$(sed -n 's/^# needs //p' "$values")" "$what" "$@"
}
`;
}

function tablesText(tables: ReadonlyMap<string, Expr>, target: ClusterTarget, values: Values): string {
  const text = valuesText("--hivevar", tables, target, values);
  // Beeline's word for -D.
  return `${text}count=$#
while [ "$count" -gt 0 ]; do
  case $1 in
    -D) set -- "$@" --hivevar ;;
    -D*) set -- "$@" --hivevar "\${1#-D}" ;;
    *) set -- "$@" "$1" ;;
  esac
  shift
  count=$((count - 1))
done
`;
}

/** Puts values before the script's arguments, so that those that are given there win. */
function valuesText(
  option: string,
  uses: Iterable<readonly [name: string, value: Expr]>,
  target: ClusterTarget,
  values: Values,
): string {
  const lines = [...uses].map(([name, one]) => {
    const { value } = valueProperty(name, one, values);
    if (value === undefined) return `# needs ${name}\n`;
    return `set -- ${option} ${shellWord(`${name}=${resolved(value, target)}`)} "$@"\n`;
  });
  return lines.sort().join("");
}
