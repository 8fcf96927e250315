import { fetchPackages, type PackageGroup } from "#src/sandbox/packages.js";

/** Fetches packages in a process of its own, to be killed or to meet another one; prints events and failures. */
const [cache = "", lists = "", ...groups] = process.argv.slice(2);
const print = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
try {
  await fetchPackages(groups as readonly PackageGroup[], { cache, lists, emit: print });
} catch (error) {
  print({ event: "failed", message: String(error) });
  process.exitCode = 1;
}
