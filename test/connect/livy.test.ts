import assert from "node:assert/strict";
import { ConnectError } from "#src/connect/errors.js";
import { livyClient, type Livy } from "#src/connect/livy.js";
import { faultProxy } from "../support/faults.js";
import { bodyOf, errorOf, json, localServers, type Handler } from "./servers.js";

const one = (id: number, name: string | null = null, state = "starting") => ({
  id,
  name,
  owner: null,
  proxyUser: null,
  state,
  appId: null,
  appInfo: { driverLogUrl: null, sparkUiUrl: null },
  log: ["stdout: ", "\nstderr: "],
});

/** Batches as SessionServlet and BatchSessionServlet of 0.7.1 serve them. */
function livyServer(): Handler {
  const batches = new Map<number, ReturnType<typeof one>>();
  const bySpelling = (text: string) =>
    /^\d+$/.test(text) ? batches.get(Number(text)) : [...batches.values()].find(({ name }) => name === text);
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, "http://x");
    const [, , spelled, part] = pathname.split("/").map(decodeURIComponent);
    const guarded = request.method !== "GET" && request.headers["x-requested-by"] === undefined;
    if (guarded) return void response.writeHead(400).end("<html><h1>Missing Required Header for CSRF protection.</h1>");
    if (request.method === "POST")
      return void bodyOf(request).then((body) => {
        const { name = null, file } = JSON.parse(body) as { name?: string; file?: string };
        if (file === undefined) return json(response, 400, "File is required.");
        if (name !== null && bySpelling(name) !== undefined)
          return json(response, 400, { msg: `Duplicate session name: Some(${name}) for session 9` });
        const made = one(batches.size, name);
        batches.set(made.id, made);
        response.setHeader("Location", `/batches/${made.id}`);
        json(response, 201, made);
      });
    if (spelled === undefined) {
      const [from, size] = [Number(searchParams.get("from")), Number(searchParams.get("size"))];
      const sessions = [...batches.values()].reverse().slice(from, from + size);
      return json(response, 200, { from, total: batches.size, sessions });
    }
    const batch = bySpelling(spelled);
    if (batch === undefined) return json(response, 404, { msg: `Session '${spelled}' not found.` });
    if (request.method === "DELETE") {
      batches.delete(batch.id);
      return json(response, 200, { msg: "deleted" });
    }
    if (part === "state") return json(response, 200, { id: batch.id, state: batch.state });
    if (part === "log") return json(response, 200, { id: batch.id, from: 3, total: 5, log: ["d", "e"] });
    json(response, 200, batch);
  };
}

describe("connect: Livy", () => {
  const servers = localServers();
  const client = ({ url }: { url: string }): Livy => servers.also(livyClient({ url, pause: 1, attempts: 3 }));
  async function refused(promise: Promise<unknown>): Promise<ConnectError> {
    const error = await errorOf(promise);
    assert.ok(error instanceof ConnectError, String(error));
    return error;
  }

  it("posts, finds by name, reads state and log, and cancels", async () => {
    const server = await servers.http(livyServer());
    const livy = client(server);
    const posted = await livy.post({ file: "/a.py", name: "load 1/2", args: ["x"] });
    assert.deepEqual([posted.id, posted.name, posted.state, posted.appId], [0, "load 1/2", "starting", undefined]);
    assert.deepEqual(await livy.find("load 1/2"), posted);
    assert.equal(await livy.find("load"), undefined);
    assert.deepEqual(await livy.get(0), posted);
    assert.equal(await livy.state(0), "starting");
    assert.deepEqual(await livy.log(0, { from: 3, size: 2 }), { from: 3, total: 5, lines: ["d", "e"] });
    assert.deepEqual([await livy.cancel(0), await livy.cancel(0)], [true, false]);
    assert.equal((await refused(livy.get(0))).code, "LIVY_ABSENT");
  });

  it("does not take a name of digits for an id", async () => {
    const livy = client(await servers.http(livyServer()));
    await livy.post({ file: "/a.py", name: "7" });
    assert.equal((await livy.find("7"))?.id, 0);
    assert.equal(await livy.find("0"), undefined);
  });

  it("lists all pages by id", async () => {
    const livy = client(await servers.http(livyServer()));
    for (let i = 0; i < 205; i++) await livy.post({ file: "/a.py" });
    const ids = (await livy.list()).map(({ id }) => id);
    assert.deepEqual(
      ids,
      ids.map((_, i) => i),
    );
    assert.equal(ids.length, 205);
  });

  it("says which refusal is which", async () => {
    const livy = client(await servers.http(livyServer()));
    await livy.post({ file: "/a.py", name: "a" });
    const taken = await refused(livy.post({ file: "/a.py", name: "a" }));
    assert.deepEqual([taken.code, taken.status], ["LIVY_DUPLICATE", 400]);
    const lacking = await refused(livy.post({} as { file: string }));
    assert.equal(lacking.code, "LIVY_REFUSED");
    assert.match(lacking.message, /File is required/);
  });

  it("never posts twice when the answer is lost; the batch is found by its name then", async () => {
    const server = await servers.http(livyServer());
    const proxy = servers.also(await faultProxy(server.url));
    proxy.decide = ({ method }) => (method === "POST" ? { dropResponse: true } : undefined);
    const livy = client(proxy);
    const error = await refused(livy.post({ file: "/a.py", name: "once" }));
    assert.deepEqual([error.code, error.progress], ["CONNECT_BROKE", "unknown"]);
    assert.equal((await livy.find("once"))?.id, 0);
    assert.equal((await livy.list()).length, 1);
  });
});
