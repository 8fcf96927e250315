import { resolve } from "node:path";
import { didYouMean, exitCodes, HowdahError } from "../../core/errors.ts";
import type { LoadedDefinitions } from "../../project/load.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { commands } from "../main.ts";
import { shells } from "../shells.ts";
import { suggest, type NamesOf } from "../suggest.ts";

/** `howdah completion` */
export async function handle({ positionals }: Arguments, io: Io): Promise<number> {
  const [shell = "", ...words] = positionals;
  if (shell === "suggest") {
    await print(words, io);
    return exitCodes.done;
  }
  if (!Object.hasOwn(shells, shell) || words.length > 0)
    throw new HowdahError(
      `there is no completion for ${positionals.join(" ")}${didYouMean(shell, Object.keys(shells))}`,
      {
        code: "USAGE",
        next: "howdah completion bash, zsh or fish",
      },
    );
  await io.write(shells[shell as keyof typeof shells]);
  return exitCodes.done;
}

/** Prints suggestions, a line each; nothing at all when something is wrong, since somebody is typing. */
async function print(typed: readonly string[], io: Io): Promise<void> {
  const words = withoutEqualSigns(typed);
  // What the project's own files print is not meant for the shell.
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  try {
    const found = await suggest(commands, words, namesFor(words, io));
    process.stdout.write = write;
    if (found.paths !== undefined) io.out(`:${found.paths}`);
    for (const [word, what] of found.words) io.out(`${word}\t${what}`);
  } catch {
    // The command itself will say it.
  } finally {
    process.stdout.write = write;
  }
}

/** bash gives `--target=x` as three words. */
function withoutEqualSigns(words: readonly string[]): readonly string[] {
  return words.flatMap((word, i) => {
    if (word !== "=" || words[i - 1]?.startsWith("--") !== true) return [word];
    return i === words.length - 1 ? [""] : [];
  });
}

/** The names that there are where somebody types; the project is loaded when the first of its names is asked for. */
function namesFor(words: readonly string[], io: Io): NamesOf {
  let loading: Promise<LoadedDefinitions> | undefined;
  const project = (): Promise<LoadedDefinitions> => (loading ??= load(words, io));
  const jobsOfOozie = async (): Promise<readonly string[]> => {
    const { definitions } = await project();
    return [definitions.bundles, definitions.coordinators, definitions.workflows].flatMap((map) => [...map.keys()]);
  };
  const queries = async (): Promise<readonly string[]> =>
    (await import("../../project/load.ts")).queryNames(await project());
  const filled = async (): Promise<readonly string[]> => {
    const { isTableDataSet } = await import("../../jobs/job.ts");
    const { dataSets } = (await project()).definitions;
    return [...dataSets.values()].filter((one) => !isTableDataSet(one)).map(({ name }) => name);
  };
  return async (placeholder, option) => {
    if (option === "target") return Object.keys((await project()).config.targets);
    if (option === "define") return [...(await project()).definitions.parameters.keys()].map((name) => `${name}=`);
    switch (placeholder) {
      case "BUNDLE":
        return [...(await project()).definitions.bundles.keys()];
      case "COORDINATOR":
        return [...(await project()).definitions.coordinators.keys()];
      case "WORKFLOW":
        return [...(await project()).definitions.workflows.keys()];
      case "JOB":
        return [...(await project()).definitions.jobs.keys()];
      case "DATA-SET":
        return filled();
      case "NAME":
        if (option !== undefined) return [];
        return words[0] === "query" ? queries() : jobsOfOozie();
      case "CODE":
        return Object.keys((await import("../../oozie/checks/index.ts")).codes);
      default:
        return [];
    }
  };
}

/** The definitions of the project that a command line is about. */
async function load(words: readonly string[], io: Io): Promise<LoadedDefinitions> {
  const { findProject, loadDefinitions } = await import("../../project/load.ts");
  const at = words.indexOf("--project");
  const named =
    at < 0 ? words.find((word) => word.startsWith("--project="))?.slice("--project=".length) : words[at + 1];
  return loadDefinitions(named === undefined ? findProject(io.cwd) : resolve(io.cwd, named));
}
