import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HowdahEvent } from "#src/core/events.js";
import type { Instant } from "#src/core/time.js";
import { parseOozieTime } from "#src/core/time.js";
import { run, type RunReport } from "#src/local/run.js";
import { projectIn } from "../support/definitions.js";
import { withFolder, withTarget } from "../support/project.js";

const definitions = `
import * as h from "howdah";
const p = h.parameters({ data: h.pathParameter() });
const at = (name) => h.path\`\${p.data}/\${name}\`;
const failing = h.workflow("failing", {}, () => h.sequence(
  h.shell("first", { command: "true" }),
  h.shell("broken", { command: "false" }),
).onError(h.sequence(
  h.email("mail", { to: "ops@example.com", subject: h.text\`\${h.wf.lastErrorNode} of \${h.wf.name}\`, body: h.wf.errorMessage() }),
  h.fs("note", [h.touch(at("noted"))]),
)));
const copying = h.workflow("copying", {}, () => h.sequence(
  h.distcp("into", { from: [at("from/x")], to: at("to") }),
  h.distcp("contents", { from: [at("from")], to: at("updated"), options: ["-update"] }),
  h.shell("read", { command: "sh", arguments: ["-c", "echo lines=$(cat given)"], files: [at("from/given")], prepare: [h.remove(at("old"))], captureOutput: true }),
  h.decide("right", [h.when(h.equal(h.outputOf("read", "lines"), "7"), h.fs("done", [h.touch(at("done"))]))], h.kill("wrong", h.outputsOf("read"))),
));
const javaOnly = h.workflow("java-only", {}, () => h.java("run", { mainClass: "a.B" }));
const inputs = h.dataset("inputs", { every: h.days(1), initial: "2012-03-01T00:00Z", uri: h.path\`\${p.data}/in/\${h.YEAR}\${h.MONTH}\${h.DAY}\` });
const note = h.workflow("note", { what: "string" }, ({ what }) => h.shell("note", { command: "sh", arguments: ["-c", 'echo "$1" >> "$2"', "sh", what, at("notes")] }));
const lately = h.coordinator("lately", {
  every: h.days(1), start: "2012-03-01T00:00Z", end: "2012-03-06T00:00Z",
  reads: { newest: inputs.latest(0) },
  run: ({ nominalTime, formatTime, reads }) => note.with({ what: h.text\`\${formatTime(nominalTime, "dd")} \${reads.newest}\` }),
});
const monthly = h.coordinator("monthly", {
  every: h.endOfMonths(1), start: "2012-01-15T00:00Z", end: "2012-05-01T00:00Z", timezone: "Europe/Berlin", reads: {},
  run: ({ nominalTime }) => note.with({ what: h.text\`\${nominalTime}\` }),
});
const weekdays = h.coordinator("weekdays", {
  every: h.cron("0 10 ? * 2-6"), start: "2012-03-01T00:00Z", end: "2012-03-07T00:00Z", reads: {},
  run: ({ nominalTime }) => note.with({ what: h.text\`\${nominalTime}\` }),
});
export default h.defineConfig({ name: "actions", definitions: [failing, copying, javaOnly, lately, monthly, weekdays], targets: { here: h.folder("data", (root) => ({ parameters: { data: root } })) } });
`;

async function inProject(
  work: (place: { folder: string; ran: (name: string) => Promise<RunReport>; events: HowdahEvent[] }) => Promise<void>,
): Promise<void> {
  await withFolder(async (root) => {
    const project = await projectIn(root, { "howdah.config.ts": definitions });
    const folder = join(root, "data");
    mkdirSync(folder);
    const events: HowdahEvent[] = [];
    const window = { from: 0 as Instant, until: parseOozieTime("2013-01-01T00:00Z")! };
    const ran = (name: string): Promise<RunReport> =>
      withTarget({ project, folder }, (target) =>
        run(target, {
          name,
          ...(project.definitions.coordinators.has(name) ? window : {}),
          emit: (event) => events.push(event),
        }),
      );
    await work({ folder, ran, events });
  });
}

describe("actions on a laptop", () => {
  it("run one handler for any action of a composition, which knows what failed and tells of the mail it would send", () =>
    inProject(async ({ folder, ran, events }) => {
      const { actions } = await ran("failing");
      assert.equal(actions[0]?.status, "failed");
      const mail = events.find(({ event }) => event === "mail");
      assert.deepEqual([mail?.["to"], mail?.["subject"]], ["ops@example.com", "broken of failing"]);
      assert.match(String(mail?.["body"]), /action broken: false ended with 1/);
      assert.ok(existsSync(join(folder, "noted")));
    }));

  it("copy as distcp does, prepare, take files of the target, and hand on what was printed", () =>
    inProject(async ({ folder, ran }) => {
      mkdirSync(join(folder, "from"));
      mkdirSync(join(folder, "to"));
      mkdirSync(join(folder, "updated"));
      mkdirSync(join(folder, "old"));
      writeFileSync(join(folder, "from", "x"), "x");
      writeFileSync(join(folder, "from", "given"), "7");
      const { actions } = await ran("copying");
      assert.deepEqual(
        actions.map(({ status }) => status),
        ["ran"],
      );
      for (const path of ["to/x", "updated/x", "updated/given", "done"])
        assert.ok(existsSync(join(folder, path)), path);
      assert.ok(!existsSync(join(folder, "old")) && !existsSync(join(folder, "updated", "from")));
    }));

  it("say what only a cluster can run", () =>
    inProject(async ({ ran }) => {
      const [action] = (await ran("java-only")).actions;
      assert.equal(action?.error?.["code"], "CANNOT_RUN_HERE");
      assert.match(String(action.error["message"]), /action run is of the kind java/);
    }));
});

describe("coordinators on a laptop", () => {
  it("take the latest complete instance, gaps skipped, and wait while there is none", () =>
    inProject(async ({ folder, ran }) => {
      for (const day of ["02", "04"]) mkdirSync(join(folder, "in", `201203${day}`), { recursive: true });
      for (const day of ["02", "04"]) writeFileSync(join(folder, "in", `201203${day}`, "_SUCCESS"), "");
      const { actions } = await ran("lately");
      const waiting = actions.filter(({ status }) => status === "waiting");
      assert.deepEqual(
        waiting.map(({ nominal, missing }) => [nominal, missing]),
        [["2012-03-01T00:00Z", ["latest(0) of inputs"]]],
      );
      const notes = readFileSync(join(folder, "notes"), "utf8").trim().split("\n");
      assert.deepEqual(
        notes.map((note) => note.replace(/^(\d\d) .*\/(\d+)$/, "$1 $2")),
        ["02 20120302", "03 20120302", "04 20120304", "05 20120304"],
      );
    }));

  it("act at the end of months on their zone's clock, and by cron expressions", () =>
    inProject(async ({ folder, ran }) => {
      await ran("monthly");
      await ran("weekdays");
      assert.deepEqual(readFileSync(join(folder, "notes"), "utf8").trim().split("\n"), [
        "2012-01-31T23:00Z",
        "2012-02-29T23:00Z",
        "2012-03-31T22:00Z",
        "2012-04-30T22:00Z",
        "2012-03-01T10:00Z",
        "2012-03-02T10:00Z",
        "2012-03-05T10:00Z",
        "2012-03-06T10:00Z",
      ]);
    }));
});
