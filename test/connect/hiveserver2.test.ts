import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConnectError } from "#src/connect/errors.js";
import { openHive, type HiveOptions, type HiveRow, type HiveSession } from "#src/connect/hiveserver2/index.js";
import { HowdahError } from "#src/core/errors.js";
import { closed, closedPort, listen, tcpProxy } from "../support/faults.js";
import { certificates } from "./certificates.js";
import {
  column,
  fakeHive,
  int64,
  make,
  packed,
  type FakeHive,
  type FakeOptions,
  type FakeStatement,
} from "./fakehive.js";
import { errorOf, localServers } from "./servers.js";

const [running, finished, error, timedOut] = [1, 2, 5, 8];

describe("connect: HiveServer2", () => {
  const servers = localServers();
  const start = async (options: FakeOptions = {}): Promise<FakeHive> => servers.also(await fakeHive(options));
  async function open(port: number, options: Partial<HiveOptions> = {}): Promise<HiveSession> {
    return servers.also(await openHive({ hosts: [{ host: "localhost", port }], ...options }));
  }
  async function refused(promise: Promise<unknown>): Promise<ConnectError> {
    const thrown = await errorOf(promise);
    assert.ok(thrown instanceof ConnectError, String(thrown));
    return thrown;
  }
  /** A server that knows one statement, `x`, and a session with it. */
  async function withStatement(statement: FakeStatement, options: Partial<HiveOptions> = {}) {
    const server = await start();
    server.statements.set("x", statement);
    return { server, session: await open(server.port, options) };
  }
  const numbers = (from: number, count: number) => [
    column(
      "i32Val",
      Array.from({ length: count }, (_, i) => from + i),
    ),
  ];

  describe("sessions", () => {
    it("are opened with a database, settings, variables and whom to act for, and closed", async () => {
      const server = await start();
      const session = await open(server.port, {
        database: "sales",
        settings: { "hive.exec.parallel": "true" },
        variables: { day: "20120301" },
        proxyUser: "bob",
      });
      await Promise.all([session.close(), session.close()]);
      assert.deepEqual(server.opened, [
        {
          "set:hiveconf:hive.exec.parallel": "true",
          "set:hivevar:day": "20120301",
          "use:database": "sales",
          "hive.server2.proxy.user": "bob",
        },
      ]);
      assert.deepEqual(server.seen, ["OpenSession", "CloseSession"]);
      const late = await errorOf(session.execute("x"));
      assert.ok(late instanceof HowdahError && late.code === "BUG");
    });

    for (const transport of ["sasl", "bare", "http"] as const)
      it(`run statements over ${transport}`, async () => {
        const server = await start({ transport });
        const rows = Array.from({ length: 3 }, (_, i) => [
          column(
            "stringVal",
            Array.from({ length: 5_000 }, (_, j) => `${i}-${j}-${"é".repeat(j % 50)}`),
          ),
        ]);
        server.statements.set("x", { columns: [["a", 7]], batches: rows });
        const session = await open(server.port, {
          ...(transport === "http" ? { httpPath: "cliservice" } : {}),
          ...(transport === "bare" ? { auth: { kind: "noSasl" } } : {}),
        });
        const found = await (await session.execute("x")).rows();
        assert.equal(found.length, 15_000);
        assert.deepEqual(found.at(-1), [`2-4999-${"é".repeat(49)}`]);
      });

    it("try one server after another", async () => {
      const server = await start();
      const events: string[] = [];
      const session = await open(server.port, {
        hosts: [await closedPort(), server.port].map((port) => ({ host: "localhost", port })),
        emit: ({ event }) => events.push(event),
      });
      assert.equal(session.url, `jdbc:hive2://localhost:${server.port}/default`);
      assert.deepEqual(events, ["hive.failover"]);
      const none = [await closedPort(), await closedPort()].map((port) => ({ host: "localhost", port }));
      const failed = await refused(openHive({ hosts: none }));
      assert.equal(failed.code, "CONNECT_REFUSED");
      for (const { port } of none) assert.match(failed.message, new RegExp(`localhost:${port}`));
    });

    it("are not tried elsewhere when the password is wrong", async () => {
      const [first, second] = [await start({ password: "right" }), await start()];
      const hosts = [first, second].map(({ port }) => ({ host: "localhost", port }));
      const failed = await refused(openHive({ hosts, auth: { kind: "password", user: "ann", password: "wr0ng-one" } }));
      assert.equal(failed.code, "HIVE_LOGIN");
      assert.ok(!JSON.stringify([failed, failed.message, failed.stack]).includes("wr0ng-one"));
      assert.deepEqual(second.seen, []);
    });

    it("over TLS check the certificate", async function () {
      const folder = mkdtempSync(join(tmpdir(), "howdah-hive-"));
      try {
        const made = certificates(this.test!.ctx!, folder);
        const server = await start({ tls: made.server });
        const untrusted = await refused(open(server.port, { tls: {} }));
        assert.deepEqual([untrusted.code, untrusted.progress], ["TLS", "unsent"]);
        assert.match(untrusted.next!, /tls\.ca/);
        const other = await refused(
          open(server.port, { tls: { ca: made.caFile }, hosts: [{ host: "127.0.0.1", port: server.port }] }),
        );
        assert.match(other.message, /for another name/);
        await open(server.port, { tls: { ca: made.caFile } });
        // Java answers with an alert, Node just closes.
        const bare = await refused(open(server.port, { deadline: 5_000 }));
        assert.match(bare.next!, /ssl=true/);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it("with Kerberos establish a context, then agree on no more protection than that", async () => {
      const steps: string[] = [];
      const client = {
        contextComplete: false,
        step: (token: string) => {
          steps.push(Buffer.from(token, "base64").toString());
          client.contextComplete = steps.length === 2;
          return Promise.resolve(steps.length === 1 ? Buffer.from("ticket").toString("base64") : "");
        },
        unwrap: (message: string) => Promise.resolve(message),
        wrap: (message: string) => Promise.resolve(message),
      };
      const load = () =>
        Promise.resolve({
          initializeClient: (principal: string) => {
            steps.length = 0;
            assert.equal(principal, "hive@localhost");
            return Promise.resolve(client);
          },
        });
      const auth = { kind: "kerberos", principal: "hive/_HOST@EXAMPLE.COM", load } as const;
      const session = await open((await start({ protections: 5 })).port, { auth });
      assert.deepEqual(steps, ["", "answer to ticket"]);
      await session.execute("x");
      client.contextComplete = false;
      const thrown = await errorOf(open((await start({ protections: 4 })).port, { auth }));
      assert.ok(thrown instanceof HowdahError);
      assert.deepEqual([thrown.code, /sasl\.qop=auth/.test(thrown.next!)], ["HIVE_PROTECTION", true]);
      const none = {
        ...auth,
        load: () => Promise.resolve({ initializeClient: () => Promise.reject(new Error("no cache")) }),
      };
      const ticket = await errorOf(open((await start({ protections: 1 })).port, { auth: none }));
      assert.ok(ticket instanceof HowdahError && ticket.code === "KERBEROS_TICKET");
    });

    it("over HTTP keep cookies without their attributes, and show who asks again when one is stale", async () => {
      const answerHeaders = { "Set-Cookie": ["hive.server2.auth=good; HttpOnly; Max-Age=100", "route=a; Path=/"] };
      const server = await start({ transport: "http", password: "pw-right", answerHeaders });
      const auth = { kind: "password", user: "ann", password: "pw-right" } as const;
      const session = await open(server.port, { httpPath: "cliservice", auth });
      await session.execute("x");
      assert.equal(server.headers[0]!["cookie"], undefined);
      for (const { cookie } of server.headers.slice(1)) assert.equal(cookie, "hive.server2.auth=good; route=a");
      const wrong = await refused(
        open(server.port, { httpPath: "cliservice", auth: { ...auth, password: "pw-wrong" } }),
      );
      assert.deepEqual([wrong.code, wrong.status], ["HIVE_LOGIN", 401]);
      const lost = await refused(open(server.port, { httpPath: "other" }));
      assert.deepEqual([lost.code, lost.status], ["HIVE_TRANSPORT", 404]);
    });
  });

  describe("that cannot be connected to", () => {
    for (const [what, host, code] of [
      ["refuses", "localhost", "CONNECT_REFUSED"],
      ["has no address", "no-such-host.invalid", "CONNECT_UNRESOLVED"],
    ] as const)
      it(`says so when it ${what}`, async () => {
        const port = await closedPort();
        const failed = await refused(openHive({ hosts: [{ host, port }] }));
        assert.deepEqual([failed.code, failed.where], [code, `jdbc:hive2://${host}:${port}/default`]);
        assert.deepEqual([failed.progress, failed.exitCode], ["unsent", 5]);
      });

    it("has a deadline when it accepts and says nothing", async () => {
      const server = await start();
      const proxy = servers.also(await tcpProxy(server.port));
      proxy.decide = () => ({ silent: true });
      for (const auth of [undefined, { kind: "noSasl" }] as const) {
        const failed = await refused(open(proxy.port, { deadline: 50, ...(auth === undefined ? {} : { auth }) }));
        assert.equal(failed.code, "CONNECT_TIMEOUT");
      }
    });

    it("says so when it hangs up", async () => {
      const server = await start();
      const proxy = servers.also(await tcpProxy(server.port));
      proxy.decide = () => ({ cut: true });
      assert.equal((await refused(open(proxy.port))).code, "CONNECT_BROKE");
    });

    it("says which transport it speaks instead", async () => {
      const web = await servers.http((_, response) => response.writeHead(400).end());
      // What Jetty answers to bytes that are no request.
      const jetty = createServer((socket) => socket.resume().end("HTTP/1.1 400 Illegal character CNTL=0x1\r\n\r\n"));
      await listen(jetty);
      servers.also({ close: () => closed(jetty) });
      const binaryToHttp = await refused(open((jetty.address() as AddressInfo).port));
      assert.deepEqual([binaryToHttp.code, /transportMode=http/.test(binaryToHttp.next!)], ["HIVE_TRANSPORT", true]);

      const sasl = await start();
      const httpToBinary = await refused(open(sasl.port, { httpPath: "cliservice", deadline: 5_000 }));
      assert.deepEqual(
        [httpToBinary.code, /leave out transportMode=http/.test(httpToBinary.next!)],
        ["HIVE_TRANSPORT", true],
      );
      const bareToSasl = await refused(open(sasl.port, { auth: { kind: "noSasl" }, deadline: 5_000 }));
      assert.deepEqual([bareToSasl.code, /leave out auth=noSasl/.test(bareToSasl.next!)], ["HIVE_TRANSPORT", true]);
      const tls = await refused(open(sasl.port, { tls: {}, connectTimeout: 5_000 }));
      assert.deepEqual([tls.code, /leave out ssl=true/.test(tls.next!)], ["TLS", true]);
      assert.equal((await refused(open(web.port, { httpPath: "cliservice" }))).status, 400);
    });

    it("wants another authentication", async () => {
      const server = await start({ refuse: "Unsupported mechanism type PLAIN" });
      const failed = await refused(open(server.port));
      assert.deepEqual([failed.code, failed.exception], ["HIVE_LOGIN", "28000"]);
      assert.match(failed.next!, /principal=hive\/_HOST@REALM/);
    });

    it("refuses impersonation: the very settings are told", async () => {
      const server = await start();
      const errorMessage = "Failed to validate proxy privilege of hue for bob";
      const infoMessages = [`*org.apache.hive.service.cli.HiveSQLException:${errorMessage}:25:24`];
      server.session = { status: make("TStatus", { statusCode: 3, sqlState: "08S01", errorMessage, infoMessages }) };
      const failed = await refused(open(server.port, { proxyUser: "bob" }));
      assert.deepEqual([failed.code, failed.exitCode, failed.exception], ["IMPERSONATION_REFUSED", 4, "08S01"]);
      assert.match(failed.next!, /hadoop\.proxyuser\.hue\.hosts and hadoop\.proxyuser\.hue\.groups/);
    });
  });

  describe("rows", () => {
    it("have exact values by position, with names and types as they are", async () => {
      const { session } = await withStatement({
        columns: [
          ["id", 4],
          ["id", 15, { scale: 2, precision: 20 }],
          ["v", 18, { characterMaximumLength: 5 }],
          ["b", 9],
          ["t", 0],
          ["f", 6],
          ["s", 2],
          ["y", 1],
          ["n", 16],
        ],
        batches: [
          [
            column("i64Val", [int64(9_223_372_036_854_775_807n), null, int64(-1n)]),
            column("stringVal", ["123456789012345678.90", null, "0.00"]),
            column("stringVal", ["", "a\0b", null]),
            column("binaryVal", [Buffer.from([0, 255]), Buffer.alloc(0), null]),
            column("boolVal", [true, false, null]),
            column("doubleVal", [0.1, null, 1e-300]),
            column("i16Val", [-32_768, null, 1]),
            column("byteVal", [-128, null, 127]),
            column("stringVal", [null, null, null]),
          ],
        ],
      });
      const result = await session.execute("x");
      assert.deepEqual(
        result.columns.map(({ name, type }) => `${name} ${type}`),
        [
          "id bigint",
          "id decimal(20,2)",
          "v varchar(5)",
          "b binary",
          "t boolean",
          "f double",
          "s smallint",
          "y tinyint",
          "n void",
        ],
      );
      assert.deepEqual(await result.rows(), [
        [
          9_223_372_036_854_775_807n,
          "123456789012345678.90",
          "",
          Buffer.from([0, 255]),
          true,
          0.1,
          -32_768,
          -128,
          null,
        ],
        [null, null, "a\0b", Buffer.alloc(0), false, null, null, null, null],
        [-1n, "0.00", null, null, null, 1e-300, 1, 127, null],
      ]);
    });

    it("are read of more than eight nulls, of bytes that are left out, and of columns in one value", async () => {
      const values = Array.from({ length: 20 }, (_, i) => (i % 3 === 0 ? null : `v${i}`));
      const sparse = column("stringVal", ["a", ...Array.from({ length: 19 }, () => "b")]) as {
        stringVal: { nulls: Buffer };
      };
      sparse.stringVal.nulls = Buffer.alloc(0);
      const columns = [column("stringVal", values), sparse];
      const { server, session } = await withStatement({
        columns: [
          ["a", 7],
          ["b", 7],
        ],
        batches: [columns],
      });
      const expected = values.map((value, i) => [value, i === 0 ? "a" : "b"]);
      assert.deepEqual(await (await session.execute("x")).rows(), expected);
      server.statements.set("y", {
        columns: [
          ["a", 7],
          ["b", 7],
        ],
        packed: { bytes: packed(columns), count: 2 },
      });
      assert.deepEqual(await (await session.execute("y")).rows(), expected);
    });

    it("come in batches, no more than one ahead of the reader, and are forgotten when the reader leaves", async () => {
      const batches = Array.from({ length: 10 }, (_, i) => numbers(i * 2, 2));
      const { server, session } = await withStatement({ columns: [["a", 3]], batches });
      const seen: (HiveRow | undefined)[] = [];
      for await (const batch of (await session.execute("x")).batches()) {
        seen.push(batch[0]);
        // The next one is under way; give it the time to arrive.
        await session.execute("other");
        if (seen.length === 3) break;
      }
      assert.deepEqual(seen, [[0], [2], [4]]);
      const calls = server.seen.filter((call) => /FetchRows|Close/.test(call));
      assert.equal(calls.filter((call) => call.startsWith("FetchRows")).length, 4);
      assert.equal(calls.at(-1), "CloseOperation");
    });

    it("are asked for in larger batches where they are small", async () => {
      const { server, session } = await withStatement({
        columns: [["a", 3]],
        batches: [numbers(0, 10), numbers(10, 10)],
      });
      await (await session.execute("x")).rows();
      const asked = server.seen.flatMap((call) => /^FetchRows (\d+)/.exec(call)?.[1] ?? []).map(Number);
      assert.equal(asked.length, 3);
      assert.ok(asked[1]! > asked[0]! && asked[1]! <= 10_000, asked.join());
    });

    it("need not be read", async () => {
      const { server, session } = await withStatement({ columns: [["a", 3]], batches: [numbers(0, 1)] });
      const result = await session.execute("x");
      await result.close();
      assert.deepEqual(await result.rows(), []);
      assert.equal(server.seen.filter((call) => call === "CloseOperation").length, 1);
    });

    it("say of a statement without a result how many it changed, where the server tells", async () => {
      const { server, session } = await withStatement({ modified: 42n });
      assert.equal((await session.execute("x")).modifiedRows, 42);
      server.statements.set("y", { modified: -1n });
      const result = await session.execute("y");
      assert.deepEqual([result.modifiedRows, result.columns, await result.rows()], [undefined, [], []]);
    });
  });

  describe("statements", () => {
    it("tell their log while they run, and are asked often at first", async () => {
      const lines: string[] = [];
      const { server, session } = await withStatement({
        states: [running, running, running, finished],
        log: [["INFO : a", "INFO : b"], [], [], ["INFO : c"], [], ["INFO : d"]],
        on: (call) => call === "GetOperationStatus" && lines.push("asked"),
      });
      const started = performance.now();
      await session.execute("x", { onLog: (line) => lines.push(line) });
      assert.ok(performance.now() - started < 2_000);
      assert.deepEqual(lines, ["asked", "INFO : a", "INFO : b", "asked", "asked", "INFO : c", "asked", "INFO : d"]);
      assert.equal(server.seen.at(-1), "CloseOperation");
    });

    it("run where the server keeps no log", async () => {
      const { server, session } = await withStatement({ states: [running, finished] });
      await session.execute("x", { onLog: () => assert.fail("there is none") });
      assert.equal(server.seen.filter((call) => call === "FetchLog").length, 1);
    });

    it("that do not compile are told at their place in the file", async () => {
      const refusal = (errorMessage: string, sqlState: string) => ({
        refused: { sqlState, errorMessage, errorCode: 10_001 },
      });
      const { server, session } = await withStatement(
        refusal(
          "Error while compiling statement: FAILED: SemanticException [Error 10001]: Line 1:14 Table not found 'nope'",
          "42S02",
        ),
      );
      const place = { file: "a.hql", line: 7, column: 3 };
      const first = await refused(session.execute("x", { place }));
      assert.deepEqual(
        [first.code, first.fault, first.exception, first.exitCode],
        ["HIVE_STATEMENT", "user", "42S02", 2],
      );
      assert.equal(first.where, "a.hql:7:17");
      assert.equal(first.message, "cannot run the statement: Table not found 'nope' (SQLSTATE 42S02)");
      server.statements.set(
        "y",
        refusal("Error while compiling statement: FAILED: ParseException line 3:4 missing EOF at 'x'", "42000"),
      );
      assert.equal((await refused(session.execute("y", { place }))).where, "a.hql:9:5");
      const bare = await refused(session.execute("y"));
      assert.deepEqual([bare.where, /line 3:4 missing/.test(bare.message)], [session.url, true]);
    });

    it("that fail are told with what matters of log and causes, without the Java stack", async () => {
      const message =
        "Error while processing statement: FAILED: Execution Error, return code 2 from org.apache.hadoop.hive.ql.exec.mr.MapRedTask";
      const { server, session } = await withStatement({
        states: [running, error],
        status: { sqlState: "08S01", errorMessage: `${message}\n\tat org.apache.hive.Operation.run(Operation.java:1)` },
        log: [
          ["INFO : Starting Job = job_1330560000000_0042, Tracking URL = x"],
          ["ERROR : Caused by: java.io.IOException: the disk is full"],
          [],
        ],
      });
      const failed = await refused(session.execute("x", { onLog: () => undefined, place: { file: "a.hql", line: 2 } }));
      assert.deepEqual([failed.code, failed.fault, failed.where], ["HIVE_FAILED", "run", "a.hql:2"]);
      assert.match(
        failed.message,
        /^the statement failed: the disk is full \(Execution Error, return code 2 from \S+MapRedTask\) \(SQLSTATE 08S01\)$/,
      );
      assert.match(failed.next!, /job_1330560000000_0042/);
      assert.equal(server.seen.at(-1), "CloseOperation");
    });

    it("that fail while rows are fetched are told, too, and closed", async () => {
      const fetchFails = {
        errorMessage:
          "java.io.IOException: org.apache.hadoop.hive.ql.metadata.HiveException: ASSERT_TRUE(): assertion failed.",
      };
      const { server, session } = await withStatement({ columns: [["a", 3]], status: { fetchFails } });
      const failed = await refused((await session.execute("x")).rows());
      assert.deepEqual(
        [failed.code, failed.message],
        ["HIVE_FAILED", "cannot fetch rows: ASSERT_TRUE(): assertion failed."],
      );
      assert.equal(server.seen.at(-1), "CloseOperation");
    });

    it("of a session that the server has forgotten say so", async () => {
      const { session } = await withStatement({
        refused: { errorMessage: "Invalid SessionHandle: SessionHandle [5a1c]" },
      });
      assert.equal((await refused(session.execute("x"))).code, "HIVE_SESSION_ENDED");
    });

    it("that someone else ends, or that take too long for the server, say so", async () => {
      const { server, session } = await withStatement({ states: [running, 3] });
      assert.match((await refused(session.execute("x"))).message, /ended by someone else/);
      server.statements.set("y", { states: [timedOut] });
      assert.match((await refused(session.execute("y"))).next!, /hive\.query\.timeout\.seconds/);
    });

    it("are cancelled on the server when they are not wanted any more, and the session goes on", async () => {
      const stop = new AbortController();
      let asked = 0;
      const { server, session } = await withStatement({
        states: [running],
        on: (call) => call === "GetOperationStatus" && ++asked === 2 && stop.abort(),
      });
      const thrown = await errorOf(session.execute("x", { signal: stop.signal, place: { file: "a.hql", line: 3 } }));
      assert.ok(thrown instanceof HowdahError);
      assert.deepEqual([thrown.code, thrown.exitCode, thrown.where], ["INTERRUPTED", 130, "a.hql:3"]);
      assert.deepEqual(server.seen.slice(-3), ["CancelOperation", "GetOperationStatus", "CloseOperation"]);
      await session.execute("other");
      const before = server.seen.length;
      const never = await errorOf(session.execute("x", { signal: stop.signal }));
      assert.ok(never instanceof HowdahError && never.code === "INTERRUPTED");
      assert.equal(server.seen.length, before);
    });

    it("are cancelled between their rows, too", async () => {
      const stop = new AbortController();
      const batches = Array.from({ length: 5 }, (_, i) => numbers(i, 1));
      const { server, session } = await withStatement({ columns: [["a", 3]], batches });
      const result = await session.execute("x", { signal: stop.signal });
      const read = (async () => {
        for await (const row of result) if (row[0] === 1) stop.abort();
      })();
      const thrown = await errorOf(read);
      assert.ok(thrown instanceof HowdahError && thrown.code === "INTERRUPTED");
      assert.deepEqual(server.seen.slice(-3), ["CancelOperation", "GetOperationStatus", "CloseOperation"]);
    });

    for (const [what, call, statement] of [
      ["it ran a statement", "GetOperationStatus", { states: [running] }],
      ["starting a statement", "ExecuteStatement", {}],
      ["it sent the rows of a result", "FetchRows", { columns: [["a", 3]], batches: [] }],
    ] as const)
      it(`say that the server went away while ${what}`, async () => {
        const { server, session } = await withStatement({
          ...statement,
          on: (seen) => seen.startsWith(call) && server.cut(),
        });
        const failed = await refused(
          session.execute("x", { place: { file: "a.hql", line: 3 } }).then((result) => result.rows()),
        );
        assert.deepEqual([failed.code, failed.progress, failed.exitCode], ["HIVE_GONE", "unknown", 5]);
        assert.ok(failed.message.startsWith(`HiveServer2 went away while ${what}`), failed.message);
        assert.match(failed.where!, /^a\.hql:3, on jdbc:hive2:/);
        // Whatever follows fails at once.
        await refused(session.execute("y"));
        await session.close();
      });
  });
});
