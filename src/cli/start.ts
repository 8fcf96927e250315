import { readFileSync } from "node:fs";

/** What a command line is given to. */
export type Main = (argv: readonly string[]) => Promise<number>;

/** Runs the command line of this process, and sets its exit code. @param packageFile package.json, which has the version */
export async function start(packageFile: URL, load: () => Main | Promise<Main>): Promise<void> {
  const argv = process.argv.slice(2);
  if (argv[0] === "--version" || argv[0] === "-V") {
    // Asked for by scripts that wait: nothing else is loaded.
    const { version } = JSON.parse(readFileSync(packageFile, "utf8")) as { version: string };
    process.stdout.write(`${version}\n`);
    return;
  }
  const main = await load();
  process.exitCode = await main(argv);
  // Interrupted: whatever has not heard of it, such as an action's command, is not waited for.
  if (process.exitCode === 130) process.exit();
}
