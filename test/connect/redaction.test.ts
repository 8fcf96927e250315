import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { basicAuth, delegationToken, simpleAuth, spnego, type Auth } from "#src/connect/auth/index.js";
import { Http } from "#src/connect/http.js";
import { redact } from "#src/connect/redact.js";
import { errorFacts, type HowdahEvent } from "#src/core/events.js";
import { faultProxy } from "../support/faults.js";
import { errorOf, localServers } from "./servers.js";

/** Secrets as they are: long enough that they do not stand in a message by chance. */
const secret = fc
  .string({ minLength: 8, maxLength: 40, unit: "grapheme-ascii" })
  .map((text) => `S3cr:${text}`)
  .filter((text) => !/^\s|\s$/.test(text));
const tokenSecret = fc.stringMatching(/^[A-Za-z0-9_-]{20,60}$/);

/** All the sides from which an error can be looked at. */
function views(error: unknown): string {
  const chain: unknown[] = [];
  for (let one = error; one instanceof Error; one = one.cause) chain.push(one);
  return [
    ...chain.map(String),
    ...chain.map((one) => (one as Error).stack ?? ""),
    ...chain.map((one) => JSON.stringify(one)),
    inspect(error, { depth: 12, showHidden: true }),
    JSON.stringify(errorFacts(error)),
  ].join("\n");
}

describe("connect: redaction", () => {
  const servers = localServers();

  it("keeps passwords and tokens out of every error and event, whatever the server makes of them", async () => {
    const parts: Record<string, (secret: string) => Auth | Auth[]> = {
      basic: (password) => basicAuth("alice", password),
      token: (token) => [simpleAuth("alice"), delegationToken(token)],
      kerberos: (ticket) =>
        spnego({
          load: () =>
            Promise.resolve({ initializeClient: () => Promise.resolve({ step: () => Promise.resolve(ticket) }) }),
        }),
    };
    // Answers by saying everything that it was told.
    const server = await servers.http((request, response) => {
      const echo = `${request.url} ${decodeURIComponent(request.url ?? "")} ${request.headers.authorization}`;
      const seen = /^(Basic|Negotiate) (.*)$/.exec(request.headers.authorization ?? "");
      const plain = seen?.[1] === "Basic" ? Buffer.from(seen[2]!, "base64").toString() : "";
      const body = JSON.stringify({ RemoteException: { message: `${echo} ${plain}`, exception: "IOException" } });
      response.writeHead(request.method === "PUT" ? 307 : 500, { Location: `http://dn:9864${request.url}` }).end(body);
    });
    const proxy = servers.also(await faultProxy(server.url));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.tuple(fc.constantFrom("basic", "token"), secret), fc.tuple(fc.constant("kerberos"), tokenSecret)),
        fc.constantFrom("GET", "PUT"),
        fc.constantFrom({}, { cut: true }, { dropResponse: true }),
        async ([kind, hidden], method, fault) => {
          const events: HowdahEvent[] = [];
          proxy.decide = () => fault;
          const http = new Http(
            { name: "T" },
            { url: proxy.url, auth: parts[kind]!(hidden), attempts: 2, pause: 1, emit: (event) => events.push(event) },
          );
          const error = await errorOf(http.request({ method: method, path: "/x" })).finally(() => http.close());
          const text = `${views(error)}\n${JSON.stringify(events)}`;
          const bare = hidden.replace(/^S3cr:/, "");
          for (const form of [hidden, encodeURIComponent(hidden), Buffer.from(hidden).toString("base64"), bare])
            assert.ok(!text.includes(form), `${form} stands in ${text}`);
        },
      ),
      { numRuns: 150 },
    );
  });

  it("hides the token of a redirect that an error shows", async () => {
    const server = await servers.http((_, response) =>
      response
        .writeHead(307, { Location: "http://dn:9864/webhdfs/v1/a?op=CREATE&delegation=HAAEcm9vdARyb290&x=1" })
        .end(),
    );
    const http = servers.also(new Http({ name: "T" }, { url: server.url }));
    const error = await errorOf(http.request({ path: "/" }));
    assert.match(views(error), /delegation=\*\*\*&x=1/);
    assert.ok(!views(error).includes("HAAEcm9v"));
  });

  it("hides what looks like a secret wherever it stands, and leaves the rest", () => {
    const cases: Record<string, string> = {
      "https://bob:p@ss@knox:8443/x": "https://bob:***@knox:8443/x",
      "Authorization: Basic YWxpY2U6d29uZGVy": "Authorization: ***",
      "sent Negotiate YIIC0gYGKwYBBQUCoIIC and": "sent Negotiate *** and",
      'Set-Cookie: hadoop.auth="u=a&s=XYZ"; Path=/': "Set-Cookie: ***",
      'cookie hadoop.auth="u=a&s=XYZ" was': "cookie hadoop.auth=*** was",
      "jdbc:hive2://h:1/db;user=u;password=hunter2;ssl=true": "jdbc:hive2://h:1/db;user=u;password=***;ssl=true",
      '{"Token":{"urlString":"HAAEcm9vdA"}}': '{"Token":{"urlString":"***"}}',
      "javax.jdo.option.ConnectionPassword = hive": "javax.jdo.option.ConnectionPassword = ***",
      "?op=OPEN&token=abc&offset=1": "?op=OPEN&token=***&offset=1",
    };
    for (const [given, wanted] of Object.entries(cases)) assert.equal(redact(given), wanted);
    for (const plain of [
      "cannot read /data/token/x",
      "http://nn:9870/a?op=LIST",
      "the basic idea",
      "password is wrong",
    ])
      assert.equal(redact(plain), plain);
  });
});
