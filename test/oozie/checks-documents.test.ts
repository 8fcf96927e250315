import assert from "node:assert/strict";
import { documentProblems, type Problem } from "#src/oozie/checks/index.js";
import { profileNames, profileOf, type ProfileName } from "#src/oozie/profiles.js";
import { defined, documentsOf, exampleFile } from "../support/examples.js";

/** What a profile's server would refuse of a snippet, the definitions of all examples not included. */
function refused(snippet: string, profile: ProfileName): readonly Problem[] {
  return documentProblems(profileOf(profile), documentsOf(defined(snippet), profile)).filter(
    ({ at }) => at.file === exampleFile,
  );
}

const messages = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ code, at, message }) => `${code}:${at.line} ${message}`);

describe("the checks of documents", () => {
  const old: readonly ProfileName[] = ["cdh5.4", "cdh5.7", "oozie4.1"];

  it("take what every server has", () => {
    for (const profile of profileNames)
      assert.deepEqual(
        messages(refused('shell("a", { command: "x", arguments: ["<&>\'\\""] })', profile)),
        [],
        profile,
      );
  });

  it("tell of functions that a server does not have, or has elsewhere, and name the servers that have them", () => {
    const epoch = `coordinator("c", {
  ...hourly,
  run: ({ nominalTime, epochTime }) => show.with({ day: epochTime(nominalTime) }),
})`;
    for (const profile of profileNames) {
      const problems = refused(epoch, profile);
      assert.equal(problems.length, old.includes(profile) ? 1 : 0, profile);
    }
    const [problem] = refused(epoch, "cdh5.4");
    assert.deepEqual([problem!.code, problem!.path], ["PROFILE_LACKS", "coordinator c"]);
    assert.match(problem!.message, /cdh5\.4 does not know the function coord:epochTime in what a coordinator gives/);
    assert.match(problem!.next!, /has it: cdh5\.16, cdh6\.3, cdp7\.1\.9, cdp7\.3, oozie5\.2$/);
  });

  it("tell them apart by where they stand", () => {
    const offset = (where: string): string => `coordinator("c", { ...hourly, ${where} })`;
    const inAction = offset(
      'run: ({ nominalTime, dateOffset, formatTime }) => show.with({ day: formatTime(dateOffset(nominalTime, -1, "DAY"), "dd") })',
    );
    const inInstances = offset('reads: { a: logs.since(dateOffset(p.first_hour, 1, "DAY"), 0) }');
    const inInitial = offset(
      'reads: { a: dataset("a", { ...byHour, initial: dateOffset(p.first_hour, -1, "DAY"), uri: path`/a/${YEAR}${MONTH}${DAY}${HOUR}` }).current(0) }',
    );
    assert.deepEqual(messages(refused(inAction, "cdh5.4")), []);
    assert.match(messages(refused(inInstances, "cdh5.4")).join(), /coord:dateOffset in a choice of instances: there/);
    assert.match(messages(refused(inInitial, "cdh5.4")).join(), /coord:dateOffset in a first instance: there/);
    for (const text of [inInstances, inInitial]) assert.deepEqual(messages(refused(text, "oozie5.2")), []);
    assert.match(
      messages(refused(offset("every: endOfWeeks(1)"), "cdh5.16")).join(),
      /cdh5\.16 does not know the function coord:endOfWeeks in a frequency$/,
    );
  });

  it("see no functions in texts", () => {
    const text = `coordinator("c", { ...hourly, run: ({ formatTime, nominalTime }) =>
  show.with({ day: formatTime(nominalTime, "yyyy'coord:epochTime('") }) })`;
    assert.deepEqual(messages(refused(text, "cdh5.4")), []);
  });

  it("tell of names that are too long for a server, generated ones included", () => {
    const name = "f".repeat(48);
    const fork = `parallel("${name}", shell("a", { command: "x" }), shell("b", { command: "x" }))`;
    assert.deepEqual(
      messages(refused(fork, "cdh5.7")).map((one) => one.replaceAll(name, "F")),
      ["NODE_NAME_LONG:1 workflow example › parallel F: the name F-join has 53 characters, and cdh5.7 allows 50"],
    );
    assert.deepEqual(messages(refused(fork, "cdh5.16")), []);
  });

  it("tell of a Spark 2 action where there is none any more, at the action", () => {
    const spark = `sequence(
  shell("a", { command: "x" }),
  spark("count", { job: collect, from: "20120301_00" }),
)`;
    assert.deepEqual(messages(refused(spark, "cdp7.3")), []);
    assert.match(
      messages(refused(spark, "oozie4.1")).join(),
      /^PROFILE_LACKS:3 workflow example › action count: oozie4\.1 has no action spark$/,
    );
  });
});
