// Runs files of tests, one at a time, as test/run.mjs sends their names; prints a line for each suite at the top of a
// file, with its seconds, and sends back what the run's end needs.
import { join, relative } from "node:path";
import Mocha from "mocha";

const root = join(import.meta.dirname, "..");
const { EVENT_TEST_FAIL, EVENT_TEST_PENDING, EVENT_SUITE_BEGIN, EVENT_SUITE_END } = Mocha.Runner.constants;

function fileOf(testOrSuite) {
  for (let one = testOrSuite; one !== undefined; one = one.parent)
    if (one.file !== undefined) return relative(join(root, "build"), one.file).replace(/\.js$/, ".ts");
  return "";
}

/** `skip()` of test/support/skip.ts leaves the reason on the test, or on the suite whose hook skipped. */
function reasonOf(test) {
  for (let one = test; one !== undefined; one = one.parent) if (one.skipReason !== undefined) return one.skipReason;
  return "it does not say why";
}

/** What Mocha's list of failures shows of one. Node's own assertions say in their message what differs. */
function failureOf(test, error) {
  return { path: test.titlePath(), err: { message: String(error?.message ?? error), stack: error?.stack ?? "" } };
}

async function run(file) {
  const result = { suites: [], skips: [], failures: [], passed: 0, failed: 0, skipped: 0 };

  class Reporter extends Mocha.reporters.Base {
    constructor(runner, options) {
      super(runner, options);
      let started = 0;
      runner.on(EVENT_SUITE_BEGIN, (suite) => {
        if (suite.parent?.root === true) started = performance.now();
      });
      runner.on(EVENT_TEST_FAIL, (test, error) => {
        result.failures.push(failureOf(test, error));
        // At once too: a run that hangs afterwards has said so.
        console.log(`  failed: ${test.fullTitle()}: ${String(error?.message ?? error).split("\n")[0]}`);
      });
      runner.on(EVENT_TEST_PENDING, (test) =>
        result.skips.push({ title: test.fullTitle(), file: fileOf(test), reason: reasonOf(test) }),
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
        const suiteFile = fileOf(suite);
        console.log(
          `${seconds.toFixed(1).padStart(7)} s  ${suiteFile}  ${suite.title}: ${counts.join(", ") || "no test"}`,
        );
        result.suites.push({ file: suiteFile, title: suite.title, seconds, ...count });
      });
    }
  }

  const mocha = new Mocha({ timeout: 60_000, forbidOnly: process.env.CI === "true", reporter: Reporter });
  mocha.addFile(file);
  await mocha.loadFilesAsync();
  const stats = await new Promise((resolve) => {
    const runner = mocha.run(() => resolve(runner.stats));
  });
  mocha.dispose();
  return { ...result, passed: stats.passes, failed: stats.failures, skipped: stats.pending };
}

// As Mocha's own command does: a test fails by what nobody waits for too.
process.on("unhandledRejection", (reason) => {
  throw reason;
});

let over = false;
// Whoever started this was killed: nobody wants the results.
process.on("disconnect", () => {
  if (!over) process.exit(1);
});
process.on("message", (file) => {
  if (file !== "end") {
    run(file).then(
      (result) => {
        process.send(result);
        // By then it would have ended by what the file left behind.
        setTimeout(() => process.send("ready"), 20);
      },
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
    return;
  }
  over = true;
  process.disconnect();
  setTimeout(() => {
    console.error("the tests are over, but something they started still runs");
    process.exit(1);
  }, 20_000).unref();
});
