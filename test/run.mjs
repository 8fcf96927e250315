// Builds the tests and runs them: `npm test`. Arguments are texts one of which a test file's path must contain;
// `--built` leaves the building out; `--long` runs the files named *.long.test.ts too. A file runs in one of as many
// processes as the machine has cores, up to four. With HOWDAH_CLUSTER=1 the suites of test/cluster come last, one after
// another, on the sandbox that HOWDAH_SANDBOX names, which is brought up for them and left running; with CI=true on one of
// their own, which is removed afterwards.
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import Mocha from "mocha";

process.chdir(join(import.meta.dirname, ".."));
/** What `.ci/run` and other programs read instead of the text. */
const reportFile = "build/test-report.json";

/** Compiled tests whose source is there: what was compiled of one that has gone stays behind. */
function testFiles(wanted, long) {
  return readdirSync("test", { recursive: true })
    .filter((path) => path.endsWith(".test.ts") && (long || !path.endsWith(".long.test.ts")))
    .sort()
    .map((path) => join("test", path))
    .filter((path) => wanted.length === 0 || wanted.some((text) => path.includes(text)))
    .map((path) => join("build", path.replace(/\.ts$/, ".js")));
}

/** Where the cluster's suites lie. */
const isCluster = (file) => file.startsWith(join("build", "test", "cluster"));

/** Seconds of each file in the run before, which may have been of others. */
function secondsBefore() {
  const seconds = new Map();
  try {
    for (const { file, seconds: some } of JSON.parse(readFileSync(reportFile, "utf8")).suites)
      seconds.set(file, (seconds.get(file) ?? 0) + some);
  } catch {
    // There was none.
  }
  // Those of the whole pipeline take longest.
  const guess = (file) => (file.includes(join("test", "pipeline")) ? 100 : 0);
  return (file) => seconds.get(file.replace(/^build\//, "").replace(/\.js$/, ".ts")) ?? guess(file);
}

const args = process.argv.slice(2);
if (!args.includes("--built")) {
  const { status } = spawnSync(process.execPath, ["build.mjs", "--tests"], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
}

const started = performance.now();
const before = secondsBefore();
// Whoever reads it shall find none where this run ends in the middle.
rmSync(reportFile, { force: true });
const wanted = args.filter((arg) => !arg.startsWith("--"));
const files = testFiles(wanted, args.includes("--long"));
const inCi = process.env.CI === "true";
const withCluster = (inCi || process.env.HOWDAH_CLUSTER === "1") && files.some(isCluster);
if (withCluster) process.env.HOWDAH_CLUSTER = "1";
const sandboxName = withCluster && inCi ? "tests" : process.env.HOWDAH_SANDBOX;
// The suites of the laptop make sandboxes of their own names, whatever name this shell prefers.
delete process.env.HOWDAH_SANDBOX;

const total = { passed: 0, failed: 0, skipped: 0 };
const suites = [];
const skips = [];
const failures = [];

/** The next message of a process; undefined where it ended without one. */
function answerOf(child) {
  return new Promise((resolve) => {
    const settle = (message) => {
      child.off("message", settle).off("exit", gone).off("error", gone);
      resolve(message);
    };
    const gone = () => settle(undefined);
    child.on("message", settle).on("exit", gone).on("error", gone);
  });
}

function blame(file, message) {
  console.log(`  failed: ${message}`);
  failures.push({ path: [file], err: { message, stack: "" } });
  total.failed += 1;
}

/** A process that takes files until none is left. One that ends fails the file that it ran last. */
async function work(queue) {
  let child;
  let last = "";
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    last = file;
    child ??= fork("test/worker.mjs");
    // What cannot be sent ends in an exit, which is waited for.
    child.send(file, () => undefined);
    const result = await answerOf(child);
    if (result !== undefined) {
      for (const name of Object.keys(total)) total[name] += result[name];
      suites.push(...result.suites);
      skips.push(...result.skips);
      failures.push(...result.failures);
      // That it is ready for the next.
      if ((await answerOf(child)) !== undefined) continue;
    }
    blame(file, `the process that ran ${file} ended (${child.signalCode ?? `exit code ${String(child.exitCode)}`})`);
    child = undefined;
  }
  if (child === undefined) return;
  const ended = once(child, "exit");
  child.send("end", () => undefined);
  const [code] = await ended;
  if (code !== 0) blame(last, `a process of tests, the last of which was ${last}, did not end well`);
}

async function runFiles(files, processes) {
  const queue = processes > 1 ? files.toSorted((a, b) => before(b) - before(a)) : [...files];
  await Promise.all(Array.from({ length: Math.min(processes, files.length) }, () => work(queue)));
}

/** Runs `howdah sandbox …`, says how long it took, and counts what fails. */
function sandbox(...words) {
  const begun = performance.now();
  const { status } = spawnSync(process.execPath, ["bundle/howdah.js", "sandbox", ...words], { stdio: "inherit" });
  const seconds = (performance.now() - begun) / 1000;
  console.log(`${seconds.toFixed(1).padStart(7)} s  howdah sandbox ${words.join(" ")}`);
  const title = `howdah sandbox ${words.join(" ")}`;
  suites.push({ file: "", title, seconds, passed: 0, failed: status === 0 ? 0 : 1, skipped: 0 });
  if (status !== 0) total.failed += 1;
  return status === 0;
}

await runFiles(
  files.filter((file) => !isCluster(file)),
  Math.min(availableParallelism(), 4),
);
if (files.some((file) => !isCluster(file)))
  console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s  the suites of the laptop`);
if (sandboxName !== undefined) process.env.HOWDAH_SANDBOX = sandboxName;
const ofCluster = files.filter(isCluster);
if (!withCluster) await runFiles(ofCluster, 1);
// In CI at ports of its own, since somebody's sandbox may be at the usual ones.
else if (sandbox("up", ...(inCi ? ["--port-offset", "700"] : []))) {
  await runFiles(ofCluster, 1);
  if (inCi) sandbox("reset", "--yes");
}

const seconds = (performance.now() - started) / 1000;
const reasons = new Map();
for (const { file, reason, title } of skips) {
  const why = `${file}: ${reason}`;
  reasons.set(why, [...(reasons.get(why) ?? []), title]);
}
if (failures.length > 0) {
  console.log("");
  Mocha.reporters.Base.list(failures.map(({ path, err }) => ({ err, titlePath: () => path })));
}
if (reasons.size > 0) console.log("\nskipped:");
for (const [why, titles] of reasons) console.log(`  ${why}${titles.map((title) => `\n    ${title}`).join("")}`);
const { passed, failed, skipped } = total;
writeFileSync(reportFile, `${JSON.stringify({ passed, failed, skipped, seconds, suites, skips }, null, 2)}\n`);
console.log(`\n${seconds.toFixed(0)} s`);
if (passed + failed === 0) console.log("no test ran");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
