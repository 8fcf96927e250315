import assert from "node:assert/strict";
import { landReadings, removeFolder, sensorsProject } from "../support/command.js";
import { onTerminal } from "../support/terminal.js";

describe("howdah on a terminal", () => {
  let project = "";
  beforeEach(() => {
    project = sensorsProject();
    landReadings(project, { "20210501_00": ["a,2021-05-01 00:10,51.5"], "20210501_01": [], "20210501_02": [] });
  });
  afterEach(() => removeFolder(project));

  it("shows how far it is on one line, of which nothing is left behind", async () => {
    const run = await onTerminal(["run"], project);
    assert.equal(run.code, 0, run.written);
    assert.ok(
      run.seen.some((line) => /^[012]\/\d+ {2}.*2021-05-01T0/.test(line)),
      run.written,
    );
    assert.ok(
      run.screen.every((line) => !/^\d+\/\d+ /.test(line)),
      run.screen.join("\n"),
    );
    assert.match(run.screen.join("\n"), /^done: 3 ran, 0 were done before/m);
  });

  it("colours what it says, unless NO_COLOR or a terminal without any asks for none", async () => {
    const coloured = await onTerminal(["run", "--dry-run"], project);
    assert.match(coloured.written, /\u001b\[33mwaits/);
    for (const env of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
      const plain = await onTerminal(["run", "--dry-run"], project, env);
      assert.doesNotMatch(plain.written, /\u001b\[\d*m/);
      assert.deepEqual(
        plain.screen.filter((line) => line.startsWith("waits")),
        coloured.screen.filter((line) => line.startsWith("waits")),
      );
    }
  });

  it("keeps progress out of what machines read", async () => {
    const run = await onTerminal(["run", "--json"], project);
    assert.equal(run.code, 0, run.written);
    assert.equal((JSON.parse(run.written) as { counts: { ran: number } }).counts.ran, 3);
  });
});
