import assert from "node:assert/strict";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { Http } from "#src/connect/http.js";
import { proxyFor } from "#src/connect/proxy.js";
import { freshFolders } from "../support/folders.js";
import { closed, listen } from "../support/faults.js";
import { certificates } from "./certificates.js";
import { json, localServers } from "./servers.js";

describe("connect: proxies", () => {
  const servers = localServers();
  const folder = freshFolders();
  const through = (url: string, env: Record<string, string>) => proxyFor(new URL(url), undefined, env)?.href;

  it("obeys HTTP_PROXY, HTTPS_PROXY, ALL_PROXY in either case", () => {
    const env = { HTTP_PROXY: "http://p:1", https_proxy: "p:2" };
    assert.equal(through("http://nn:9870/", env), "http://p:1/");
    assert.equal(through("https://nn:9871/", env), "http://p:2/");
    assert.equal(through("https://nn/", { ALL_PROXY: "http://p:3" }), "http://p:3/");
    assert.equal(through("https://nn/", {}), undefined);
    assert.equal(through("http://nn/", { HTTP_PROXY: "" }), undefined);
    assert.equal(proxyFor(new URL("http://nn/"), false, env), undefined);
  });

  it("obeys NO_PROXY: names and what is below them, addresses, ranges, ports", () => {
    const asked = (url: string, list: string) =>
      through(url, { http_proxy: "http://p:1", NO_PROXY: list }) !== undefined;
    assert.ok(!asked("http://nn/", "*"));
    assert.ok(!asked("http://nn.corp/", "other, .corp"));
    assert.ok(!asked("http://nn.corp/", "corp"));
    assert.ok(!asked("http://corp/", ".corp"));
    assert.ok(asked("http://nncorp/", "corp"));
    assert.ok(!asked("http://10.1.2.3/", "10.0.0.0/8"));
    assert.ok(asked("http://11.1.2.3/", "10.0.0.0/8"));
    assert.ok(!asked("http://10.1.2.3:9870/", "10.1.2.3"));
    assert.ok(!asked("http://nn:9870/", "nn:9870"));
    assert.ok(asked("http://nn:9870/", "nn:80"));
  });

  it("never asks for a loopback address through one", () => {
    for (const host of ["localhost", "127.0.0.1", "127.8.9.1", "[::1]", "hive.localhost"])
      assert.equal(through(`http://${host}:1/`, { http_proxy: "http://p:1" }), undefined, host);
  });

  /** A proxy to which every name is 127.0.0.1. */
  async function proxy(seen: string[]) {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? "");
      seen.push(`${request.method} ${url.href} ${request.headers["proxy-authorization"] ?? "-"}`);
      json(response, 200, "through");
    });
    server.on("connect", (request, client, head) => {
      seen.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? "-"}`);
      const upstream = connect(Number(request.url!.split(":")[1]), "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      upstream.on("error", () => undefined).once("close", () => client.destroy());
      client.on("error", () => undefined).once("close", () => upstream.destroy());
    });
    await listen(server);
    servers.also({ close: () => closed(server) });
    return (server.address() as AddressInfo).port;
  }

  it("sends http by way of the proxy, with its name and password, which it shows nobody", async () => {
    const seen: string[] = [];
    const port = await proxy(seen);
    const options = { url: "http://namenode.test:9870", proxy: `http://bob:hunter2@localhost:${port}` };
    const http = servers.also(new Http({ name: "T" }, options));
    assert.equal((await http.request({ path: "/x" })).text, '"through"');
    assert.deepEqual(seen, [`GET http://namenode.test:9870/x Basic ${Buffer.from("bob:hunter2").toString("base64")}`]);
  });

  it("sends https through a tunnel, and checks the certificate at its end", async function () {
    const { ca, server: pair } = certificates(this, folder(), "knox.test");
    const server = await servers.https({ key: pair.key, cert: pair.cert }, (_, response) =>
      json(response, 200, "safe"),
    );
    const seen: string[] = [];
    const port = await proxy(seen);
    const options = { url: `https://knox.test:${server.port}`, proxy: `http://localhost:${port}`, attempts: 1 };
    const http = servers.also(new Http({ name: "T" }, { ...options, tls: { ca } }));
    assert.equal((await http.request({ path: "/x" })).text, '"safe"');
    assert.match(seen[0]!, new RegExp(`^CONNECT knox\\.test:${server.port} `));
    const distrusting = servers.also(new Http({ name: "T" }, options));
    await assert.rejects(distrusting.request({ path: "/x" }), { code: "TLS" });
  });
});
