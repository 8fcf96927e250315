import type { ServerMessage } from "./answer.ts";
import { ConnectError, type Explanation } from "./errors.ts";
import { isHowdahError } from "../core/errors.ts";
import { Http, type HttpOptions, type RequestSpec } from "./http.ts";
import { JsonRecord } from "./json.ts";

/** States of applications (`YarnApplicationState`). */
export type ApplicationState =
  "NEW" | "NEW_SAVING" | "SUBMITTED" | "ACCEPTED" | "RUNNING" | "FINISHED" | "FAILED" | "KILLED";

/** Nothing more happens to an application in such a state. */
export function isApplicationOver(state: ApplicationState): boolean {
  return ["FINISHED", "FAILED", "KILLED"].includes(state);
}

export interface Application {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly queue: string;
  /** SPARK, MAPREDUCE, "Oozie Launcher" … */
  readonly type: string;
  readonly state: ApplicationState;
  /** What the application itself says of how it went: an application may be FINISHED, and FAILED here. */
  readonly finalStatus: "UNDEFINED" | "SUCCEEDED" | "FAILED" | "KILLED";
  /** Why it waits, or how it failed; may hold several lines. */
  readonly diagnostics: string;
  readonly tags: readonly string[];
  readonly trackingUrl: string | undefined;
  readonly started: Date | undefined;
  readonly finished: Date | undefined;
  /** While it runs. */
  readonly containers: number | undefined;
  readonly megabytes: number | undefined;
  readonly vcores: number | undefined;
}

export interface ApplicationFilter {
  readonly states?: readonly ApplicationState[];
  readonly user?: string;
  readonly queue?: string;
  readonly types?: readonly string[];
  /** All of them; YARN keeps them in lower case. */
  readonly tags?: readonly string[];
  readonly startedFrom?: Date;
  /** At most so many. */
  readonly limit?: number;
}

export interface ApplicationAttempt {
  /** From 1. */
  readonly id: number;
  /** Of the application master, `container_…`; none before it is given. */
  readonly container: string | undefined;
  /** host:port of the NodeManager's web address. */
  readonly node: string | undefined;
  readonly started: Date | undefined;
  readonly finished: Date | undefined;
}

export interface MapReduceJob {
  /** `job_…`, the number of its application in it. */
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly state: string;
  readonly maps: { readonly total: number; readonly completed: number };
  readonly reduces: { readonly total: number; readonly completed: number };
  readonly diagnostics: string;
  readonly submitted: Date | undefined;
  readonly started: Date | undefined;
  readonly finished: Date | undefined;
}

export interface ContainerLogFile {
  readonly name: string;
  readonly bytes: number;
}

/** One or several ResourceManagers. A ConnectError has the code YARN_ABSENT for an application that is not there. */
export interface Yarn {
  application(id: string, call?: { readonly signal?: AbortSignal }): Promise<Application>;
  applications(filter?: ApplicationFilter): Promise<readonly Application[]>;
  attempts(id: string): Promise<readonly ApplicationAttempt[]>;
  /** Asks for an application's end, which takes a moment; one that is over stays as it is. @returns its state then */
  kill(id: string): Promise<ApplicationState>;
  close(): void;
}

/** The MapReduce history server, which also serves the logs of containers that are over, of whatever application. */
export interface JobHistory {
  /** A MapReduce job that is over; YARN_ABSENT while it runs. */
  job(id: string): Promise<MapReduceJob>;
  logFiles(container: string): Promise<readonly ContainerLogFile[]>;
  /** @param last the last so many bytes alone */
  log(container: string, file: string, last?: number): Promise<string>;
  close(): void;
}

/** A NodeManager, which serves the logs of the containers that run on it. */
export interface NodeManager {
  logFiles(container: string): Promise<readonly ContainerLogFile[]>;
  log(container: string, file: string, last?: number): Promise<string>;
  close(): void;
}

export function yarnClient(options: HttpOptions): Yarn {
  return new YarnClient(new Http({ name: "YARN", path: "/ws/v1/cluster", csrfHeader, explain }, options));
}

