import { isHowdahError } from "../core/errors.ts";
import type { ServerMessage } from "./answer.ts";
import { ConnectError, type Explanation } from "./errors.ts";
import { Http, type HttpOptions, type RequestSpec } from "./http.ts";
import { JsonRecord } from "./json.ts";

/**
 * States of a batch (`SessionState`). After success, dead, error and killed nothing more happens. `dead`: the
 * application failed, or spark-submit itself did; YARN's final status says more where there is an application.
 * `recovering`: Livy restarted, and looks for the application.
 */
export type BatchState =
  | "not_started"
  | "starting"
  | "recovering"
  | "idle"
  | "running"
  | "busy"
  | "shutting_down"
  | "error"
  | "dead"
  | "killed"
  | "success";

/** Nothing more happens to a batch in such a state. */
export function isBatchOver(state: BatchState): boolean {
  return ["success", "dead", "error", "killed"].includes(state);
}

/** What to run (`CreateBatchRequest` of 0.7). Paths without a scheme are HDFS paths. */
export interface BatchRequest {
  /** The application: a .py or a .jar on HDFS, where the user can read it. */
  readonly file: string;
  /** Unique among the batches that the server remembers; finished ones count. */
  readonly name?: string;
  /** Whom it runs as; a server without impersonation ignores it silently. */
  readonly proxyUser?: string;
  readonly className?: string;
  readonly args?: readonly string[];
  readonly jars?: readonly string[];
  readonly pyFiles?: readonly string[];
  readonly files?: readonly string[];
  readonly archives?: readonly string[];
  /** Such as 2g. */
  readonly driverMemory?: string;
  readonly driverCores?: number;
  readonly executorMemory?: string;
  readonly executorCores?: number;
  readonly numExecutors?: number;
  readonly queue?: string;
  readonly conf?: Readonly<Record<string, string>>;
}

export interface Batch {
  /** Counted from 0 by the server. */
  readonly id: number;
  readonly name: string | undefined;
  readonly owner: string | undefined;
  readonly proxyUser: string | undefined;
  readonly state: BatchState;
  /** YARN's, once there is one: `application_…`. */
  readonly appId: string | undefined;
  readonly driverLogUrl: string | undefined;
  readonly sparkUiUrl: string | undefined;
  /** The last lines of spark-submit. */
  readonly log: readonly string[];
}

/**
 * Livy's batches (0.7 and later). Every method throws a ConnectError: LIVY_ABSENT for a batch that is not there,
 * LIVY_DUPLICATE for a name that is taken, LIVY_REFUSED.
 */
export interface Livy {
  /** Such as 0.7.1-incubating. */
  version(): Promise<string>;
  /**
   * Posts a batch, once: when it is not known whether it arrived (`progress`), find it by its name before posting it
   * again.
   */
  post(request: BatchRequest): Promise<Batch>;
  get(id: number): Promise<Batch>;
  /** By its whole name; undefined when there is none, or the server knows no names (before 0.7). */
  find(name: string): Promise<Batch | undefined>;
  /** All that the server remembers, in order of their ids. */
  list(): Promise<readonly Batch[]>;
  state(id: number): Promise<BatchState>;
  /**
   * What the server kept of spark-submit's output, then YARN's diagnostics; the driver's own output is in YARN's logs.
   * @param options.from the first line, counted from 0. @default the server's choice, its last lines
   * @param options.size how many, -1 for all. @default the server's choice, 100
   */
  log(id: number, options?: { readonly from?: number; readonly size?: number }): Promise<BatchLog>;
  /** Kills the application and forgets the batch. False when it was not there. */
  cancel(id: number): Promise<boolean>;
  close(): void;
}

export interface BatchLog {
  readonly from: number;
  readonly total: number;
  readonly lines: readonly string[];
}

/** Batches asked for at once in lists. */
const page = 100;

export function livyClient(options: HttpOptions): Livy {
  return new LivyClient(new Http({ name: "Livy", csrfHeader: "X-Requested-By", explain }, options));
}

