import assert from "node:assert/strict";
import { cluster as clusterTarget } from "#src/index.js";
import { follow } from "#src/operate/follow.js";
import { LostLooks, lookedInto, lostActions } from "#src/operate/lost.js";
import { readTree } from "#src/operate/tree.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import { json, localServers, type LocalServer } from "../connect/servers.js";
import { StandInOozie } from "./oozie.js";

const connecting = "Connecting to jdbc:hive2://h:10000/default\n";
const refused =
  "Error: Could not open client transport with JDBC Uri: jdbc:hive2://h:10000/default: java.net.ConnectException (state=08S01,code=0)";
const connected = "Connected to: Apache Hive (version 3.1.3)\n";

describe("operate: actions that ended OK and did nothing", () => {
  const servers = localServers();
  /** What the launcher of each application wrote on its error output; undefined: its log is gone. */
  const logs = new Map<string, string | undefined>();
  let oozie: StandInOozie;
  let yarn: LocalServer;
  let on: Cluster;

  beforeEach(async () => {
    logs.clear();
    oozie = new StandInOozie();
    const asked = await servers.http(oozie.handler);
    yarn = await servers.http((request, response) => {
      const { pathname } = new URL(request.url!, "http://x");
      const [, id = ""] = /(?:application|container)_(\d+_\d+)/.exec(pathname) ?? [];
      const text = logs.get(`application_${id}`);
      if (pathname.endsWith("/appattempts")) {
        const attempt = { id: 1, containerId: `container_${id}_01_000001`, nodeHttpAddress: new URL(yarn.url).host };
        return json(response, 200, { appAttempts: { appAttempt: [attempt] } });
      }
      if (pathname.includes("/apps/"))
        return json(response, 200, { app: { id: `application_${id}`, state: "FINISHED", finalStatus: "SUCCEEDED" } });
      if (text === undefined) return json(response, 404, { RemoteException: { exception: "NotFoundException" } });
      if (pathname.endsWith("/logs"))
        return json(response, 200, { containerLogInfo: [{ fileName: "stderr", fileSize: String(text.length) }] });
      response.end(`LogType:stderr\nLogLength:${text.length}\nLogContents:\n${text}\nEnd of LogType:stderr\n`);
    });
    const target = clusterTarget({
      ...({ profile: "oozie5.2", nameNode: "hdfs://nn:8020", resourceManager: "rm:8032", root: "/r" } as const),
      oozie: `${asked.url}/oozie`,
      yarn: yarn.url,
      login: { user: "joe" },
    });
    on = servers.also(openCluster({ name: "there", target }, { root: "/nowhere" }));
  });

  /** A workflow that has succeeded, of hive2 actions whose launchers wrote these. */
  function workflowOf(...texts: readonly (string | undefined)[]): string {
    const actions = texts.map((text, i) => {
      logs.set(`application_1_000${i}`, text);
      const name = `ask-${i}`;
      return { id: `w@${name}`, name, type: "hive2", status: "OK", externalId: `application_1_000${i}` };
    });
    const others = [
      { id: "w@shell", name: "shell", type: "shell", status: "OK", externalId: "application_1_0000" },
      { id: "w@failed", name: "failed", type: "hive2", status: "ERROR", externalId: "application_1_0000" },
    ];
    return oozie.add("wf", "w", "SUCCEEDED", { actions: [...actions, ...others] }).id;
  }

  it("are those whose beeline had no connection to the end", async () => {
    const http = "Error: Could not establish connection to jdbc:hive2://h:10001/: HTTP Response code: 401";
    const id = workflowOf(
      `${connecting}${refused}\n`,
      `${connecting}${connected}0: jdbc:hive2> select 1;\n`,
      `${connecting}WARN ${refused}\n${connected}`,
      `${connecting}${http}\n`,
      undefined,
    );
    const lost = lostActions(await readTree(on, id, { lost: lookedInto(on) }));
    assert.deepEqual(
      lost.map(({ name, said }) => [name, said]),
      [
        ["ask-0", refused],
        ["ask-3", http],
      ],
    );
    assert.deepEqual(lostActions(await readTree(on, id)), [], "nobody looked");
  });

  it("are told once by whoever follows, and are in the tree at the end", async () => {
    const id = workflowOf(`${connecting}${refused}\n`);
    const events: unknown[] = [];
    const tree = await follow(on, id, { every: 1, emit: ({ event, name }) => events.push([event, name]) });
    assert.deepEqual(events.slice(-1), [["action.lost", "ask-0"]]);
    assert.equal(events.filter((one) => (one as string[])[0] === "action.lost").length, 1);
    assert.equal(lostActions(tree).length, 1);
  });

  it("are looked into once each", async () => {
    workflowOf(`${connecting}${refused}\n`);
    const looks = new LostLooks(on, undefined);
    assert.equal(looks.soFar("application_1_0000"), undefined);
    assert.equal(await looks.finish(), true);
    const { length } = yarn.seen;
    assert.equal(looks.soFar("application_1_0000"), refused);
    assert.equal(await looks.of("application_1_0000"), refused);
    assert.equal(await looks.finish(), false);
    assert.equal(yarn.seen.length, length);
  });
});
