import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the fake Maven does beside copying what it is asked for. */
export interface MavenBehaviour {
  /** It kills itself after so many files, half a file further. */
  readonly diesAfter?: number;
  /** It goes on after the first file only when this file is there. */
  readonly waitsFor?: string;
  /** Files whose path contains this arrive with another content of the same size. */
  readonly spoils?: string;
  /** It prints this and ends with 1. */
  readonly fails?: string;
}

/** What a fake Python says of itself, and the errors with which it ends. */
export interface PythonComplaints {
  readonly version?: string;
  /** When its modules are imported. */
  readonly module?: string;
  readonly venv?: string;
  readonly pip?: string;
}

/** Programs that stand in for Maven, Python and Java, in a folder that is put before the path. */
export interface Programs {
  readonly folder: string;
  /** The environment in which they are found. */
  readonly env: NodeJS.ProcessEnv;
  /** Writes `mvn`, which copies from a local folder. */
  readonly maven: (behaviour?: MavenBehaviour) => void;
  /** Writes `python3`, which makes a virtual environment and a PySpark of three files. */
  readonly python: (complaints?: PythonComplaints) => void;
  /** Writes a Java, which is JAVA_HOME: the version that it tells, and what it says instead of compiling. */
  readonly java: (version?: number, failure?: string) => void;
  /** How often a program was called; for Maven and pip, what was asked for, such as `tiny:shared:1.0`. */
  readonly calls: (program: "mvn" | "pip" | "venv") => readonly string[];
  readonly forget: () => void;
}

export function fakePrograms(folder: string, repository: string): Programs {
  const path = join(folder, "programs");
  const home = join(path, "java");
  mkdirSync(join(home, "bin"), { recursive: true });
  const logOf = (program: string): string => join(path, `${program}.calls`);
  const write = (file: string, text: string): void => {
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  };
  const programs: Programs = {
    folder: path,
    env: { ...process.env, PATH: `${path}:${process.env["PATH"] ?? ""}`, HOWDAH_MAVEN: "mvn", JAVA_HOME: home },
    maven: (behaviour = {}) => {
      writeFileSync(join(path, "mvn.cjs"), maven(JSON.stringify({ repository, log: logOf("mvn"), ...behaviour })));
      const version = '[ "$1" = --version ] && echo "Apache Maven 3.9.9 (fake)" && exit';
      write(join(path, "mvn"), `#!/bin/sh\n${version}\nexec '${process.execPath}' "$0.cjs" "$@"\n`);
    },
    python: (complaints = {}) =>
      write(join(path, "python3"), python({ pip: logOf("pip"), venv: logOf("venv") }, complaints)),
    java: (version = 17, failure) => write(join(home, "bin", "java"), java(home, version, failure)),
    calls: (program) =>
      existsSync(logOf(program)) ? readFileSync(logOf(program), "utf8").split("\n").slice(0, -1) : [],
    forget: () => {
      for (const program of ["mvn", "pip", "venv"]) rmSync(logOf(program), { force: true });
    },
  };
  programs.maven();
  programs.python();
  programs.java();
  return programs;
}

/** One line of its log a call: the coordinates it was asked for. */
function maven(behaviour: string): string {
  return `
const fs = require("node:fs"), { dirname, join } = require("node:path");
const to = ${behaviour};
const args = process.argv.slice(2);
const valueOf = (start) => args.find((arg) => arg.startsWith(start)).slice(start.length);
const target = valueOf("-Dmaven.repo.local=");
const root = args[args.indexOf("--file") + 1];
const poms = [root, ...[...fs.readFileSync(root, "utf8").matchAll(/<module>(.*?)<\\/module>/g)].map((m) => join(dirname(root), m[1], "pom.xml"))];
const items = poms.flatMap((pom) => [...fs.readFileSync(pom, "utf8").matchAll(/<artifactItem>(.*?)<\\/artifactItem>/g)].map((m) => Object.fromEntries([...m[1].matchAll(/<(\\w+)>(.*?)<\\/\\1>/g)].map((one) => [one[1], one[2]]))));
const names = items.map((i) => [i.groupId, i.artifactId, i.version, i.classifier].filter(Boolean).join(":")).sort();
fs.appendFileSync(to.log, names.join(" ") + "\\n");
if (to.fails) { console.log(to.fails); process.exit(1); }
let count = 0;
for (const i of items) {
  const file = [i.artifactId, i.version, i.classifier].filter(Boolean).join("-") + ".jar";
  const path = join(...i.groupId.split("."), i.artifactId, i.version, file);
  const bytes = fs.readFileSync(join(to.repository, path));
  if (to.spoils && path.includes(to.spoils)) bytes[bytes.length - 1] ^= 1;
  fs.mkdirSync(dirname(join(target, path)), { recursive: true });
  const part = join(target, path) + "." + process.pid + ".part";
  if (to.diesAfter === count) {
    fs.writeFileSync(part, bytes.subarray(0, bytes.length / 2));
    process.kill(process.pid, "SIGKILL");
  }
  fs.writeFileSync(part, bytes);
  fs.renameSync(part, join(target, path));
  count++;
  while (to.waitsFor && !fs.existsSync(to.waitsFor)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
}
`;
}

function python(logs: Readonly<Record<"pip" | "venv", string>>, complaints: PythonComplaints): string {
  const files = {
    "pyspark/__init__.py": "spark",
    "pyspark/jars/spark-core.jar": "jar",
    "pyspark/python/lib/pyspark.zip": "zip",
  };
  const record = Object.entries(files).map(([path, text]) => {
    const hash = createHash("sha256").update(text).digest("base64url");
    return `${path},sha256=${hash},${text.length}\\n`;
  });
  const refuse = (text: string | undefined): string => (text === undefined ? "" : `echo '${text}' >&2; exit 1`);
  return `#!/bin/sh
set -e
case "$1 $2" in
-c*) echo ${complaints.version ?? "3.11"}; ${refuse(complaints.module)} ;;
"-m venv")
  echo "$3" >> '${logs.venv}'
  ${refuse(complaints.venv)}
  mkdir -p "$3/bin"
  cp "$0" "$3/bin/python" ;;
"-m pip")
  for wanted; do :; done
  echo "$wanted" >> '${logs.pip}'
  ${refuse(complaints.pip)}
  packages="$(dirname "$0")/../lib/python3.11/site-packages"
  info="$packages/$(echo "$wanted" | sed s/==/-/).dist-info"
  mkdir -p "$packages/pyspark/jars" "$packages/pyspark/python/lib" "$info"
${Object.entries(files)
  .map(([path, text]) => `  printf ${text} > "$packages/${path}"\n`)
  .join("")}  printf '${record.join("")}pyspark/made.pyc,,\\n' > "$info/RECORD" ;;
esac
`;
}

/** Tells its version, and takes every compilation for done unless `failure` is to be said. */
function java(home: string, version: number, failure: string | undefined): string {
  return `#!/bin/sh
case "$1" in
  -XshowSettings:properties)
    printf '    java.home = ${home}\\n    java.specification.version = ${version}\\n' >&2; exit 0 ;;
esac
${failure === undefined ? "" : `echo '${failure}' >&2; exit 1`}
while [ $# -gt 0 ]; do
  if [ "$1" = -d ]; then echo compiled > "$2/LoopbackAgent.class"; fi
  shift
done
`;
}
