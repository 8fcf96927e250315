// Builds the tests and runs them: `npm test`. Arguments are texts one of which a test file's path must contain;
// `--built` leaves the building out; `--long` runs the files named *.long.test.ts too. With HOWDAH_CLUSTER=1 the suites
// of test/cluster come last, on the sandbox that HOWDAH_SANDBOX names, which is brought up for them and left running;
// with CI=true on one of their own, which is removed afterwards.
import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import Mocha from "mocha";

const root = join(import.meta.dirname, "..");
process.chdir(root);
/** What `.ci/run` and other programs read instead of the text. */
const reportFile = "build/test-report.json";
const { EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_SUITE_BEGIN, EVENT_SUITE_END } = Mocha.Runner.constants;

/** Compiled tests whose source is there: what was compiled of one that has gone stays behind. */
function testFiles(wanted, long) {
  return readdirSync("test", { recursive: true })
    .filter((path) => path.endsWith(".test.ts") && (long || !path.endsWith(".long.test.ts")))
    .sort()
    .map((path) => join("test", path))
    .filter((path) => wanted.length === 0 || wanted.some((text) => path.includes(text)))
    .map((path) => join("build", path.replace(/\.ts$/, ".js")));
}

function fileOf(testOrSuite) {
  for (let one = testOrSuite; one !== undefined; one = one.parent)
    if (one.file !== undefined) return relative(join(root, "build"), one.file).replace(/\.js$/, ".ts");
  return "";
}

/** Where the cluster's suites lie. */
const isCluster = (file) => file.startsWith(join("build", "test", "cluster"));

/** `skip()` of test/support/skip.ts leaves the reason on the test, or on the suite whose hook skipped. */
function reasonOf(test) {
  for (let one = test; one !== undefined; one = one.parent) if (one.skipReason !== undefined) return one.skipReason;
  return "it does not say why";
}

/** One line for each suite at the top of a file, with its seconds; failures in full at the end. */
class Reporter extends Mocha.reporters.Base {
  static skipped = [];
  static suites = [];
  static failures = [];

  constructor(runner, options) {
    super(runner, options);
    let started = 0;
    runner.on(EVENT_SUITE_BEGIN, (suite) => {
      if (suite.parent?.root === true) started = performance.now();
    });
    runner.on(EVENT_TEST_FAIL, (test, error) => {
      Reporter.failures.push(test);
      // At once too: a run that hangs afterwards has said so.
      console.log(`  failed: ${test.fullTitle()}: ${String(error?.message ?? error).split("\n")[0]}`);
    });
    runner.on(EVENT_TEST_PENDING, (test) =>
      Reporter.skipped.push({ title: test.fullTitle(), file: fileOf(test), reason: reasonOf(test) }),
    );
    runner.on(EVENT_SUITE_END, (suite) => {
      if (suite.parent?.root !== true) return;
      const seconds = (performance.now() - started) / 1000;
      const count = { passed: 0, failed: 0, skipped: 0 };
      suite.eachTest((test) => {
        if (test.isPending()) count.skipped += 1;
        else if (test.state !== undefined) count[test.state] += 1;
      });
      const counts = Object.entries(count).flatMap(([name, number]) => (number > 0 ? [`${number} ${name}`] : []));
      const file = fileOf(suite);
      console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}  ${suite.title}: ${counts.join(", ") || "no test"}`);
      Reporter.suites.push({ file, title: suite.title, seconds, ...count });
    });
  }
}

const args = process.argv.slice(2);
if (!args.includes("--built")) {
  const { status } = spawnSync(process.execPath, ["build.mjs", "--tests"], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
}

const started = performance.now();
const wanted = args.filter((arg) => !arg.startsWith("--"));
const files = testFiles(wanted, args.includes("--long"));
const inCi = process.env.CI === "true";
const withCluster = (inCi || process.env.HOWDAH_CLUSTER === "1") && files.some(isCluster);
if (withCluster) process.env.HOWDAH_CLUSTER = "1";
const sandboxName = withCluster && inCi ? "tests" : process.env.HOWDAH_SANDBOX;
// The suites of the laptop make sandboxes of their own names, whatever name this shell prefers.
delete process.env.HOWDAH_SANDBOX;

let passed = 0;
let failed = 0;
let skipped = 0;

async function runFiles(files) {
  const mocha = new Mocha({ timeout: 60_000, forbidOnly: inCi, reporter: Reporter });
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  const { passes, failures, pending } = await new Promise((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
  passed += passes;
  failed += failures;
  skipped += pending;
}

/** Runs `howdah sandbox …`, says how long it took, and counts what fails. */
function sandbox(...words) {
  const begun = performance.now();
  const { status } = spawnSync(process.execPath, ["bundle/howdah.js", "sandbox", ...words], { stdio: "inherit" });
  const seconds = (performance.now() - begun) / 1000;
  console.log(`${seconds.toFixed(1).padStart(7)} s  howdah sandbox ${words.join(" ")}`);
  const title = `howdah sandbox ${words.join(" ")}`;
  Reporter.suites.push({ file: "", title, seconds, passed: 0, failed: status === 0 ? 0 : 1, skipped: 0 });
  if (status !== 0) failed += 1;
  return status === 0;
}

await runFiles(files.filter((file) => !isCluster(file)));
if (sandboxName !== undefined) process.env.HOWDAH_SANDBOX = sandboxName;
if (!withCluster) await runFiles(files.filter(isCluster));
// In CI at ports of its own, since somebody's sandbox may be at the usual ones.
else if (sandbox("up", ...(inCi ? ["--port-offset", "700"] : []))) {
  await runFiles(files.filter(isCluster));
  if (inCi) sandbox("reset", "--yes");
}

const seconds = (performance.now() - started) / 1000;
const reasons = new Map();
for (const { file, reason, title } of Reporter.skipped) {
  const why = `${file}: ${reason}`;
  reasons.set(why, [...(reasons.get(why) ?? []), title]);
}
if (failed > 0) {
  console.log("");
  Mocha.reporters.Base.list(Reporter.failures);
}
if (reasons.size > 0) console.log("\nskipped:");
for (const [why, titles] of reasons) console.log(`  ${why}${titles.map((title) => `\n    ${title}`).join("")}`);
writeFileSync(
  reportFile,
  `${JSON.stringify({ passed, failed, skipped, seconds, suites: Reporter.suites, skips: Reporter.skipped }, null, 2)}\n`,
);
console.log(`\n${seconds.toFixed(0)} s`);
if (passed + failed === 0) console.log("no test ran");
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
setTimeout(() => {
  console.error("the tests are over, but something they started still runs");
  process.exit(1);
}, 20_000).unref();