export function jobHistoryClient(options: HttpOptions): JobHistory {
  return new HistoryClient(new Http({ name: "job history", path: "/ws/v1/history", explain }, options));
}

export function nodeManagerClient(options: HttpOptions): NodeManager {
  return new LogClient(new Http({ name: "NodeManager", path: "/ws/v1/node", explain }, options));
}

/** Asked for where an administrator switched RestCsrfPreventionFilter on. */
const csrfHeader = "X-XSRF-HEADER";

/** The web services say NotFoundException, or hide it in another one's message. */
function explain({ exception, message = "" }: ServerMessage): Explanation | undefined {
  if (
    exception === "NotFoundException" ||
    /not found|Unknown container|Can ?not find|Can not get log meta|does not exist|not yet running/i.test(message)
  )
    return { code: "YARN_ABSENT", fault: "user", transient: false };
  if (exception === "StandbyException" || /standby RM/i.test(message))
    return { code: "YARN_STANDBY", elsewhere: true, transient: true };
  if (exception === "ForbiddenException" || exception === "AuthorizationException") return { code: "YARN_FORBIDDEN" };
  return undefined;
}

class YarnClient implements Yarn {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async application(id: string, call: { readonly signal?: AbortSignal } = {}): Promise<Application> {
    const answer = await this.#json({ path: `/apps/${encodeURIComponent(id)}`, what: `cannot ask for ${id}`, ...call });
    return application(answer.requiredRecord("app"));
  }

  async applications(filter: ApplicationFilter = {}): Promise<readonly Application[]> {
    const { states, user, queue, types, tags, startedFrom, limit } = filter;
    const query = {
      states: states?.join(","),
      user,
      queue,
      applicationTypes: types?.join(","),
      applicationTags: tags?.map((tag) => tag.toLowerCase()).join(","),
      startedTimeBegin: startedFrom?.getTime(),
      limit,
    };
    const answer = await this.#json({ path: "/apps", query, what: "cannot list applications" });
    return answer.record("apps")?.records("app").map(application) ?? [];
  }

  async attempts(id: string): Promise<readonly ApplicationAttempt[]> {
    const path = `/apps/${encodeURIComponent(id)}/appattempts`;
    const answer = await this.#json({ path, what: `cannot ask for the attempts of ${id}` });
    const attempts = answer.record("appAttempts")?.records("appAttempt") ?? [];
    return attempts.map((one) => ({
      id: one.requiredNumber("id"),
      container: one.present("containerId"),
      node: one.present("nodeHttpAddress"),
      started: one.date("startTime"),
      finished: one.date("finishedTime"),
    }));
  }

  async kill(id: string): Promise<ApplicationState> {
    const answer = await this.#json({
      method: "PUT",
      path: `/apps/${encodeURIComponent(id)}/state`,
      body: JSON.stringify({ state: "KILLED" }),
      headers: { "Content-Type": "application/json" },
      what: `cannot kill ${id}`,
      repeatable: true,
    });
    return answer.required("state") as ApplicationState;
  }

  close(): void {
    this.#http.close();
  }

  async #json(spec: RequestSpec): Promise<JsonRecord> {
    // A standby ResourceManager answers 200 or 307 with a Refresh header that names the other one (RMWebAppFilter).
    const answer = await this.#http.attempt(spec, async (base) => {
      const one = await this.#http.once(base, { ...spec, accept: [307] });
      if (one.status === 307 || /standby RM/i.test(one.text.slice(0, 200)))
        throw new ConnectError(`${spec.what ?? "YARN"}: ${base.host} is a standby`, {
          code: "YARN_STANDBY",
          progress: "unsent",
          elsewhere: true,
          transient: true,
          where: base.href,
        });
      return one;
    });
    return JsonRecord.parse(answer.text, "YARN's answer");
  }
}

class LogClient implements NodeManager {
  protected readonly http: Http;

  constructor(http: Http) {
    this.http = http;
  }

