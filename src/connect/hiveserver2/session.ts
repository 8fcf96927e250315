import { bug, HowdahError } from "../../core/errors.ts";
import { ConnectError } from "../errors.ts";
import { firstThatAnswers } from "../failover.ts";
import { Redaction } from "../redact.ts";
import { openBinary } from "./binary.ts";
import { discovered, type Found } from "./discovery.ts";
import type { Exchange } from "./exchange.ts";
import { refused } from "./explain.ts";
import { execute, isError, type ExecuteOptions, type HiveResult } from "./operation.ts";
import { anonymous, hiveUrl, type HiveHost, type HiveOptions } from "./options.ts";
import { Calls } from "./thrift.ts";

/** A session of HiveServer2. Statements of one session go one after another. `close` it, or it keeps the process alive. */
export interface HiveSession {
  /** The server that answered, as messages show it. */
  readonly url: string;
  /** The settings that the server told when the session was opened. */
  readonly settings: Readonly<Record<string, string>>;
  /**
   * Runs one statement, without a semicolon, to its end; its rows are fetched by iterating the result.
   * @throws ConnectError: HIVE_STATEMENT where Hive does not take it, HIVE_FAILED where running it failed, HIVE_PERMISSION,
   * HIVE_GONE where the server went away, INTERRUPTED
   */
  execute(sql: string, options?: ExecuteOptions): Promise<HiveResult>;
  /** Ends the session on the server; what it still runs is cancelled there. Never fails. */
  close(): Promise<void>;
}

/** `HIVE_CLI_SERVICE_PROTOCOL_V10`, and V6, the first that sends results by columns (Hive 0.13). */
const protocol = { newest: 9, oldest: 5 };

/**
 * Opens a session with the first server that answers, of those that ZooKeeper tells where `discovery` is given. The package
 * hive-driver is loaded now.
 * @throws ConnectError: CONNECT_REFUSED and its like, TLS, HIVE_LOGIN, HIVE_TRANSPORT, IMPERSONATION_REFUSED; with ZooKeeper
 * also HIVE_DISCOVERY and ZOOKEEPER
 */
export async function openHive(options: HiveOptions): Promise<HiveSession> {
  const { discovery, hosts } = options;
  const { servers, next } =
    discovery === undefined
      ? { servers: hosts.map((host) => ({ host, options })), next: undefined }
      : await discovered(options, discovery);
  if (servers.length === 0) throw new HowdahError("HiveServer2 needs a host", { code: "HIVE_URL" });
  const where = (server: Found): string => hiveUrl(server.host, server.options);
  return firstThatAnswers(servers, (one) => openAt(one.host, { auth: anonymous, ...one.options }), {
    where,
    failed: (server, { message }) => options.emit?.({ event: "hive.failover", from: where(server), why: message }),
    ...(next === undefined ? {} : { next }),
  });
}

async function openAt(host: HiveHost, options: HiveOptions): Promise<HiveSession> {
  const { auth, deadline = 60_000 } = options;
  const redaction = new Redaction();
  if (auth?.kind === "password") redaction.add(auth.password);
  const clean = (text: string): string => redaction.text(text);
  const where = hiveUrl(host, options);
  const exchange: Exchange =
    options.httpPath === undefined
      ? await openBinary(host, options, where, clean)
      : await overHttp(host, options, where);
  try {
    const calls = await Calls.over(exchange, where);
    const what = "cannot open a session of HiveServer2";
    const { answer } = await calls.call({ what, deadline }, (driver) => driver.openSession(request(options)));
    if (isError(answer.status)) throw refused(what, where, answer.status);
    if (answer.serverProtocolVersion < protocol.oldest)
      throw new ConnectError(`${what}: it is older than Hive 0.13`, {
        code: "HIVE_VERSION",
        where,
        progress: "answered",
        next: "howdah speaks with HiveServer2 of Hive 0.13 (CDH 5) or later",
      });
    return new Session(calls, answer.sessionHandle, where, deadline, answer.configuration ?? {});
  } catch (error) {
    exchange.close();
    throw error;
  }
}

async function overHttp(host: HiveHost, options: HiveOptions, where: string): Promise<Exchange> {
  const { openHttp } = await import("./overhttp.ts");
  return openHttp(host, options, where);
}

type OpenRequest = Parameters<Parameters<Parameters<Calls["call"]>[1]>[0]["openSession"]>[0];

/** The names of settings are those of `HiveSessionImpl.configureSession`. */
function request(options: HiveOptions): OpenRequest {
  const { auth, database = "default", proxyUser, settings = {}, variables = {} } = options;
  const prefixed = (prefix: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]): [string, string] => [`${prefix}${name}`, value]);
  const configuration = {
    ...Object.fromEntries([...prefixed("set:hiveconf:", settings), ...prefixed("set:hivevar:", variables)]),
    "use:database": database,
    ...(proxyUser === undefined ? {} : { "hive.server2.proxy.user": proxyUser }),
  };
  const user = auth?.kind === "kerberos" ? undefined : auth?.user;
  return {
    client_protocol: protocol.newest,
    ...(user === undefined ? {} : { username: user }),
    configuration,
  };
}

class Session implements HiveSession {
  readonly url: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly #calls: Calls;
  readonly #handle: unknown;
  readonly #deadline: number;
  #closed: Promise<void> | undefined;

  constructor(calls: Calls, handle: unknown, url: string, deadline: number, settings: object) {
    this.#calls = calls;
    this.#handle = handle;
    this.url = url;
    this.#deadline = deadline;
    this.settings = Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]));
  }

  execute(sql: string, options: ExecuteOptions = {}): Promise<HiveResult> {
    if (this.#closed !== undefined) return Promise.reject(bug("this session of HiveServer2 is closed"));
    const facts = { calls: this.#calls, handle: this.#handle, where: this.url, deadline: this.#deadline };
    return execute(sql, facts, options);
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    const what = "cannot close the session";
    const request = { sessionHandle: this.#handle } as Parameters<
      Parameters<Parameters<Calls["call"]>[1]>[0]["closeSession"]
    >[0];
    try {
      await this.#calls.call({ what, deadline: Math.min(this.#deadline, 10_000) }, (driver) =>
        driver.closeSession(request),
      );
    } catch {
      // It ends by itself once the connection has gone (hive.server2.close.session.on.disconnect), or is idle for long.
    }
    this.#calls.close();
  }
}
