import assert from "node:assert/strict";
import fc from "fast-check";
import { XmlDocument } from "libxml2-wasm";
import { simpleAuth } from "#src/connect/auth/index.js";
import { ConnectError } from "#src/connect/errors.js";
import { isAbsent, oozieClient, type CoordinatorAction, type Oozie } from "#src/connect/oozie/index.js";
import { propertiesXml, readProperties } from "#src/connect/oozie/properties.js";
import type { HowdahError } from "#src/core/errors.js";
import { faultProxy } from "../support/faults.js";
import { bodyOf, errorOf, json, localServers, type Handler, type LocalServer } from "./servers.js";

const workflow = "0000001-261125043522366-oozie-joe-W";
const coordinator = "0000002-261125043522366-oozie-joe-C";

/** As JsonRestServlet.sendErrorResponse does. */
function refuse(response: Parameters<Handler>[1], status: number, code: string, message: string): void {
  response.setHeader("oozie-error-code", code);
  response.setHeader("oozie-error-message", `${code}: ${message}`);
  json(response, status, { errorMessage: `${code}: ${message}`, httpStatusCode: status });
}

const action = (number: number, status = "WAITING", more = {}) => ({
  id: `${coordinator}@${number}`,
  coordJobId: coordinator,
  actionNumber: number,
  nominalTime: new Date(Date.UTC(2012, 2, 1, number - 1)).toUTCString(),
  createdTime: "Wed, 25 Nov 2026 04:56:30 GMT",
  lastModifiedTime: null,
  missingDependencies: `hdfs://a/${number}/_SUCCESS#hdfs://b/${number}`,
  pushMissingDependencies: "",
  externalId: null,
  errorCode: "",
  errorMessage: null,
  status,
  ...more,
});

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of list) found.push(one);
  return found;
}

