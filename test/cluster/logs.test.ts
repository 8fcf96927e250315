import assert from "node:assert/strict";
import { isOver } from "#src/connect/oozie/index.js";
import { logs, type LogPart, type LogsRequest } from "#src/operate/logs/logs.js";
import { isHowdahError } from "#src/core/errors.js";
import { needCluster } from "../support/cluster.js";
import { operated, type Operated } from "./operated.js";
import { all, until } from "./waiting.js";

describe("cluster: logs", function () {
  this.timeout(400_000);
  let it_: Operated;
  const ids: Record<string, string> = {};

  before(async function () {
    const at = needCluster(this);
    it_ = await operated(at);
    await it_.deploy();
    for (const name of ["ask", "job"]) ids[name] = await it_.submit("workflow", `${name}-${it_.run}`);
    ids["failing"] = await it_.submit("coordinator", `failing-${it_.run}`);
  });
  // Undefined where the suite was skipped.
  after(() => (it_ as Operated | undefined)?.end());

  const over = (name: string) => until(name, () => it_.cluster.oozie.status(ids[name]!), isOver, { seconds: 300 });
  const read = (what: string, more: Partial<LogsRequest> = {}): Promise<readonly LogPart[]> =>
    all(logs(it_.cluster, it_.project.definitions, { what, ...more }));
  /** The decisive lines of the first action; YARN takes a moment to put logs together. */
  async function decisive(what: string, wanted: RegExp): Promise<readonly LogPart[]> {
    return until(
      `the logs of ${what}`,
      () => read(what),
      ([first]) => first?.is === "action" && first.decisive.some(({ line }) => wanted.test(line)),
      { seconds: 60 },
    );
  }

  it("shows what a failing shell command said, of the coordinator's latest failure", async () => {
    await over("failing");
    const parts = await decisive(`failing-${it_.run}`, /^going down$/);
    const [first] = parts;
    assert.ok(first?.is === "action");
    assert.deepEqual(first.path, [`failing-${it_.run} 2012-03-01T00:00Z`, "stop"]);
    assert.deepEqual([first.type, first.status, first.errorCode], ["shell", "ERROR", "1"]);
    assert.ok(parts.some((part) => part.is === "log" && part.source.startsWith("Oozie's log of")));
    assert.ok(!JSON.stringify(parts).includes("hunter2secret"));
    assert.ok(JSON.stringify(parts).includes("password=***"));
  });

  it("shows Hive's error of a hive2 action", async () => {
    await over("ask");
    const [first] = await decisive(ids["ask"]!, /SemanticException.*Table not found/);
    assert.ok(first?.is === "action" && first.type === "hive2");
    assert.match(first.decisive[0]!.line, /^Error: .*Table not found/);
  });

  it("shows the driver's error of a Spark action, and no secret", async () => {
    await over("job");
    const parts = await decisive(`job-${it_.run}`, /AnalysisException.*nope/);
    const [first] = parts;
    assert.ok(first?.is === "action");
    assert.ok(
      first.decisive.some(({ source, line }) => source.startsWith("SPARK ") && line.includes("AnalysisException")),
    );
    assert.ok(
      first.decisive.some(({ line }) => /bad\.py", line 5/.test(line)),
      JSON.stringify(first.decisive),
    );
    assert.ok(!JSON.stringify(parts).includes("hunter2secret"));
    const short = await read(`job-${it_.run}`, { lines: 2 });
    assert.ok(short.every((part) => part.is !== "log" || part.lines.length <= 2));
  });

  it("names the actions that there are when another is asked for", async () => {
    const error: unknown = await read(ids["job"]!, { action: "jib" }).catch((one: unknown) => one);
    assert.ok(isHowdahError(error) && error.code === "NO_ACTION", String(error));
    assert.match(`${error.message} ${error.next ?? ""}`, /did you mean job\?.*it has come to job/);
  });
});