/** Livy has no codes; its texts are those of SessionManager and SessionServlet. */
function explain({ status, message = "" }: { readonly status: number } & ServerMessage): Explanation | undefined {
  if (status === 404 && /^Session '.*' not found/.test(message))
    return {
      code: "LIVY_ABSENT",
      fault: "user",
      next: "Livy forgets batches some time after their end (livy.server.session.state-retain.sec, 600 s by default)",
    };
  if (status === 400 && message.startsWith("Duplicate session name"))
    return {
      code: "LIVY_DUPLICATE",
      next: "a batch of that name is known to the server already, perhaps an ended one",
    };
  if (/doesn't have (?:access|permission)|not allowed to impersonate/i.test(message))
    return {
      code: "LIVY_IMPERSONATION",
      next:
        "an administrator lists the user who asks in livy.superusers, and sets hadoop.proxyuser.livy.hosts and " +
        "hadoop.proxyuser.livy.groups in core-site.xml",
    };
  if (status === 400) return { code: "LIVY_REFUSED" };
  return undefined;
}

class LivyClient implements Livy {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async version(): Promise<string> {
    return (await this.#json({ path: "/version", what: "cannot ask for Livy's version" })).required("version");
  }

  async post(request: BatchRequest): Promise<Batch> {
    const what = `cannot post the batch ${request.name ?? request.file}`;
    const headers = { "Content-Type": "application/json" };
    const answer = await this.#json({ method: "POST", path: "/batches", body: JSON.stringify(request), headers, what });
    return batch(answer);
  }

  async get(id: number): Promise<Batch> {
    return batch(await this.#json({ path: `/batches/${id}`, what: `cannot ask for batch ${id}` }));
  }

  async find(name: string): Promise<Batch | undefined> {
    // A name of digits alone is taken for an id (SessionServlet.withUnprotectedSession).
    if (/^\d+$/.test(name)) return (await this.list()).find((one) => one.name === name);
    const spec = { path: `/batches/${encodeURIComponent(name)}`, what: `cannot look for the batch ${name}` };
    try {
      return batch(await this.#json(spec));
    } catch (error) {
      if (isHowdahError(error) && error.code === "LIVY_ABSENT") return undefined;
      throw error;
    }
  }

  async list(): Promise<readonly Batch[]> {
    const found = new Map<number, Batch>();
    for (let from = 0; ; from += page) {
      const query = { from, size: page };
      const answer = await this.#json({ path: "/batches", query, what: "cannot list batches" });
      const batches = answer.records("sessions").map(batch);
      for (const one of batches) found.set(one.id, one);
      if (batches.length < page) break;
    }
    return [...found.values()].sort((a, b) => a.id - b.id);
  }

  async state(id: number): Promise<BatchState> {
    const spec = { path: `/batches/${id}/state`, what: `cannot ask for the state of batch ${id}` };
    return (await this.#json(spec)).required("state") as BatchState;
  }

  async log(id: number, query: { readonly from?: number; readonly size?: number } = {}): Promise<BatchLog> {
    const answer = await this.#json({ path: `/batches/${id}/log`, query, what: `cannot read the log of batch ${id}` });
    return { from: answer.number("from") ?? 0, total: answer.number("total") ?? 0, lines: answer.texts("log") };
  }

  async cancel(id: number): Promise<boolean> {
    try {
      const what = `cannot cancel batch ${id}`;
      await this.#http.request({ method: "DELETE", path: `/batches/${id}`, what, repeatable: true });
      return true;
    } catch (error) {
      if (error instanceof ConnectError && error.code === "LIVY_ABSENT") return false;
      throw error;
    }
  }

  close(): void {
    this.#http.close();
  }

  async #json(spec: RequestSpec): Promise<JsonRecord> {
    return JsonRecord.parse((await this.#http.request(spec)).text, "Livy's answer");
  }
}

function batch(one: JsonRecord): Batch {
  const info = one.record("appInfo");
  return {
    id: one.requiredNumber("id"),
    name: one.text("name"),
    owner: one.text("owner"),
    proxyUser: one.text("proxyUser"),
    state: one.required("state") as BatchState,
    appId: one.text("appId"),
    driverLogUrl: info?.text("driverLogUrl"),
    sparkUiUrl: info?.text("sparkUiUrl"),
    log: one.texts("log"),
  };
}