describe("connect: Oozie", () => {
  const servers = localServers();
  const client = (server: { url: string }): Oozie =>
    servers.also(oozieClient({ url: server.url, auth: simpleAuth("joe"), pause: 1, attempts: 3 }));

  /** Answers what is listed, and keeps the bodies that came. */
  async function answering(handler: Handler): Promise<{ server: LocalServer; oozie: Oozie }> {
    const server = await servers.http(handler);
    return { server, oozie: client(server) };
  }
  async function refused(promise: Promise<unknown>): Promise<ConnectError> {
    const error = await errorOf(promise);
    assert.ok(error instanceof ConnectError, String(error));
    return error;
  }

  it("writes properties as XML that says exactly them, whatever they hold", () => {
    const text = fc
      .string({ unit: "grapheme" })
      .filter((one) => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(one));
    const name = text.map((one) => one.trim()).filter((one) => one !== "");
    fc.assert(
      fc.property(fc.dictionary(name, text), (properties) => {
        const xml = propertiesXml(properties);
        assert.deepEqual({ ...readProperties(xml) }, { ...properties });
        const document = XmlDocument.fromString(xml);
        try {
          const values = document.find("/configuration/property/value").map((node) => node.content);
          assert.deepEqual(values, Object.values(properties));
        } finally {
          document.dispose();
        }
      }),
    );
    assert.deepEqual(readProperties("<property>\r\n<name>a</name>\r\n<value>x\r\ny&#xD;</value></property>"), {
      a: "x\ny\r",
    });
  });

  it("refuses what XML cannot hold, and a property without a name", () => {
    for (const value of ["\u0000", "a\u001b[0m", "\uD800", "\uFFFE"]) {
      const error = errorFrom(() => propertiesXml({ mail: value }));
      assert.deepEqual([error.code, error.fault], ["OOZIE_PROPERTY", "user"]);
      assert.match(error.message, /"mail".*U\+[0-9A-F]{4}/);
    }
    assert.equal(errorFrom(() => propertiesXml({ " ": "x" })).code, "OOZIE_PROPERTY");
  });

  it("submits once, as XML, in the user's name, and starts what can be started", async () => {
    const bodies: string[] = [];
    const { server, oozie } = await answering((request, response) => {
      assert.match(request.headers["content-type"] ?? "", /^application\/xml/);
      void bodyOf(request).then((body) => {
        bodies.push(body);
        json(response, 201, { id: workflow });
      });
    });
    assert.equal(await oozie.submit({ "oozie.wf.application.path": "/w", x: undefined }, { start: true }), workflow);
    await oozie.submit({ "oozie.coord.application.path": "/c", "user.name": "ann" }, { start: true });
    await oozie.dryRun({ "oozie.wf.application.path": "/w" });
    assert.deepEqual(server.seen, [
      "POST /oozie/v2/jobs?action=start&user.name=joe",
      "POST /oozie/v2/jobs?user.name=joe",
      "POST /oozie/v2/jobs?action=dryrun&user.name=joe",
    ]);
    assert.equal(readProperties(bodies[1]!)["user.name"], "ann");
    assert.deepEqual(Object.keys(readProperties(bodies[0]!)), ["user.name", "oozie.wf.application.path"]);
  });

  it("never submits or reruns twice when the answer is lost, but kills again", async () => {
    const server = await servers.http((request, response) => {
      if (request.method === "GET") json(response, 200, { id: workflow, status: "KILLED", conf: "" });
      else response.end();
    });
    const proxy = servers.also(await faultProxy(server.url));
    proxy.decide = ({ method, url }) =>
      method !== "GET" && (!url.includes("action=kill") || proxy.seen.length < 3) ? { dropResponse: true } : undefined;
    const oozie = client(proxy);
    await oozie.kill(workflow);
    assert.equal(server.seen.filter((one) => one.includes("action=kill")).length, 3);
    for (const once of [
      () => oozie.submit({}),
      () => oozie.rerunWorkflow(workflow, { failed: true }),
      () => oozie.rerunActions(coordinator, { actions: [1] }),
    ]) {
      server.seen.length = 0;
      const error = await refused(once());
      assert.deepEqual([error.code, error.progress], ["CONNECT_BROKE", "unknown"]);
      assert.equal(server.seen.filter((one) => !one.startsWith("GET")).length, 1);
    }
  });

  it("sends XML with its content type where the server wants one though nothing is to be said", async () => {
    const { server, oozie } = await answering((request, response) => {
      const { pathname, searchParams } = new URL(request.url!, "http://x");
      const xml = /^application\/xml/.test(request.headers["content-type"] ?? "");
      if (!xml) return refuse(response, 400, "E0300", `Invalid content-type [${request.headers["content-type"]}]`);
      void bodyOf(request).then((body) => {
        assert.match(body, /<configuration>/);
        assert.match(pathname, /^\/oozie\/v2\/job\//);
        if (searchParams.get("action") === "coord-rerun") json(response, 200, { actions: [action(1)] });
        else response.end();
      });
    });
    const dates = { dates: [new Date("2012-03-01T00:00Z"), [new Date("2012-03-02T00:00Z"), new Date(1330736400000)]] };
    const rerun = await oozie.rerunActions(coordinator, dates as Parameters<Oozie["rerunActions"]>[1]);
    assert.equal(rerun[0]?.number, 1);
    await oozie.rerunActions(coordinator, { actions: [1, 3] }, { refresh: true, cleanup: true });
    await oozie.rerunBundle("1-B", { coordinators: ["a", "b"] });
    await oozie.slaDisable(coordinator, { actions: "1-3" });
    await oozie.slaChange(coordinator, { actions: [2] }, { shouldEnd: "5" });
    const job = `PUT /oozie/v2/job/${coordinator}`;
    const decoded = server.seen.map((one) => decodeURIComponent(one).replace("&user.name=joe", ""));
    assert.deepEqual(decoded, [
      `${job}?action=coord-rerun&type=date&scope=2012-03-01T00:00Z,2012-03-02T00:00Z::2012-03-03T01:00Z&refresh=false&nocleanup=true&failed=false`,
      `${job}?action=coord-rerun&type=action&scope=1,3&refresh=true&nocleanup=false&failed=false`,
      `PUT /oozie/v2/job/1-B?action=bundle-rerun&coord-scope=a,b&refresh=false&nocleanup=true`,
      `${job}?action=sla-disable&action-list=1-3`,
      `${job}?action=sla-change&action-list=2&value=sla-should-end=5`,
    ]);
  });

  it("says a rerun of what failed in names when an earlier one left a list of nodes", async () => {
    const bodies: Readonly<Record<string, string>>[] = [];
    let conf = "<property><name>a</name><value>1</value></property>";
    const actions = [
      { id: "1", name: "done", type: "fs", status: "OK" },
      { id: "2", name: ":start:", type: ":START:", status: "OK" },
      { id: "3", name: "bad", type: "fs", status: "ERROR" },
    ];
    const { oozie } = await answering((request, response) => {
      if (request.method === "GET")
        return json(response, 200, {
          id: workflow,
          status: "KILLED",
          actions,
          conf: `<configuration>${conf}</configuration>`,
        });
      void bodyOf(request).then((body) => {
        bodies.push(readProperties(body));
        response.end();
      });
    });
    await oozie.rerunWorkflow(workflow, { failed: true }, { b: "2" });
    conf += "<property><name>oozie.wf.rerun.skip.nodes</name><value>x</value></property>";
    await oozie.rerunWorkflow(workflow, { failed: true });
    await oozie.rerunWorkflow(workflow, { skip: ["bad"] });
    await oozie.rerunWorkflow(workflow, { skip: [] });
    const names = { "oozie.wf.rerun.failnodes": "false", "oozie.wf.rerun.skip.nodes": "done" };
    assert.deepEqual(bodies, [
      { a: "1", b: "2", "oozie.wf.rerun.failnodes": "true" },
      { a: "1", ...names },
      { a: "1", ...names, "oozie.wf.rerun.skip.nodes": "bad" },
      { a: "1", ...names, "oozie.wf.rerun.skip.nodes": "," },
    ]);
  });

  it("reads all pages of a coordinator's actions, each once, while more are made", async () => {
    let made = 7;
    const { server, oozie } = await answering((request, response) => {
      const { searchParams } = new URL(request.url!, "http://x");
      const [offset, len] = [Number(searchParams.get("offset")), Number(searchParams.get("len"))];
      const numbers = Array.from({ length: made }, (_, i) => i + 1);
      const ordered = searchParams.get("order") === "desc" ? numbers.reverse() : numbers;
      const actions = ordered.slice(offset - 1, offset - 1 + len).map((number) => action(number));
      json(response, 200, { coordJobId: coordinator, status: "RUNNING", total: made++, actions });
    });
    const numbers = (list: readonly CoordinatorAction[]) => list.map(({ number }) => number);
    const filter = { status: ["WAITING", "READY"], from: new Date(0), until: new Date("2012-03-01T05:00Z") } as const;
    const up = await all(oozie.actions(coordinator, { page: 3, ...filter }));
    assert.deepEqual(
      numbers(up),
      Array.from({ length: up.length }, (_, i) => i + 1),
    );
    assert.ok(up.length > 7);
    const sent = new URL(server.seen[0]!.slice(4), "http://x").searchParams.get("filter");
    assert.equal(sent, "status=WAITING;status=READY;nominaltime>=1970-01-01T00:00Z;nominaltime<=2012-03-01T05:00Z");
    made = 7;
    const down = numbers(await all(oozie.actions(coordinator, { page: 3, order: "desc" })));
    assert.deepEqual(down, [7, 6, 5, 4, 3, 2, 1]);
    assert.deepEqual(up[1], {
      id: `${coordinator}@2`,
      coordinatorId: coordinator,
      number: 2,
      nominal: new Date("2012-03-01T01:00Z"),
      status: "WAITING",
      created: new Date("2026-11-25T04:56:30Z"),
      modified: undefined,
      missing: ["hdfs://a/2/_SUCCESS", "hdfs://b/2"],
      pushMissing: [],
      workflowId: undefined,
      errorCode: undefined,
      errorMessage: undefined,
    });
  });

  it("shows an error of actions that have one, not what Oozie keeps of others", async () => {
    const { oozie } = await answering((_, response) =>
      json(response, 200, {
        id: workflow,
        appName: "w",
        status: "RUNNING",
        actions: ["RUNNING", "OK", "ERROR", "START_RETRY"].map((status, i) => ({
          ...{ id: `${workflow}@${i}`, name: `a${i}`, type: "hive2", status, startTime: null },
          ...{ errorCode: "EL_ERROR", errorMessage: "variable [hive] cannot be resolved" },
        })),
      }),
    );
    const { actions } = await oozie.workflow(workflow);
    assert.deepEqual(
      actions.map(({ status, errorCode, errorMessage }) => [status, errorCode, errorMessage !== undefined]),
      [
        ["RUNNING", undefined, false],
        ["OK", undefined, false],
        ["ERROR", "EL_ERROR", true],
        ["START_RETRY", "EL_ERROR", true],
      ],
    );
  });

  it("filters jobs, and does not write a filter that the server would read otherwise", async () => {
    const { server, oozie } = await answering((_, response) => json(response, 200, { workflows: [], total: 0 }));
    assert.deepEqual(await all(oozie.workflows({ name: "a&b=c", status: ["RUNNING"] })), []);
    const parameters = new URL(server.seen[0]!.slice(4), "http://x").searchParams;
    assert.deepEqual([parameters.get("filter"), parameters.get("jobtype")], ["name=a&b=c;status=RUNNING", "wf"]);
    assert.equal(((await errorOf(all(oozie.workflows({ name: "a;user=b" })))) as HowdahError).code, "OOZIE_FILTER");
    assert.equal(((await errorOf(oozie.killActions(coordinator, { actions: "" }))) as HowdahError).code, "OOZIE_SCOPE");
    assert.equal(((await errorOf(oozie.change(coordinator, {}))) as HowdahError).code, "OOZIE_SCOPE");
    assert.equal(((await errorOf(oozie.workflow(coordinator))) as HowdahError).code, "OOZIE_ID");
    assert.equal(server.seen.length, 1);
  });

  it("tells errors by Oozie's codes, whatever the status", async () => {
    const answers: [number, string, string, string][] = [
      [400, "E0604", "Job does not exist [x]", "OOZIE_ABSENT"],
      [400, "E0605", "Action does not exist [select w.id]", "OOZIE_ABSENT"],
      [401, "E0504", "App directory [/x] does not exist", "OOZIE_PATH"],
      [400, "E0307", "Runtime error [XML file [/x] does not exist and app definition cannot be created]", "OOZIE_PATH"],
      [400, "E0307", "Runtime error [x]", "OOZIE_REFUSED"],
      [401, "E0508", "User [joe] not authorized for WF job [x]", "OOZIE_FORBIDDEN"],
      [400, "E0701", "XML schema error", "OOZIE_DEFINITION"],
      [400, "E0738", "The following 1 parameters are required", "OOZIE_PROPERTY"],
      [400, "E0303", "Invalid parameter value, [show] = [missing-dependencies]", "OOZIE_UNSUPPORTED"],
      [503, "E0002", "Oozie server is in safemode.", "OOZIE_SAFE_MODE"],
      [400, "E0902", "Exception occured: [User: oozie is not allowed to impersonate joe]", "OOZIE_IMPERSONATION"],
      [401, "E1400", "User [hue] not defined as proxyuser", "OOZIE_IMPERSONATION"],
      [400, "E0805", "Workflow job not completed, status [RUNNING]", "OOZIE_REFUSED"],
    ];
    let next = answers[0]!;
    const { server, oozie } = await answering((_, response) => refuse(response, next[0], next[1], next[2]));
    for (next of answers) {
      server.seen.length = 0;
      const error = await refused(oozie.kill(workflow));
      assert.deepEqual([error.code, error.exception, error.status, server.seen.length], [next[3], next[1], next[0], 1]);
      assert.equal(isAbsent(error), next[3] === "OOZIE_ABSENT");
      assert.ok(error.message.includes(`${next[1]}: ${next[2]}`), error.message);
    }
    next = answers.find(([, code]) => code === "E0902")!;
    assert.match((await refused(oozie.kill(workflow))).next ?? "", /hadoop\.proxyuser\.oozie\.hosts.*\.groups/);
  });

  it("asks again where Oozie's database was locked and repeating does no harm, and there alone", async () => {
    const { server, oozie } = await answering((_, response) =>
      server.seen.length < 3
        ? refuse(response, 400, "E0603", "SQL error, Unable to obtain a lock")
        : response.end("{}"),
    );
    await oozie.kill(workflow);
    assert.equal(server.seen.length, 3);
    server.seen.length = 0;
    assert.equal((await refused(oozie.submit({}))).code, "OOZIE_DATABASE");
    assert.equal(server.seen.length, 1);
  });

  it("says of an answer that is none of Oozie's that it is none", async () => {
    let answer = "<html><title>Sign in</title></html>";
    const { oozie } = await answering((_, response) => response.end(answer));
    for (answer of [answer, "[]", '{"systemMode":1}', "{}", "null"])
      assert.equal((await refused(oozie.systemMode())).code, "CONNECT_ANSWER");
    answer = JSON.stringify({ coordJobId: coordinator, actions: [action(1, "WAITING", { nominalTime: "soon" })] });
    assert.match((await refused(all(oozie.actions(coordinator)))).message, /actions\[0\]\.nominalTime.*"soon"/);
  });

  it("streams a log by lines, stops when the reader does, and fails when it breaks off", async () => {
    let sent = 0;
    const { server, oozie } = await answering((request, response) => {
      if (request.url!.includes("errorlog")) return void response.end("é1\r\n2\n");
      const more = () => {
        while (sent < 1e6 && response.write(`line ${sent++}\n`));
      };
      response.on("drain", more);
      more();
    });
    assert.deepEqual(await all(oozie.log(workflow, {}, "errorlog")), ["é1", "2"]);
    const filter = { levels: ["WARN", "ERROR"], text: "x", recentMinutes: 5, limit: 10 } as const;
    const scope = { actions: "1-3" };
    for await (const line of oozie.log(coordinator, { ...filter, scope })) {
      assert.equal(line, "line 0");
      break;
    }
    assert.ok(sent < 1e6);
    const { searchParams } = new URL(server.seen[1]!.slice(4), "http://x");
    assert.equal(searchParams.get("logfilter"), "loglevel=WARN|ERROR;text=x;recent=5m;limit=10");
    assert.deepEqual([searchParams.get("type"), searchParams.get("scope")], ["action", "1-3"]);
    const proxy = servers.also(await faultProxy(server.url, { decide: () => ({ cutResponse: 2 }) }));
    assert.equal((await refused(all(client(proxy).log(workflow, {}, "errorlog")))).code, "CONNECT_BROKE");
  });

  it("shows an update's difference, and none where headings are all there is", async () => {
    let diff = "**********Job definition changes**********\n@@ -1 +1 @@\n-a\n+b\n";
    const { server, oozie } = await answering((request, response) => {
      if (request.method === "GET") json(response, 200, { coordJobId: coordinator, status: "RUNNING", actions: [] });
      else json(response, 200, { update: { diff } });
    });
    assert.equal(await oozie.updateCoordinator(coordinator, { a: "1" }, { dryRun: true }), diff);
    assert.match(server.seen[1]!, /action=update&dryrun=true&diff=true/);
    diff = "**********Job definition changes**********\n****\n";
    assert.equal(await oozie.updateCoordinator(coordinator), "");
  });
});

function errorFrom(work: () => unknown): HowdahError {
  try {
    work();
  } catch (error) {
    return error as HowdahError;
  }
  throw new Error("it threw nothing");
}
