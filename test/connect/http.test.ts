import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Readable } from "node:stream";
import { TLSSocket } from "node:tls";
import { basicAuth, delegationToken, proxyUser, simpleAuth, spnego } from "#src/connect/auth/index.js";
import { ConnectError } from "#src/connect/errors.js";
import { Http, type HttpOptions, type RequestSpec } from "#src/connect/http.js";
import { exitCodes, type HowdahError } from "#src/core/errors.js";
import type { HowdahEvent } from "#src/core/events.js";
import { freshFolders } from "../support/folders.js";
import { closedPort, faultProxy, standbyNameNode } from "../support/faults.js";
import { certificates } from "./certificates.js";
import { bodyOf, errorOf, json, localServers } from "./servers.js";

const quick = { pause: 1, attempts: 3 };

describe("connect: HTTP", () => {
  const servers = localServers();
  const folder = freshFolders();
  const client = (options: HttpOptions) => servers.also(new Http({ name: "Test" }, { ...quick, ...options }));

  async function refused(http: Http, spec: RequestSpec): Promise<ConnectError> {
    const error = await errorOf(http.request(spec));
    assert.ok(error instanceof ConnectError, String(error));
    return error;
  }

  it("asks below the path of a gateway, with parameters encoded", async () => {
    const server = await servers.http((request, response) => json(response, 200, { url: request.url }));
    const http = client({ url: `${server.url}/gateway/default/` });
    const { text } = await http.request({ path: "/a%20b", query: { op: "LIST", glob: "x+ y&=ä", none: undefined } });
    assert.deepEqual(JSON.parse(text), { url: "/gateway/default/a%20b?op=LIST&glob=x%2B%20y%26%3D%C3%A4" });
  });

  it("repeats what is safe to repeat when the connection is cut or the server cannot serve", async () => {
    const server = await servers.http((_, response) => json(response, 200, {}));
    for (const fault of [{ cut: true }, { dropResponse: true }, { answer: { status: 503 } }]) {
      const proxy = servers.also(await faultProxy(server.url));
      proxy.decide = ({ count }) => (count < 3 ? fault : undefined);
      assert.equal((await client({ url: proxy.url }).request({ path: "/x" })).status, 200);
      assert.equal(proxy.seen.length, 3);
    }
  });

  it("never sends a POST twice once a server may have seen it, and says so", async () => {
    const server = await servers.http((_, response) => json(response, 201, {}));
    const proxy = servers.also(await faultProxy(server.url, { decide: () => ({ dropResponse: true }) }));
    const error = await refused(client({ url: proxy.url }), { method: "POST", path: "/jobs", body: "<x/>" });
    assert.deepEqual([error.code, error.progress, error.fault], ["CONNECT_BROKE", "unknown", "server"]);
    assert.match(error.next ?? "", /may have been carried out/);
    assert.deepEqual(server.seen, ["POST /jobs"]);
  });

  it("sends a POST again when nothing listened, and to the next server", async () => {
    const server = await servers.http((_, response) => json(response, 201, {}));
    const dead = `http://localhost:${await closedPort()}`;
    const events: HowdahEvent[] = [];
    const http = client({ url: [dead, server.url], emit: (event) => events.push(event) });
    await http.request({ method: "POST", path: "/jobs", body: "x" });
    await http.request({ method: "POST", path: "/jobs", body: "x" });
    assert.deepEqual(server.seen, ["POST /jobs", "POST /jobs"]);
    assert.deepEqual(
      events.map(({ event }) => event),
      ["http.failover", "http.request", "http.request"],
    );
    const error = await refused(client({ url: dead }), { path: "/" });
    assert.deepEqual([error.code, error.progress, error.exitCode], ["CONNECT_REFUSED", "unsent", exitCodes.server]);
  });

  it("passes a standby by, and names each when none is active", async () => {
    const standby = servers.also(await standbyNameNode());
    const server = await servers.http((_, response) => json(response, 200, {}));
    const kind = {
      name: "WebHDFS",
      explain: ({ exception }: { exception?: string }) =>
        exception === "StandbyException" ? { code: "HDFS_STANDBY", elsewhere: true } : undefined,
    };
    const both = servers.also(new Http(kind, { ...quick, url: [standby.url, server.url] }));
    await both.request({ method: "PUT", path: "/a" });
    await both.request({ method: "PUT", path: "/b" });
    assert.deepEqual([standby.seen.length, server.seen.length], [1, 2]);
    const dead = `http://localhost:${await closedPort()}`;
    const error = await refused(servers.also(new Http(kind, { ...quick, url: [standby.url, dead] })), { path: "/" });
    assert.match(error.message, /none of the servers.*standby.*connection refused/s);
  });

  it("keeps to its deadline for an answer, and of a stream for the next bytes", async () => {
    const slow = await servers.http((request, response) => {
      if (request.url === "/silent") return;
      response.writeHead(200).write("first");
      if (request.url === "/drip") {
        const timer = setInterval(() => response.write("."), 30);
        setTimeout(() => {
          clearInterval(timer);
          response.end();
        }, 400);
      }
    });
    const http = client({ url: slow.url, deadline: 150, attempts: 1 });
    for (const path of ["/silent", "/stuck", "/drip"]) {
      const error = await refused(http, { path });
      assert.deepEqual([path, error.code], [path, "CONNECT_TIMEOUT"]);
    }
    const drip = await http.stream({ path: "/drip" });
    assert.match(await textOf(drip.body), /^first\.{5,}$/);
    const stuck = await http.stream({ path: "/stuck" });
    const error = await errorOf(textOf(stuck.body));
    assert.ok(error instanceof ConnectError && error.code === "CONNECT_TIMEOUT");
  });

  it("stops at once when asked to", async () => {
    const server = await servers.http((request, response) => {
      if (request.url === "/stream") response.writeHead(200).write("x");
    });
    const http = client({ url: server.url });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const started = performance.now();
    const error = (await errorOf(http.request({ path: "/", signal: stop.signal }))) as HowdahError;
    assert.deepEqual([error.code, error.exitCode], ["INTERRUPTED", exitCodes.interrupted]);
    const again = new AbortController();
    const { body } = await http.stream({ path: "/stream", signal: again.signal });
    setTimeout(() => again.abort(), 20);
    assert.equal(((await errorOf(textOf(body))) as HowdahError).code, "INTERRUPTED");
    assert.equal(
      ((await errorOf(http.request({ path: "/", signal: stop.signal }))) as HowdahError).code,
      "INTERRUPTED",
    );
    assert.ok(performance.now() - started < 2000);
  });

  it("says that an answer was cut short", async () => {
    const server = await servers.http((_, response) => response.end("0123456789".repeat(1000)));
    const proxy = servers.also(await faultProxy(server.url, { decide: () => ({ cutResponse: 100 }) }));
    const { body } = await client({ url: proxy.url }).stream({ path: "/" });
    const error = await errorOf(textOf(body));
    assert.ok(error instanceof ConnectError && error.code === "CONNECT_BROKE", String(error));
  });

  it("sends a stream anew from its beginning, and reads no further once it was refused", async () => {
    const bodies: string[] = [];
    const server = await servers.http((request, response) => {
      if (request.url === "/refuse") return json(response, 403, { RemoteException: { message: "no" } });
      void bodyOf(request).then(
        (body) => {
          bodies.push(body);
          json(response, 201, {});
        },
        // It was cut.
        () => undefined,
      );
    });
    const proxy = servers.also(await faultProxy(server.url));
    proxy.decide = ({ count }) => (count === 1 ? { cutBody: 10 } : undefined);
    const text = "x".repeat(300_000);
    await client({ url: proxy.url }).request({
      method: "PUT",
      path: "/a",
      body: () => Readable.from([text.slice(0, 1000), text.slice(1000)].map((part) => Buffer.from(part))),
      length: text.length,
      repeatable: true,
    });
    assert.deepEqual(bodies.at(-1), text);
    let made = 0;
    const endless = () =>
      new Readable({
        read() {
          made++;
          this.push(Buffer.alloc(65_536));
        },
      });
    const error = await refused(client({ url: server.url }), { method: "PUT", path: "/refuse", body: endless });
    assert.equal(error.status, 403);
    const then = made;
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(made, then);
  });

  it("carries the server's own words, whichever way it says them", async () => {
    const says: Record<string, [number, Record<string, string>, string, string, string | undefined]> = {
      "/remote": [
        404,
        { "Content-Type": "application/json" },
        '{"RemoteException":{"exception":"FileNotFoundException","javaClassName":"java.io.FileNotFoundException","message":"File /a does not exist.\\n\\tat org.x.Y(Y.java:1)"}}',
        "FileNotFoundException: File /a does not exist.",
        "FileNotFoundException",
      ],
      "/oozie": [
        400,
        { "oozie-error-code": "E0604", "oozie-error-message": "E0604: Job does not exist [0-W]" },
        "<html></html>",
        "E0604: Job does not exist [0-W]",
        "E0604",
      ],
      "/livy": [400, {}, '{"msg":"Duplicate session name: Some(x)"}', "Duplicate session name: Some(x)", undefined],
      "/bare": [400, {}, '"Unrecognized field \\"x\\""', 'Unrecognized field "x"', undefined],
      "/jetty": [
        500,
        {},
        "<html><head><title>Error 500 a &lt;b&gt;</title></head><body><h2>HTTP ERROR 500</h2></body></html>",
        "Error 500 a <b>",
        undefined,
      ],
      "/nothing": [418, {}, "", "the server refused it", undefined],
    };
    const server = await servers.http((request, response) => {
      const [status, headers, body] = says[request.url ?? ""]!;
      response.writeHead(status, headers).end(body);
    });
    const http = client({ url: server.url });
    for (const [path, [status, , , words, exception]] of Object.entries(says)) {
      const error = await refused(http, { path, what: "cannot do it" });
      assert.equal(error.message, `cannot do it: ${words} (${status})`);
      assert.deepEqual([error.exception, error.where], [exception, `${server.url}${path}`]);
    }
  });

  it("follows a GET's redirect without showing a password to another host", async () => {
    const other = await servers.http((request, response) =>
      json(response, 200, request.headers.authorization ?? "none"),
    );
    const server = await servers.http((request, response) => {
      if (request.url === "/same") return json(response, 200, request.headers.authorization ?? "none");
      response.writeHead(307, { Location: request.url === "/away" ? `${other.url}/x` : "/same" }).end();
    });
    const http = client({ url: server.url, auth: basicAuth("alice", "wonderland") });
    assert.match((await http.request({ path: "/here", follow: 1 })).text, /^"Basic /);
    assert.equal((await http.request({ path: "/away", follow: 1 })).text, '"none"');
    assert.equal((await refused(http, { path: "/away" })).code, "HTTP_REDIRECT");
  });

  it("adds who asks, and on whose behalf, in Hadoop's ways", async () => {
    const server = await servers.http((request, response) =>
      json(response, 200, [request.url, request.headers["x-xsrf-header"]]),
    );
    const ask = async (options: Partial<HttpOptions>, method: "GET" | "PUT" = "GET") => {
      const kind = { name: "WebHDFS", proxyUserParameter: "doas", csrfHeader: "X-XSRF-HEADER" };
      const http = servers.also(new Http(kind, { url: server.url, ...options }));
      return JSON.parse((await http.request({ path: "/", query: { op: "X" }, method })).text) as unknown;
    };
    assert.deepEqual(await ask({ auth: simpleAuth("a b") }), ["/?op=X&user.name=a%20b", null]);
    assert.deepEqual(await ask({ auth: [simpleAuth("hue"), proxyUser("bob")] }, "PUT"), [
      "/?op=X&user.name=hue&doas=bob",
      "howdah",
    ]);
    assert.deepEqual(await ask({ auth: [simpleAuth("hue"), delegationToken("SECRET+token")] }), [
      "/?op=X&delegation=SECRET%2Btoken",
      null,
    ]);
  });

  describe("Kerberos", () => {
    /** Answers as Hadoop's AuthenticationFilter does: 401, a cookie for ten hours, 401 for a forged or stale one. */
    async function kerberized() {
      let valid = 'hadoop.auth="u=alice&t=kerberos&e=1&s=AAAA"';
      let tickets = 0;
      const server = await servers.http((request, response) => {
        const { authorization, cookie } = request.headers;
        const cleared = { "WWW-Authenticate": "Negotiate", "Set-Cookie": "hadoop.auth=; Path=/; HttpOnly" };
        if (cookie === valid) return json(response, 200, "by cookie");
        if (authorization !== `Negotiate ticket-${tickets}-HTTP@localhost`)
          return response.writeHead(401, cleared).end("<html/>");
        response.writeHead(200, { "WWW-Authenticate": "Negotiate proof", "Set-Cookie": `${valid}; Path=/; HttpOnly` });
        response.end('"by ticket"');
      });
      const steps: string[] = [];
      const load = () =>
        Promise.resolve({
          initializeClient: (principal: string) => {
            const ticket = `ticket-${++tickets}-${principal}`;
            return Promise.resolve({
              step: (challenge: string) => {
                steps.push(challenge);
                return challenge === "forged" ? Promise.reject(new Error("bad proof")) : Promise.resolve(ticket);
              },
            });
          },
        });
      return { server, load, steps, rotate: () => (valid = 'hadoop.auth="u=alice&t=kerberos&e=2&s=BBBB"') };
    }

    it("negotiates once, goes on by the cookie, and negotiates anew when that is stale", async () => {
      const { server, load, steps, rotate } = await kerberized();
      const http = client({ url: server.url, auth: spnego({ load }) });
      const ask = async () => (await http.request({ path: "/" })).text;
      assert.deepEqual([await ask(), await ask()], ['"by ticket"', '"by cookie"']);
      assert.deepEqual(steps, ["", "proof"]);
      rotate();
      assert.deepEqual([await ask(), await ask()], ['"by ticket"', '"by cookie"']);
      assert.equal(server.seen.length, 5);
    });

    it("says what is missing: the package, a ticket, the server's proof", async () => {
      const { server } = await kerberized();
      const ask = async (load: Parameters<typeof spnego>[0]) =>
        (await errorOf(client({ url: server.url, auth: spnego(load) }).request({ path: "/" }))) as HowdahError;
      const none = {
        load: () => Promise.resolve({ initializeClient: () => Promise.reject(new Error("No credentials cache")) }),
      };
      assert.match((await ask(none)).message, /HTTP@localhost: No credentials cache/);
      assert.match((await ask(none)).next ?? "", /klist.*kinit/);
      const missing = await ask({});
      assert.deepEqual([missing.code, /npm install kerberos/.test(missing.next ?? "")], ["KERBEROS_MISSING", true]);
    });

    it("says that a ticket has expired, is not taken, or is wanted at all", async () => {
      const { server, load, rotate } = await kerberized();
      let expired = false;
      const expiring = async () => {
        const { initializeClient } = await load();
        return {
          initializeClient: (name: string) =>
            expired ? Promise.reject(new Error("Ticket expired")) : initializeClient(name),
        };
      };
      const failed = async (http: Http) => (await errorOf(http.request({ path: "/" }))) as HowdahError;
      const http = client({ url: server.url, auth: spnego({ load: expiring }) });
      await http.request({ path: "/" });
      expired = true;
      rotate();
      const late = await failed(http);
      assert.deepEqual([late.code, late.exitCode], ["KERBEROS_TICKET", 5]);
      assert.match(late.message, /no ticket for HTTP@localhost: Ticket expired/);
      assert.match(late.next ?? "", /klist.*kinit/);

      const foreign = () =>
        Promise.resolve({
          initializeClient: () => Promise.resolve({ step: () => Promise.resolve("of-another-realm") }),
        });
      const refused = await failed(client({ url: server.url, auth: spnego({ load: foreign }) }));
      assert.deepEqual([refused.code, refused.exitCode], ["HTTP_UNAUTHORIZED", 5]);
      assert.match(refused.next ?? "", /does not take the ticket: `klist`.*`kinit`.*asked by: Kerberos/);

      const without = await failed(client({ url: server.url, auth: simpleAuth("ann") }));
      assert.match(without.next ?? "", /wants Kerberos: .*`kinit`, and set `kerberos: true` in the target/);
    });
  });

  describe("TLS", () => {
    it("refuses an unknown authority and another name, accepts its own authority and shows a client's certificate", async function () {
      const made = certificates(this, folder());
      const { ca, server: pair, client: own } = made;
      const server = await servers.https(
        { key: pair.key, cert: pair.cert, ca, requestCert: true, rejectUnauthorized: false },
        ({ socket }, response) => {
          assert.ok(socket instanceof TLSSocket);
          json(response, 200, socket.authorized ? socket.getPeerCertificate().subject.CN : "nobody");
        },
      );
      const unknown = await refused(client({ url: server.url }), { path: "/" });
      assert.deepEqual([unknown.code, unknown.progress, /tls\.ca/.test(unknown.next ?? "")], ["TLS", "unsent", true]);
      const other = await refused(client({ url: server.url.replace("localhost", "127.0.0.1"), tls: { ca } }), {
        path: "/",
      });
      assert.deepEqual([other.code, /another name/.test(other.message)], ["TLS", true]);
      const tls = { ca: made.caFile, cert: own.cert, key: own.key };
      assert.equal((await client({ url: server.url, tls }).request({ path: "/" })).text, '"client"');
      assert.equal((await client({ url: server.url, tls: { verify: false } }).request({ path: "/" })).text, '"nobody"');
      const plain = await servers.http((_, response) => response.end());
      const wrong = await refused(client({ url: plain.url.replace("http:", "https:") }), { path: "/" });
      assert.equal(wrong.code, "TLS");
    });
  });

  it("imports neither axios nor TLS before the first request", () => {
    const program = `
      const before = new Set(process.moduleLoadList);
      const { Http } = await import(${JSON.stringify(join(process.cwd(), "dist/connect/http.js"))});
      new Http({ name: "x" }, { url: "http://localhost:1" });
      console.log(process.moduleLoadList.filter((name) => !before.has(name) && /https?$|tls/.test(name)).join());`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    assert.equal(stdout.trim(), "");
  });

  it("refuses a URL that is none, or that carries a password, without repeating it", () => {
    assert.throws(() => new Http({ name: "T" }, { url: "hdfs://nn:8020" }), /http:\/\/ or https:\/\//);
    assert.throws(
      () => new Http({ name: "T" }, { url: "http://bob:hunter2@nn:9870" }),
      (error: HowdahError) => error.code === "CONNECT_URL" && !error.where?.includes("hunter2"),
    );
  });
});

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
