import assert from "node:assert/strict";
import { ConnectError } from "#src/connect/errors.js";
import { jobHistoryClient, nodeManagerClient, yarnClient } from "#src/connect/yarn.js";
import { bodyOf, errorOf, json, localServers } from "./servers.js";

const id = "application_1795581309036_0001";
const container = "container_1795581309036_0001_01_000001";
const app = {
  id,
  user: "joe",
  name: "load",
  queue: "default",
  state: "FINISHED",
  finalStatus: "FAILED",
  diagnostics: "User application exited with status 1\n",
  applicationType: "SPARK",
  applicationTags: "livy-batch-0-g5mxvzsi,other",
  startedTime: 1795587277021,
  finishedTime: 0,
  trackingUrl: "http://x/",
  runningContainers: -1,
  allocatedMB: 768,
  allocatedVCores: -1,
};
const absent = {
  RemoteException: {
    exception: "NotFoundException",
    message: `java.lang.Exception: app with id: ${id} not found`,
    javaClassName: "org.apache.hadoop.yarn.webapp.NotFoundException",
  },
};

describe("connect: YARN", () => {
  const servers = localServers();
  const quick = { pause: 1, attempts: 3 };
  async function refused(promise: Promise<unknown>): Promise<ConnectError> {
    const error = await errorOf(promise);
    assert.ok(error instanceof ConnectError, String(error));
    return error;
  }

  it("reads applications, and says that one is not there", async () => {
    const server = await servers.http((request, response) => {
      const { pathname } = new URL(request.url!, "http://x");
      if (pathname.endsWith(`/apps/${id}`)) return json(response, 200, { app });
      if (pathname.endsWith("/apps"))
        return json(response, 200, { apps: request.url!.includes("user=no") ? null : { app: [app] } });
      if (pathname.endsWith("/appattempts"))
        return json(response, 200, {
          appAttempts: { appAttempt: [{ id: 1, startTime: 1795587277091, finishedTime: 0, containerId: container }] },
        });
      json(response, 404, absent);
    });
    const yarn = servers.also(yarnClient({ url: server.url, ...quick }));
    const found = await yarn.application(id);
    assert.deepEqual(found, {
      id,
      name: "load",
      user: "joe",
      queue: "default",
      type: "SPARK",
      state: "FINISHED",
      finalStatus: "FAILED",
      diagnostics: "User application exited with status 1",
      tags: ["livy-batch-0-g5mxvzsi", "other"],
      trackingUrl: "http://x/",
      started: new Date(1795587277021),
      finished: undefined,
      containers: undefined,
      megabytes: 768,
      vcores: undefined,
    });
    assert.deepEqual(await yarn.applications({ states: ["RUNNING", "ACCEPTED"], tags: ["A"], limit: 3 }), [found]);
    assert.deepEqual(await yarn.applications({ user: "no" }), []);
    assert.equal((await yarn.attempts(id))[0]?.container, container);
    assert.equal((await refused(yarn.application("application_1_0001"))).code, "YARN_ABSENT");
    assert.equal(server.seen[1], "GET /ws/v1/cluster/apps?states=RUNNING%2CACCEPTED&applicationTags=a&limit=3");
  });

  it("kills by wishing for the state", async () => {
    const server = await servers.http((request, response) => {
      assert.equal(request.headers["content-type"], "application/json");
      void bodyOf(request).then((body) => json(response, 202, { ...JSON.parse(body), state: "ACCEPTED" }));
    });
    const yarn = servers.also(yarnClient({ url: server.url, ...quick }));
    assert.equal(await yarn.kill(id), "ACCEPTED");
    assert.deepEqual(server.seen, [`PUT /ws/v1/cluster/apps/${id}/state`]);
  });

  it("asks the other ResourceManager where one is a standby", async () => {
    const standby = await servers.http((_, response) => {
      response.setHeader("Refresh", "3; url=http://other:8088/");
      response.writeHead(307, { Location: "http://other:8088/" }).end("This is standby RM. The redirect url is: /\n");
    });
    const active = await servers.http((_, response) => json(response, 200, { app }));
    const yarn = servers.also(yarnClient({ url: [standby.url, active.url], ...quick }));
    assert.equal((await yarn.application(id)).name, "load");
    await yarn.application(id);
    assert.deepEqual([standby.seen.length, active.seen.length], [1, 2]);
    const none = servers.also(yarnClient({ url: standby.url, ...quick }));
    assert.equal((await refused(none.kill(id))).code, "YARN_STANDBY");
  });

  it("takes logs out of what the servers write around them", async () => {
    const heading = (type: string, length: number) =>
      `Container: ${container} on localhost_8041\nLogAggregationType: ${type}\n${"=".repeat(67)}\n` +
      `LogType:x\nLogLastModifiedTime:Wed Nov 25 06:14:55 +0000 2026\nLogLength:${length}\nLogContents:\n`;
    const contents = new Map([
      ["lines", "a\nEnd of LogType:fake\nlast\n"],
      ["cut", "no line feed"],
      ["empty", ""],
    ]);
    const file = { fileName: "lines", fileSize: "26", lastModifiedTime: "Wed Nov 25 06:14:55 +0000 2026" };
    const list = { containerLogsInfo: { containerLogInfo: [file], containerId: container } };
    const server = await servers.http((request, response) => {
      const { pathname } = new URL(request.url!, "http://x");
      const name = pathname.split("/").at(-1)!;
      const [runs, content] = [pathname.startsWith("/ws/v1/node/"), contents.get(name)];
      if (name === "logs") return json(response, 200, runs ? [list.containerLogsInfo] : list);
      if (content === undefined && runs) {
        // What a container has not written to yet.
        const message = "java.lang.Exception: Cannot find this log on the local disk.";
        return json(response, 404, { RemoteException: { message } });
      }
      if (content === undefined) return void response.end(`Can not find logs for container:${container}`);
      const end = runs ? `End of LogType:${name}.This log file belongs to a running` : `\nEnd of LogType:${name}\n`;
      response.end(`${heading(runs ? "LOCAL" : "AGGREGATED", content.length)}${content}${end}\n****\n\n`);
    });
    for (const client of [jobHistoryClient({ url: server.url, ...quick }), nodeManagerClient({ url: server.url })]) {
      servers.also(client);
      assert.deepEqual(await client.logFiles(container), [{ name: "lines", bytes: 26 }]);
      for (const [name, content] of contents) assert.equal(await client.log(container, name, 100), content);
      assert.match(server.seen.at(-1)!, /containerlogs\/.*\?size=-100$/);
      assert.equal((await refused(client.log(container, "nofile"))).code, "YARN_ABSENT");
    }
  });

  it("reads a MapReduce job that is over", async () => {
    const job = { id: "job_1_0001", name: "distcp", user: "joe", state: "SUCCEEDED", mapsTotal: 2, mapsCompleted: 2 };
    const server = await servers.http((request, response) =>
      request.url!.endsWith("job_1_0001") ? json(response, 200, { job }) : json(response, 404, absent),
    );
    const history = servers.also(jobHistoryClient({ url: server.url, ...quick }));
    const found = await history.job("job_1_0001");
    assert.deepEqual([found.state, found.maps, found.reduces.total], ["SUCCEEDED", { total: 2, completed: 2 }, 0]);
    assert.equal((await refused(history.job("job_1_0002"))).code, "YARN_ABSENT");
  });

  it("takes a container whose logs are gone, or not there yet, for absent", async () => {
    for (const message of [
      "org.apache.hadoop.yarn.webapp.NotFoundException: java.lang.Exception: Can not get log meta for request.",
      "java.lang.Exception: Cannot find this log on the local disk.",
    ]) {
      const server = await servers.http((_, response) =>
        json(response, 500, { RemoteException: { exception: "WebApplicationException", message } }),
      );
      const client = servers.also(jobHistoryClient({ url: server.url, ...quick }));
      assert.equal((await refused(client.logFiles(container))).code, "YARN_ABSENT");
    }
  });
});
