import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HowdahError } from "../core/errors.ts";
import { onDisk } from "../project/disk.ts";
import { runChild, type Ended } from "./child.ts";
import { hints, hintTexts } from "./hints.ts";
import { fileName, repositoryPath, type Artifact } from "./lists.ts";

/** The plugin that fetches single artifacts, without what their POMs depend on. */
const plugin = "3.8.1";
/** Most of the time goes into waiting for answers: so many threads fetch side by side. */
const threads = 8;
/** Milliseconds between two looks at what has come. */
const lookEvery = 300;

export interface MavenOptions {
  /** The local repository, which holds what was fetched and what was begun. */
  readonly repository: string;
  readonly signal?: AbortSignal | undefined;
  /** Is told the artifacts that have come so far. */
  readonly onProgress: (arrived: ReadonlySet<Artifact>) => void;
}

/** The user's Maven: `HOWDAH_MAVEN`, else `mvn` of the path. */
export function mavenProgram(env: NodeJS.ProcessEnv = process.env): string {
  return env["HOWDAH_MAVEN"] ?? "mvn";
}

/**
 * Fetches artifacts into a local repository with the user's own Maven, so with the user's mirrors and proxies. What a
 * run before has left there is not fetched again. Throws `NO_MAVEN`, `FETCH_FAILED` or `DISK_FULL`.
 */
export async function fetchWithMaven(artifacts: readonly Artifact[], options: MavenOptions): Promise<void> {
  const { repository, signal, onProgress } = options;
  onDisk("make a folder for packages", repository, () => mkdirSync(repository, { recursive: true }));
  const work = mkdtempSync(join(repository, "..", "fetch-"));
  const look = (): void => onProgress(arrivedOf(artifacts, repository));
  const timer = setInterval(look, lookEvery);
  try {
    for (const [path, text] of pomsOf(artifacts)) {
      mkdirSync(join(work, path, ".."), { recursive: true });
      writeFileSync(join(work, path), text);
    }
    const args = [
      ...["--batch-mode", "--strict-checksums", "--update-snapshots", "--threads", String(threads)],
      ...[`-Dmaven.repo.local=${repository}`, "--file", join(work, "pom.xml"), "validate"],
    ];
    const program = mavenProgram();
    const ended = await runChild(program, args, {
      cwd: work,
      env: { MAVEN_OPTS: "-XX:+UseSerialGC -XX:TieredStopAtLevel=1", ...process.env },
      signal,
    });
    look();
    if (ended.exitCode !== 0) throw mavenFailure(program, ended);
  } finally {
    clearInterval(timer);
    rmSync(work, { recursive: true, force: true });
  }
}

function arrivedOf(artifacts: readonly Artifact[], repository: string): ReadonlySet<Artifact> {
  // Maven gives a file its name when it is whole.
  return new Set(
    artifacts.filter((artifact) => statSync(join(repository, repositoryPath(artifact)), { throwIfNoEntry: false })),
  );
}

/**
 * Projects that do nothing but fetch, one for each thread. They name no repository, so Maven asks those of the user's
 * settings. The plugin's goal `copy` asks for single files: POMs of the artifacts, which name repositories that have
 * long gone, are not even read, and nothing transitive comes along.
 */
export function pomsOf(artifacts: readonly Artifact[]): ReadonlyMap<string, string> {
  const [first = [], ...others] = shares(artifacts);
  const modules = others.map((_, i) => `part${i + 1}`);
  return new Map([
    ["pom.xml", pom("part0", first, modules)],
    ...others.map((share, i) => [join(modules[i]!, "pom.xml"), pom(modules[i]!, share, [])] as const),
  ]);
}

/** Shares of about the same size. */
function shares(artifacts: readonly Artifact[]): readonly (readonly Artifact[])[] {
  const all = Array.from({ length: Math.min(threads, artifacts.length) }, () => ({
    bytes: 0,
    artifacts: [] as Artifact[],
  }));
  for (const artifact of artifacts.toSorted((a, b) => b.bytes - a.bytes)) {
    const least = all.reduce((a, b) => (b.bytes < a.bytes ? b : a));
    // A small file costs about as much time as a hundred kilobytes of a large one.
    least.bytes += artifact.bytes + 100_000;
    least.artifacts.push(artifact);
  }
  return all.map((share) => share.artifacts);
}

function pom(name: string, artifacts: readonly Artifact[], modules: readonly string[]): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>howdah</groupId>
  <artifactId>${name}</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <modules>${modules.map((module) => `<module>${module}</module>`).join("")}</modules>
  <build>
    <plugins>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-dependency-plugin</artifactId>
        <version>${plugin}</version>
        <executions>
          <execution>
            <phase>validate</phase>
            <goals><goal>copy</goal></goals>
          </execution>
        </executions>
        <configuration>
          <outputDirectory>\${project.basedir}/copies</outputDirectory>
          <artifactItems>
${artifacts.map((artifact) => `            ${artifactItem(artifact)}\n`).join("")}          </artifactItems>
        </configuration>
      </plugin>
    </plugins>
  </build>
</project>
`;
}

function artifactItem(artifact: Artifact): string {
  const { group, name, version, classifier } = artifact;
  const parts = {
    groupId: group,
    artifactId: name,
    version,
    classifier,
    destFileName: `${group}-${fileName(artifact)}`,
  };
  return `<artifactItem>${Object.entries(parts)
    .map(([tag, text]) => (text === undefined ? "" : `<${tag}>${text}</${tag}>`))
    .join("")}</artifactItem>`;
}

/** What Maven said of its failure, in a line or two. */
export function mavenFailure(program: string, { exitCode, stdout, stderr }: Ended): HowdahError {
  if (exitCode === 127 || exitCode === 126)
    return new HowdahError(`there is no Maven: ${program} cannot be started`, {
      code: "NO_MAVEN",
      next: `install Maven (${hintTexts(hints.maven).join("; ")}), or name one: HOWDAH_MAVEN=/path/to/mvn`,
    });
  const said = mavenErrors(`${stdout}\n${stderr}`);
  if (/no space left on device|disk quota exceeded/i.test(said.join("\n")))
    return new HowdahError(`Maven could not keep what it fetched: ${said[0] ?? ""}`, {
      code: "DISK_FULL",
      fault: "run",
      next: "free some space, then do the same again: what was fetched is kept",
    });
  const why = said.length > 0 ? said.join("\n") : `it ended with exit code ${exitCode} and gave no reason`;
  return new HowdahError(`Maven could not fetch the packages: ${why}`, {
    code: "FETCH_FAILED",
    fault: "server",
    next: "see that Maven reaches its repository (mirrors and proxies: ~/.m2/settings.xml), then do the same again: what was fetched is kept",
  });
}

function mavenErrors(output: string): readonly string[] {
  const lines = output
    .replaceAll(/\x1b\[[\d;]*m/g, "")
    .split("\n")
    .filter((line) => line.startsWith("[ERROR]"))
    .map((line) =>
      line
        .slice("[ERROR]".length)
        .replace(/-> \[Help \d+\]$/, "")
        .trim(),
    )
    .filter(
      (line) =>
        line !== "" && !/^(To see the full|Re-run Maven|For more information|\[Help|After correcting)/.test(line),
    );
  // What goal failed is ours to know; what follows the last of the names of goal and project is the reason.
  const reasons = lines.map((line) => line.replace(/^Failed to execute goal .* on project part\d+: /, ""));
  const texts = reasons.length > 0 ? reasons : output.trim().split("\n").slice(-2);
  return [...new Set(texts)].filter((text) => text !== "").slice(0, 2);
}
