import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { didYouMean, exitCodes, HowdahError } from "../../core/errors.ts";
import { errorFacts } from "../../core/events.ts";
import { findCases } from "../../local/cases/find.ts";
import { junitXml } from "../../local/cases/junit.ts";
import { testCases, type CaseEngine } from "../../local/cases/test.ts";
import type { CaseOutcome } from "../../local/cases/run.ts";
import { onDisk } from "../../project/disk.ts";
import type { Project } from "../../project/load.ts";
import type { Arguments } from "../command.ts";
import { differenceLines } from "../differences.ts";
import type { Io } from "../io.ts";
import { projectOf } from "../project.ts";

/** `howdah test` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  if (args.positionals[0] === "create") return (await import("./testcreate.ts")).create(args, io);
  refuseOptions(args);
  const engine = engineOf(args);
  const project = await projectOf(args, io);
  const text = args.text("case");
  const cases = findCases(project, { jobs: args.positionals, ...(text === undefined ? {} : { text }) });
  if (args.flag("list")) {
    const listed = cases.map(({ compiled, name, file, line }) => ({ job: compiled.job.name, name, file, line }));
    if (io.json) io.out(JSON.stringify(listed));
    else for (const one of listed) io.out(`${one.job}  ${one.name}  ${io.colors.dim(`${one.file}:${one.line}`)}`);
    return exitCodes.done;
  }
  const started = performance.now();
  const outcomes = await testCases(cases, {
    engine,
    signal: io.signal,
    emit: (event) => {
      if (event.event === "engine.starting") io.status("starting Spark …");
      if (event.event === "case.done" && !io.json) showOutcome(event["outcome"] as CaseOutcome, io);
    },
  });
  io.status("");
  const seconds = (performance.now() - started) / 1000;
  writeJunit(args, project, outcomes);
  const failed = outcomes.filter(({ passed }) => !passed).length;
  if (io.json)
    io.out(
      JSON.stringify({
        cases: outcomes.map(({ error, ...rest }) => ({
          ...rest,
          error: error === undefined ? null : errorFacts(error),
        })),
        passed: outcomes.length - failed,
        failed,
        seconds,
      }),
    );
  else {
    const counts = `${outcomes.length - failed} passed${failed === 0 ? "" : `, ${failed} failed`}`;
    io.out(`${failed === 0 ? io.colors.green("done") : io.colors.red("failed")}: ${counts} in ${seconds.toFixed(1)} s`);
  }
  return failed === 0 ? exitCodes.done : exitCodes.failed;
}

function engineOf(args: Arguments): CaseEngine {
  const engine = args.text("engine") ?? "duckdb";
  if (engine === "duckdb" || engine === "spark") return engine;
  throw new HowdahError(`there is no engine ${engine}${didYouMean(engine, ["duckdb", "spark"])}`, {
    code: "USAGE",
    next: "give --engine duckdb or --engine spark",
  });
}

/** Options that mean nothing here would be thought to have been heeded. */
function refuseOptions(args: Arguments): void {
  const given = ["hour", "name", "where", "rows", "target", "data"].find((name) => args.text(name) !== undefined);
  if (given !== undefined || args.list("define").length > 0)
    throw new HowdahError(`${given === undefined ? "-D" : `--${given}`} is an option of howdah test create`, {
      code: "USAGE",
      next: given === undefined ? "a case names its parameters itself: - NAME = VALUE" : "howdah test --help",
    });
}

function writeJunit(args: Arguments, { config }: Project, outcomes: readonly CaseOutcome[]): void {
  const file = args.text("junit");
  if (file === undefined) return;
  onDisk("write the JUnit file", file, () => {
    // Build servers begin with a fresh checkout, which has no folder of results.
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, junitXml(config.name, outcomes));
  });
}

function showOutcome(outcome: CaseOutcome, io: Io): void {
  const { colors } = io;
  const { passed, job, name, file, line, error, differences } = outcome;
  if (passed) {
    io.out(`${colors.green("ok")}      ${job}  ${name}`);
    return;
  }
  io.out(`${colors.red("failed")}  ${job}  ${name}  ${colors.dim(`${file}:${line}`)}`);
  if (error !== undefined) {
    io.out(`        ${error.code}: ${error.message}`);
    if (error.where !== undefined) io.out(`        at ${error.where}`);
  }
  for (const difference of differences) for (const text of differenceLines(difference, io)) io.out(`        ${text}`);
}
