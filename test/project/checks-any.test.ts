import assert from "node:assert/strict";
import fc from "fast-check";
import { hours, days } from "#src/core/time.js";
import { shell, email, fs, java, mkdir, credential } from "#src/oozie/actions/index.js";
import { coordinator } from "#src/oozie/coordinator.js";
import { dataset } from "#src/oozie/dataset.js";
import { DAY, HOUR, MONTH, path, text, YEAR } from "#src/oozie/el/index.js";
import { parameters, textParameter, timeParameter } from "#src/oozie/parameters.js";
import { profileOf } from "#src/oozie/profiles.js";
import { chooseVersions } from "#src/oozie/schema/versions.js";
import { kill, sequence, workflow } from "#src/oozie/workflow.js";
import { printXml } from "#src/oozie/xml.js";
import { documentProblems } from "#src/oozie/checks/index.js";
import { checkFound } from "#src/project/checks/check.js";
import { find, type Found } from "#src/project/definitions.js";
import { documentsOf } from "../support/examples.js";

/** Texts that break out of what they stand in. */
const nasty = fc.constantFrom(
  "",
  " ",
  "a b",
  '"><x/><!--',
  "]]>&amp;",
  "${wf:id()}",
  "#{1}",
  "\\${x}",
  "'; rm -rf /",
  "../..",
  "a/b",
  "a=b,c:d",
  "\u0000",
  "\u001b[2J",
  "\ud800",
  "\ufffe",
  "\u202e",
  "__proto__",
  "constructor",
  "end",
  "failed",
  "release",
  "HOUR",
  "x".repeat(129),
  "ß",
  "é-1",
);
const anyText = fc.oneof(
  { weight: 20, arbitrary: fc.stringMatching(/^[a-z][a-z_]{0,8}$/) },
  nasty,
  fc.string({ unit: "binary" }),
);

interface Texts {
  readonly workflow: string;
  readonly input: string;
  readonly node: string;
  readonly kill: string;
  readonly command: string;
  readonly argument: string;
  readonly variable: string;
  readonly property: string;
  readonly credential: string;
  readonly coordinator: string;
  readonly event: string;
  readonly dataSet: string;
  readonly folder: string;
  readonly flag: string;
  readonly parameter: string;
  readonly describe: string;
  readonly value: string;
}
const keys =
  "workflow input node kill command argument variable property credential coordinator event dataSet folder flag parameter describe value".split(
    " ",
  ) as (keyof Texts)[];
const texts = fc.record<Texts>(Object.fromEntries(keys.map((key) => [key, anyText])) as never);

/** Definitions in which the texts stand wherever a text can. */
function definitions(t: Texts): Found {
  const p = parameters({
    [t.parameter]: textParameter({ describe: t.describe, default: t.value }),
    first: timeParameter(),
    last: timeParameter(),
  });
  const own = p[t.parameter];
  const w = workflow(t.workflow, { [t.input]: "string" }, (given) =>
    sequence(
      shell(t.node, {
        command: t.command,
        arguments: [text`${t.argument}${given[t.input]!}${own!}`, t.argument],
        environment: { [t.variable]: t.argument },
        configuration: { [t.property]: t.value },
        credentials: [credential(t.credential, t.property, { [t.property]: t.value })],
      }).onError(kill(t.kill, t.argument)),
      fs("folders", [mkdir(path`/x/${t.folder}`)]),
      email("tell", { to: "ops@example.com", subject: t.value, body: t.argument }),
      java("run", { mainClass: t.command, javaOptions: [t.argument] }),
    ),
  );
  const d = dataset(t.dataSet, {
    every: hours(1),
    initial: p["first"] as never,
    uri: path`/d/${t.folder}/${YEAR}${MONTH}${DAY}${HOUR}`,
    doneFlag: t.flag,
  });
  const c = coordinator(t.coordinator, {
    every: hours(1),
    start: p["first"],
    end: p["last"],
    timeout: days(1),
    reads: { [t.event]: d.current(0) },
    run: () => w.with({ [t.input]: t.value }),
  });
  return find([c], []);
}

describe("the checks of any texts", () => {
  const files = { exists: () => true, read: () => undefined };

  it("never fail, and what they take can be written for a server that does not refuse it", () => {
    let taken = 0;
    fc.assert(
      fc.property(texts, (given) => {
        const found = definitions(given);
        const problems = checkFound(found, files);

        for (const { message, path: where } of problems)
          assert.doesNotMatch(message + where, /[\u0000-\u001f\u007f-\u009f]/);
        if (problems.some(({ severity }) => severity === "error")) return;
        taken += 1;
        const profile = profileOf("oozie5.2");
        const documents = documentsOf(found, "oozie5.2");
        assert.deepEqual(documentProblems(profile, documents), []);
        for (const { root } of documents) printXml(root, chooseVersions(root, profile).versions);
      }),
      { numRuns: 2000 },
    );
    assert.ok(taken > 20, `${taken} were taken`);
  });
});
