// Cases, checks on rows and reports of the reference pipeline.
import { statSync } from "node:fs";
import { join } from "node:path";
import { measure, inTurn, median, spread } from "./measure.mjs";

const seconds = (runs) => runs.map((one) => one.seconds);
const peak = (runs) => Math.max(...runs.map(({ megabytes }) => megabytes));

/** All cases of the pipeline; what listing them takes is start-up. */
export async function cases(say, root) {
  const howdah = join(root, "bundle", "howdah.js");
  const test = (...args) => measure(process.execPath, [howdah, "test", ...args], { cwd: root });
  const results = await inTurn(7, [
    ["howdah test --list", () => test("--list")],
    ["howdah test", () => test()],
  ]);
  const [listed, ran] = [...results.values()];
  const count = Number(/(\d+) passed/.exec(ran[0].output)[1]);
  const beyond = median(seconds(ran)) - median(seconds(listed));
  for (const [name, runs] of results) say(`  ${name.padEnd(20)} ${spread(seconds(runs))} s, ${peak(runs)} MB`);
  say(
    `  beyond start-up      ${beyond.toFixed(2)} s for ${count} cases, so ${((beyond / count) * 50).toFixed(2)} s for 50`,
  );
}

/** The range with its checks on rows and without them; `fresh` makes a folder that has landed and not run. */
export async function checks(say, root, range, fresh) {
  const script = join(root, "bench", "range.mjs");
  const [, from, , until] = range;
  const run = (...more) => measure(process.execPath, [script, fresh(), from, until, ...more], { cwd: root });
  const results = await inTurn(5, [
    ["without checks on rows", () => run("--without-checks")],
    ["with them", () => run()],
  ]);
  const [without, with_] = [...results.values()].map((runs) => median(seconds(runs)));
  for (const [name, runs] of results) say(`  ${name.padEnd(24)} ${spread(seconds(runs))} s, ${peak(runs)} MB`);
  say(`  they cost                ${((with_ / without - 1) * 100).toFixed(1)} %`);
}

/** The page of a folder that has run. */
export async function report(say, root, folder, out) {
  const howdah = join(root, "bundle", "howdah.js");
  const results = await inTurn(5, [
    ["howdah report --help", () => measure(process.execPath, [howdah, "report", "--help"], { cwd: root })],
    [
      "howdah report",
      () => measure(process.execPath, [howdah, "report", "--data", folder, "--out", out], { cwd: root }),
    ],
  ]);
  for (const [name, runs] of results) say(`  ${name.padEnd(24)} ${spread(seconds(runs))} s, ${peak(runs)} MB`);
  say(`  the page                 ${(statSync(out).size / 1e6).toFixed(2)} MB`);
}