  async logFiles(container: string): Promise<readonly ContainerLogFile[]> {
    const path = `/containers/${encodeURIComponent(container)}/logs`;
    const { text } = await this.http.request({ path, what: `cannot list the logs of ${container}` });
    // The NodeManager answers with a list of places, the history server with one (ContainerLogsInfo).
    const list = text.trimStart().startsWith("[") ? text : `[${text}]`;
    const answer = JsonRecord.parse(`{"all":${list}}`, "YARN's answer");
    const files = answer
      .records("all")
      .flatMap((one) => (one.record("containerLogsInfo") ?? one).records("containerLogInfo"));
    return files.map((file) => ({ name: file.required("fileName"), bytes: Number(file.text("fileSize") ?? 0) }));
  }

  async log(container: string, file: string, last?: number): Promise<string> {
    const path = `/containerlogs/${encodeURIComponent(container)}/${encodeURIComponent(file)}`;
    const query = { size: last === undefined ? undefined : -last };
    const what = `cannot read ${file} of ${container}`;
    const { text } = await this.http.request({ path, query, what });
    const content = logContent(text);
    if (content !== undefined) return content;
    // With 200: "Can not find logs for container" (LogWebServiceUtils.sendStreamOutputResponse).
    throw new ConnectError(`${what}: ${text.trim()}`, { code: "YARN_ABSENT", fault: "user", progress: "answered" });
  }

  close(): void {
    this.http.close();
  }
}

class HistoryClient extends LogClient implements JobHistory {
  async job(id: string): Promise<MapReduceJob> {
    const path = `/mapreduce/jobs/${encodeURIComponent(id)}`;
    const { text } = await this.http.request({ path, what: `cannot ask for ${id}` });
    const one = JsonRecord.parse(text, "the history server's answer").requiredRecord("job");
    const count = (name: string): number => one.number(name) ?? 0;
    return {
      id: one.required("id"),
      name: one.text("name") ?? "",
      user: one.text("user") ?? "",
      state: one.required("state"),
      maps: { total: count("mapsTotal"), completed: count("mapsCompleted") },
      reduces: { total: count("reducesTotal"), completed: count("reducesCompleted") },
      diagnostics: one.text("diagnostics") ?? "",
      submitted: one.date("submitTime"),
      started: one.date("startTime"),
      finished: one.date("finishTime"),
    };
  }
}

/** Between the heading and the end that both servers write around a log (LogToolUtils, NMWebServices). */
function logContent(text: string): string | undefined {
  const begin = /^LogContents:\n/m.exec(text);
  if (begin === null) return undefined;
  const rest = text.slice(begin.index + begin[0].length);
  const end = rest.lastIndexOf("End of LogType:");
  if (end < 0) return rest;
  // The history server writes a line feed of its own before the end, the NodeManager does not.
  return /^LogAggregationType: *LOCAL/m.test(text) ? rest.slice(0, end) : rest.slice(0, end).replace(/\n$/, "");
}

function application(one: JsonRecord): Application {
  /** -1 where there is none. */
  const count = (name: string): number | undefined => {
    const value = one.number(name);
    return value === undefined || value < 0 ? undefined : value;
  };
  return {
    id: one.required("id"),
    name: one.text("name") ?? "",
    user: one.text("user") ?? "",
    queue: one.text("queue") ?? "",
    type: one.text("applicationType") ?? "",
    state: one.required("state") as ApplicationState,
    finalStatus: (one.text("finalStatus") ?? "UNDEFINED") as Application["finalStatus"],
    diagnostics: (one.text("diagnostics") ?? "").trim(),
    tags: (one.text("applicationTags") ?? "").split(",").filter((tag) => tag !== ""),
    trackingUrl: one.present("trackingUrl"),
    started: one.date("startedTime"),
    finished: one.date("finishedTime"),
    containers: count("runningContainers"),
    megabytes: count("allocatedMB"),
    vcores: count("allocatedVCores"),
  };
}

/** What YARN, or its history, is asked for; undefined where that does not know of it. */
export async function absentFromYarn<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isHowdahError(error) && error.code === "YARN_ABSENT") return undefined;
    throw error;
  }
}
