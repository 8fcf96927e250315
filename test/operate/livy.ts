import type { BatchRequest } from "#src/connect/livy.js";
import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyOf, json } from "../connect/servers.js";

export interface StandInBatch {
  readonly id: number;
  readonly request: BatchRequest;
  state: string;
  appId: string | null;
}

export interface StandInApplication {
  readonly id: string;
  readonly applicationTags: string;
  state: string;
  finalStatus: string;
  diagnostics: string;
  /** What its driver has printed. */
  stdout: string;
}

/** Livy's batches, and the YARN on which they run: as SessionServlet of 0.7.1 and RMWebServices answer. */
export class StandInLivy {
  batches: StandInBatch[] = [];
  readonly applications: StandInApplication[] = [];
  /** Every batch that was ever posted. */
  readonly posted: BatchRequest[] = [];
  /** What becomes of a batch as soon as it is posted. */
  onPost: (batch: StandInBatch) => void = () => undefined;
  readonly killed: string[] = [];

  /** YARN accepts a batch's application. */
  accept(batch: StandInBatch): StandInApplication {
    const own = `livy-batch-${batch.id}-x`;
    const application: StandInApplication = {
      id: `application_1_${String(this.applications.length + 1).padStart(4, "0")}`,
      applicationTags: `${own},${batch.request.conf?.["spark.yarn.tags"] ?? ""}`.toLowerCase(),
      state: "RUNNING",
      finalStatus: "UNDEFINED",
      diagnostics: "",
      stdout: "",
    };
    this.applications.push(application);
    Object.assign(batch, { state: "running", appId: application.id });
    return application;
  }

  /** It ends, well or with an exit code. */
  end(batch: StandInBatch, exitCode = 0): void {
    const application = this.applications.find(({ id }) => id === batch.appId) ?? this.accept(batch);
    application.state = "FINISHED";
    application.finalStatus = exitCode === 0 ? "SUCCEEDED" : "FAILED";
    if (exitCode !== 0) application.diagnostics = `User application exited with status ${exitCode}`;
    batch.state = exitCode === 0 ? "success" : "dead";
  }

  readonly livy = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url!, "http://x");
    const [, , spelled] = pathname.split("/").map(decodeURIComponent);
    if (request.method === "POST") return void bodyOf(request).then((body) => this.#post(body, response));
    if (spelled === undefined) {
      const [from, size] = [Number(searchParams.get("from")), Number(searchParams.get("size"))];
      return json(response, 200, { sessions: this.batches.slice(from, from + size).map(spoken) });
    }
    const batch = this.batches.find(({ id, request: { name } }) => String(id) === spelled || name === spelled);
    if (batch === undefined) return json(response, 404, { msg: `Session '${spelled}' not found.` });
    if (pathname.endsWith("/log")) return json(response, 200, { id: batch.id, from: 0, total: 1, log: ["submitted"] });
    if (request.method === "DELETE") this.batches = this.batches.filter((one) => one !== batch);
    json(response, 200, request.method === "DELETE" ? { msg: "deleted" } : spoken(batch));
  };

  #post(body: string, response: ServerResponse): void {
    const request = JSON.parse(body) as BatchRequest;
    if (this.batches.some((one) => one.request.name === request.name))
      return json(response, 400, { msg: `Duplicate session name: Some(${request.name!}) for session 9` });
    const batch: StandInBatch = { id: this.batches.length, request, state: "starting", appId: null };
    this.batches.push(batch);
    this.posted.push(request);
    this.onPost(batch);
    json(response, 201, spoken(batch));
  }

  readonly yarn = (request: IncomingMessage, response: ServerResponse): void => {
    const { pathname, searchParams } = new URL(request.url!, "http://x");
    const spelled = /(?:apps\/|container_)(application_\w+)/.exec(pathname)?.[1];
    if (spelled === undefined) {
      const tags = searchParams.get("applicationTags")?.split(",") ?? [];
      const states = searchParams.get("states")?.split(",");
      const app = this.applications.filter(
        (one) =>
          tags.every((tag) => one.applicationTags.split(",").includes(tag)) &&
          (states === undefined || states.includes(one.state)),
      );
      return json(response, 200, { apps: { app } });
    }
    const application = this.applications.find(({ id }) => id === spelled);
    if (application === undefined)
      return json(response, 404, { RemoteException: { exception: "NotFoundException", message: "not found" } });
    if (request.method === "PUT") {
      this.killed.push(application.id);
      Object.assign(application, { state: "KILLED", finalStatus: "KILLED" });
      return json(response, 202, { state: "KILLED" });
    }
    if (pathname.endsWith("/appattempts")) {
      const node = request.headers.host;
      const attempt = { id: 1, containerId: `container_${application.id}`, nodeHttpAddress: node };
      return json(response, 200, { appAttempts: { appAttempt: [attempt] } });
    }
    if (pathname.endsWith("/logs")) {
      const containerLogInfo = [{ fileName: "stdout", fileSize: String(application.stdout.length) }];
      return json(response, 200, [{ containerLogsInfo: { containerLogInfo } }]);
    }
    if (pathname.endsWith("/stdout"))
      return void response.end(`LogAggregationType: LOCAL\nLogContents:\n${application.stdout}End of LogType:stdout\n`);
    json(response, 200, { app: application });
  };
}

function spoken({ id, request: { name }, state, appId }: StandInBatch): Readonly<Record<string, unknown>> {
  return { id, name: name ?? null, owner: null, proxyUser: null, state, appId, appInfo: {}, log: [] };
}
