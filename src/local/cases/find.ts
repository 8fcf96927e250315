import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { didYouMean, HowdahError } from "../../core/errors.ts";
import { readCases } from "../../jobs/cases/document.ts";
import type { CompiledJob } from "../../jobs/compile.ts";
import type { Job } from "../../jobs/job.ts";
import type { Project } from "../../project/load.ts";
import { bindCase, collectProblems, type JobCase } from "./bind.ts";

const ending = ".test.md";

/** The file beside a job's SQL that holds its cases, relative to the project: `prepare.test.md` of `prepare.sql`. */
export function caseFileOf({ sql }: Pick<Job, "sql">): string {
  return sql.replace(/\.sql$/, "") + ending;
}

/** Which cases are meant. */
export interface CaseChoice {
  /** Names of jobs. @default all */
  readonly jobs?: readonly string[];
  /** Cases whose name contains this text alone. */
  readonly text?: string;
}

/**
 * Reads and checks the cases of a project's jobs. Throws, all at once, `CASE_FILE`, `CASE` and `PARAMETER_VALUE` with
 * their lines; `NAME_UNKNOWN` for a job, and `NO_CASES` when nothing is left that could be run.
 */
export function findCases(project: Project, choice: CaseChoice = {}): readonly JobCase[] {
  const jobs = chosenJobs(project, choice.jobs ?? []);
  const files = jobs.filter(({ job }) => existsSync(join(project.root, caseFileOf(job))));
  const strays = choice.jobs === undefined || choice.jobs.length === 0 ? strayFiles(project) : [];
  const cases = collectProblems([
    ...files.map((compiled) => () => casesOf(project, compiled)),
    ...strays.map((file) => (): readonly JobCase[] => {
      throw new HowdahError(`${basename(file)} stands beside no job's SQL file`, {
        code: "CASE_FILE",
        where: `${file}:1`,
        next: "name it as the job's SQL file is named",
      });
    }),
  ]).flat();
  const left = choice.text === undefined ? cases : cases.filter(({ name }) => name.includes(choice.text!));
  if (left.length > 0) return left;
  if (cases.length > 0)
    throw new HowdahError(`no case has ${JSON.stringify(choice.text)} in its name`, {
      code: "NO_CASES",
      next: "howdah test --list shows their names",
    });
  throw new HowdahError(`there are no cases of ${jobs.map(({ job }) => job.name).join(", ") || "any job"}`, {
    code: "NO_CASES",
    ...(jobs[0] === undefined ? {} : { where: join(project.root, caseFileOf(jobs[0].job)) }),
    next: "write some into that file: docs/testing.md shows how",
  });
}

function chosenJobs({ jobs }: Project, names: readonly string[]): readonly CompiledJob[] {
  if (names.length === 0) return [...jobs.values()];
  return collectProblems(names.map((name) => () => jobNamed(jobs, name)));
}

/** Throws `NAME_UNKNOWN`. */
export function jobNamed(jobs: Project["jobs"], name: string): CompiledJob {
  const found = jobs.get(name);
  if (found !== undefined) return found;
  throw new HowdahError(`there is no job ${name}${didYouMean(name, jobs.keys())}`, {
    code: "NAME_UNKNOWN",
    next: `the project has ${[...jobs.keys()].join(", ")}`,
  });
}

function casesOf(project: Project, compiled: CompiledJob): readonly JobCase[] {
  const file = caseFileOf(compiled.job);
  const { root, definitions } = project;
  const written = readCases(readFileSync(join(root, file), "utf8"), file);
  const place = { compiled, parameters: definitions.parameters, file, root };
  return collectProblems(written.map((one) => () => bindCase(one, place)));
}

/** Files of cases in the jobs' folders that are no job's: a job that was renamed would silently be tested no more. */
function strayFiles({ root, jobs }: Project): readonly string[] {
  const known = new Set([...jobs.values()].map(({ job }) => caseFileOf(job)));
  const folders = new Set([...known].map((file) => dirname(file)));
  return [...folders]
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
    .filter((file) => file.endsWith(ending) && !known.has(file))
    .sort();
}
