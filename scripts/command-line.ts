import { parseArgs, type ParseArgsConfig } from "node:util";
import { didYouMean, errorFacts, exitCodes, HowdahError, isHowdahError, messageOf, systemCode } from "howdah";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; strict: true; allowPositionals: true }>
>;

/** Reads a script's options. Throws `USAGE`, with the option that may have been meant. */
export function parseOptions<O extends Options>(
  script: string,
  options: O,
  args: readonly string[],
): Parsed<O>["values"] {
  const { values, positionals } = parseWords(script, options, args);
  if (positionals.length > 0) throw usage(script, `there is nothing that ${positionals[0]} could mean`);
  return values;
}

/** Reads a script's options, and the words beside them. Throws `USAGE`, with the option that may have been meant. */
export function parseWords<O extends Options>(script: string, options: O, args: readonly string[]): Parsed<O> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
  } catch (error) {
    const [, unknown] = /^Unknown option '--([^']*)'/.exec(messageOf(error)) ?? [];
    if (unknown === undefined) {
      if ((systemCode(error) ?? "").startsWith("ERR_PARSE_ARGS")) throw usage(script, messageOf(error));
      throw error;
    }
    const meant = didYouMean(unknown, Object.keys(options)).replace("mean ", "mean --");
    throw usage(script, `there is no option --${unknown}${meant}`);
  }
}

export function usage(script: string, message: string): HowdahError {
  const command = script.endsWith(".sh") ? `scripts/${script}` : `npm run ${script} --`;
  return new HowdahError(message, { code: "USAGE", next: `${command} --help` });
}

/** An aborted signal when the user interrupts, whose reason says what that left. */
export function interruption(message: string): AbortSignal {
  const controller = new AbortController();
  const error = new HowdahError(message, { code: "INTERRUPTED", exitCode: exitCodes.interrupted });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => controller.abort(error));
  return controller.signal;
}

/** Prints an error and sets the exit code. */
export function reportError(error: unknown, json: boolean): void {
  process.exitCode = isHowdahError(error) ? error.exitCode : exitCodes.bug;
  if (json) console.log(JSON.stringify({ error: errorFacts(error) }));
  else if (isHowdahError(error) && "problems" in error) for (const one of error.problems as unknown[]) print(one);
  else print(error);
}

function print(error: unknown): void {
  if (isHowdahError(error)) {
    console.error(`error: ${error.message}`);
    if (error.where !== undefined) console.error(`  where: ${error.where}`);
    if (error.next !== undefined) console.error(`  next: ${error.next}`);
  } else console.error(error instanceof Error ? error.stack : messageOf(error));
}
