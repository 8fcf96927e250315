import { userInfo } from "node:os";
import { createInterface } from "node:readline";
import { HowdahError, isHowdahError } from "../../core/errors.ts";
import { Http, type Answer, type HttpOptions, type RequestSpec } from "../http.ts";
import { JsonRecord } from "../json.ts";
import type {
  ActionFilter,
  ActionScope,
  ChangeRequest,
  JobFilter,
  LogFilter,
  LogKind,
  Oozie,
  SlaChange,
  SlaFilter,
  SlaScope,
  WorkflowRerun,
} from "./api.ts";
import { explainOozie } from "./explain.ts";
import {
  actionFilter,
  changeValue,
  dates,
  jobFilter,
  listedScope,
  logFilter,
  numbers,
  slaFilter,
  slaValue,
  typedScope,
} from "./filters.ts";
import { propertiesXml, type Properties } from "./properties.ts";
import * as records from "./records.ts";
import { rerunProperties } from "./rerun.ts";

const oozieKind = { name: "Oozie", path: "/oozie", explain: explainOozie };

/** Jobs asked for at once in lists. */
const jobsPage = 100;

type Query = NonNullable<RequestSpec["query"]>;

/** Talks to an Oozie server (or several of one service), whose URL ends in `/oozie` or has no path. */
export function oozieClient(options: HttpOptions): Oozie {
  return new OozieClient(new Http(oozieKind, options));
}

class OozieClient implements Oozie {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  async systemMode(): Promise<string> {
    return (await this.#json("/v2/admin/status", {}, "cannot ask for the server's mode")).required("systemMode");
  }

  async buildVersion(): Promise<string> {
    const answer = await this.#json("/v2/admin/build-version", {}, "cannot ask for the server's version");
    return answer.required("buildVersion");
  }

  async serverConfiguration(): Promise<Readonly<Record<string, string>>> {
    return (await this.#json("/v2/admin/configuration", {}, "cannot ask for the server's settings")).textMembers();
  }

  async submit(properties: Properties, { start = false }: { readonly start?: boolean } = {}): Promise<string> {
    // The server refuses `start` for coordinators, which begin by themselves (V1JobsServlet.submitCoordinatorJob).
    const action = start && properties["oozie.coord.application.path"] === undefined ? "start" : undefined;
    const answer = await this.#postJob(properties, { action }, "cannot submit the job");
    return JsonRecord.parse(answer.text, "Oozie's answer").required("id");
  }

  async dryRun(properties: Properties): Promise<string> {
    const answer = await this.#postJob(properties, { action: "dryrun" }, "the server would not take the job");
    return JsonRecord.parse(answer.text, "Oozie's answer").required("id");
  }

  async validate(xml: string): Promise<string> {
    const answer = await this.#http.request({
      method: "POST",
      path: "/v2/validate",
      // The servlet wants a name of the file, and takes the body for its content when the name begins with no scheme.
      query: { file: "document.xml", user: userInfo().username },
      ...xmlBody(xml),
      repeatable: true,
      what: "the server finds the document wrong",
    });
    return JsonRecord.parse(answer.text, "Oozie's answer").required("validate");
  }

  async start(id: string): Promise<void> {
    await this.#put(id, { action: "start" }, "start");
  }

  async suspend(id: string): Promise<void> {
    await this.#put(id, { action: "suspend" }, "suspend");
  }

  async resume(id: string): Promise<void> {
    await this.#put(id, { action: "resume" }, "resume");
  }

  async kill(id: string): Promise<void> {
    await this.#put(id, { action: "kill" }, "kill");
  }

  async killActions(id: string, scope: ActionScope): Promise<readonly records.CoordinatorAction[]> {
    return actionsIn(await this.#put(id, { action: "kill", ...typedScope(scope) }, "kill actions of"));
  }

  async ignoreActions(id: string, actions: string | readonly number[]): Promise<readonly records.CoordinatorAction[]> {
    const query = { action: "ignore", type: "action", scope: numbers(actions) };
    return actionsIn(await this.#put(id, query, "ignore actions of"));
  }

  async change(id: string, what: ChangeRequest): Promise<void> {
    await this.#put(id, { action: "change", value: changeValue(what) }, "change");
  }

  async rerunWorkflow(id: string, how: WorkflowRerun, properties: Properties = {}): Promise<void> {
    const body = xmlBody(propertiesXml(rerunProperties(await this.workflow(id), how, properties)));
    await this.#put(id, { action: "rerun" }, "rerun", { ...body, repeatable: false });
  }

  async rerunActions(
    id: string,
    scope: ActionScope,
    {
      refresh = false,
      cleanup = false,
      failed = false,
    }: { readonly refresh?: boolean; readonly cleanup?: boolean; readonly failed?: boolean } = {},
  ): Promise<readonly records.CoordinatorAction[]> {
    const query = { action: "coord-rerun", ...typedScope(scope), refresh, nocleanup: !cleanup, failed };
    const body = { ...xmlBody(propertiesXml({})), repeatable: false };
    return actionsIn(await this.#put(id, query, "rerun actions of", body));
  }

  async rerunBundle(
    id: string,
    { coordinators, dates: ranges }: { coordinators?: readonly string[]; dates?: readonly (readonly [Date, Date])[] },
    { refresh = false, cleanup = false }: { readonly refresh?: boolean; readonly cleanup?: boolean } = {},
  ): Promise<void> {
    const query = {
      action: "bundle-rerun",
      "coord-scope": coordinators?.join(","),
      "date-scope": ranges === undefined ? undefined : dates(ranges),
      refresh,
      nocleanup: !cleanup,
    };
    await this.#put(id, query, "rerun", { ...xmlBody(propertiesXml({})), repeatable: false });
  }

  async updateCoordinator(
    id: string,
    properties: Properties = {},
    { dryRun = false }: { readonly dryRun?: boolean } = {},
  ): Promise<string> {
    const { configuration } = await this.coordinator(id);
    const body = { ...xmlBody(propertiesXml({ ...configuration, ...properties })), repeatable: dryRun };
    const answer = await this.#put(id, { action: "update", dryrun: dryRun, diff: true }, "update", body);
    const difference = answer.record("update")?.text("diff") ?? "";
    // Where nothing differs, headings are all there is.
    return difference.includes("@@") ? difference : "";
  }

  async job(id: string): Promise<records.AnyJob> {
    if (id.endsWith("-W")) return this.workflow(id);
    return id.endsWith("-B") ? this.bundle(id) : this.coordinator(id);
  }

  async workflow(id: string): Promise<records.WorkflowJob> {
    return records.workflowJob(await this.#job(kindOf(id, "W"), { show: "info" }));
  }

  async coordinator(id: string): Promise<records.CoordinatorJob> {
    // Without `len` a server may send every action along, as its settings say.
    return records.coordinatorJob(await this.#job(kindOf(id, "C"), { show: "info", offset: 1, len: 1 }));
  }

  async bundle(id: string): Promise<records.BundleJob> {
    return records.bundleJob(await this.#job(kindOf(id, "B"), { show: "info" }));
  }

  async status(id: string): Promise<records.JobStatus> {
    return (await this.#job(id, { show: "status" })).required("status") as records.JobStatus;
  }

  async coordinatorAction(id: string): Promise<records.CoordinatorAction> {
    return records.coordinatorAction(await this.#job(id, { show: "info" }));
  }

  async workflowAction(id: string): Promise<records.WorkflowAction> {
    return records.workflowAction(await this.#job(id, { show: "info" }));
  }

  async *actions(
    coordinator: string,
    filter: ActionFilter = {},
  ): AsyncGenerator<records.CoordinatorAction, void, undefined> {
    const { order = "asc", page = 500 } = filter;
    const query = { show: "info", order, filter: actionFilter(filter), len: page };
    const seen = new Set<string>();
    for (let offset = 1; ; offset += page) {
      const answer = await this.#job(kindOf(coordinator, "C"), { ...query, offset });
      const actions = answer.records("actions").map(records.coordinatorAction);
      for (const action of actions) {
        // Where actions are made meanwhile, the same one comes again at the next offset from the end.
        if (!seen.has(action.id)) yield action;
        seen.add(action.id);
      }
      if (actions.length < page) return;
    }
  }

  async runsOf(coordinator: string, number: number): Promise<readonly records.WorkflowJob[]> {
    const query = { show: "allruns", type: "action", scope: number };
    return (await this.#job(coordinator, query)).records("workflows").map(records.workflowJob);
  }

  async missingDependencies(coordinator: string, scope: ActionScope): Promise<readonly records.MissingDependencies[]> {
    const answer = await this.#job(coordinator, { show: "missing-dependencies", ...listedScope(scope) });
    return answer.records("missingDependencies").map(records.missingDependencies);
  }

  async definition(id: string): Promise<string> {
    return (await this.#get(jobPath(id), { show: "definition" }, `cannot read the definition of ${id}`)).text;
  }

  async *log(id: string, filter: LogFilter = {}, which: LogKind = "log"): AsyncGenerator<string, void, undefined> {
    const query = {
      show: which,
      ...(filter.scope === undefined ? {} : typedScope(filter.scope)),
      logfilter: logFilter(filter),
    };
    const { body } = await this.#http.stream({ path: jobPath(id), query, what: `cannot read the log of ${id}` });
    let failure: unknown;
    body.on("error", (error) => (failure = error));
    try {
      for await (const line of createInterface({ input: body, crlfDelay: Infinity })) yield line;
      // The reader of lines takes a stream that broke for one that ended.
      if (failure !== undefined) throw failure;
    } finally {
      body.destroy();
    }
  }

  async *workflows(filter: JobFilter = {}): AsyncGenerator<records.WorkflowJob, void, undefined> {
    yield* this.#list("wf", "workflows", filter, records.workflowJob);
  }

  async *coordinators(filter: JobFilter = {}): AsyncGenerator<records.CoordinatorJob, void, undefined> {
    yield* this.#list("coordinator", "coordinatorjobs", filter, records.coordinatorJob);
  }

  async *bundles(filter: JobFilter = {}): AsyncGenerator<records.BundleJob, void, undefined> {
    yield* this.#list("bundle", "bundlejobs", filter, records.bundleJob);
  }

  async byExternalId(externalId: string): Promise<string | undefined> {
    const query = { "external-id": externalId };
    return (await this.#json("/v2/jobs", query, `cannot look for the job ${externalId}`)).present("id");
  }

  async sla(filter: SlaFilter): Promise<readonly records.SlaSummary[]> {
    const query = { filter: slaFilter(filter), len: filter.limit ?? 1000, timezone: "GMT" };
    const answer = await this.#json("/v2/sla", query, "cannot ask for promises (SLA)");
    return answer.records("slaSummaryList").map(records.slaSummary);
  }

  slaEnable(id: string, scope: SlaScope): Promise<void> {
    return this.#sla("sla-enable", id, scope);
  }

  slaDisable(id: string, scope: SlaScope): Promise<void> {
    return this.#sla("sla-disable", id, scope);
  }

  slaChange(id: string, scope: SlaScope, change: SlaChange): Promise<void> {
    return this.#sla("sla-change", id, scope, slaValue(change));
  }

  async shareLibraries(): Promise<readonly string[]> {
    const answer = await this.#json("/v2/admin/list_sharelib", {}, "cannot list the share libraries");
    return answer.records("sharelib").map((one) => one.required("name"));
  }

  async shareLibrary(name: string): Promise<readonly string[]> {
    const answer = await this.#json("/v2/admin/list_sharelib", { lib: name }, `cannot list the share library ${name}`);
    return answer.records("sharelib").flatMap((one) => (one.text("name") === name ? one.texts("files") : []));
  }

  async updateShareLibrary(): Promise<readonly { server: string; folder: string; status: string }[]> {
    const answer = await this.#json("/v2/admin/update_sharelib", {}, "cannot update the share library");
    const one = answer.record("sharelibUpdate");
    const servers = one === undefined ? answer.records("sharelibUpdate") : [one];
    return servers.map((server) => ({
      server: server.text("host") ?? "",
      folder: server.text("sharelibDirNew") ?? "",
      status: server.text("status") ?? "",
    }));
  }

  close(): void {
    this.#http.close();
  }

  async *#list<T extends records.AnyJob>(
    jobtype: string,
    member: string,
    filter: JobFilter,
    read: (one: JsonRecord) => T,
  ): AsyncGenerator<T, void, undefined> {
    const seen = new Set<string>();
    for (let offset = 1; ; offset += jobsPage) {
      const query = { jobtype, filter: jobFilter(filter), offset, len: jobsPage };
      const jobs = (await this.#json("/v2/jobs", query, "cannot list jobs")).records(member).map(read);
      for (const job of jobs) {
        // A job submitted meanwhile moves the others down the list.
        if (!seen.has(job.id)) yield job;
        seen.add(job.id);
      }
      if (jobs.length < jobsPage) return;
    }
  }

  async #sla(action: string, id: string, scope: SlaScope, value?: string): Promise<void> {
    const query = { action, ...listedScope(scope), coordinators: scope.coordinators?.join(","), value };
    await this.#put(id, query, "change promises of", xmlBody(propertiesXml({})));
  }

  #get(path: string, query: Query, what: string): Promise<Answer> {
    return this.#http.request({ path, query, what });
  }

  async #json(path: string, query: Query, what: string): Promise<JsonRecord> {
    return JsonRecord.parse((await this.#get(path, query, what)).text, "Oozie's answer");
  }

  #job(id: string, query: Query): Promise<JsonRecord> {
    return this.#json(jobPath(id), query, `cannot ask about ${id}`);
  }

  /** Repeating does no harm by default: a job that is in the wished state already stays there (XCommand.call). */
  async #put(id: string, query: Query, verb: string, more: Partial<RequestSpec> = {}): Promise<JsonRecord> {
    const what = `cannot ${verb} ${id}`;
    const answer = await this.#http.request({
      method: "PUT",
      path: jobPath(id),
      query,
      what,
      repeatable: true,
      ...more,
    });
    return answer.text.trim() === "" ? new JsonRecord({}, "") : JsonRecord.parse(answer.text, "Oozie's answer");
  }

  #postJob(properties: Properties, query: Query, what: string): Promise<Answer> {
    const body = xmlBody(propertiesXml({ "user.name": userInfo().username, ...properties }));
    return this.#http.request({
      method: "POST",
      path: "/v2/jobs",
      query,
      what,
      repeatable: query["action"] === "dryrun",
      ...body,
    });
  }
}

/** What carries XML says so: the server refuses it otherwise (E0300), `rerun` and its like even without a body. */
function xmlBody(body: string): Pick<RequestSpec, "body" | "headers"> {
  return { body, headers: { "Content-Type": "application/xml;charset=UTF-8" } };
}

function jobPath(id: string): string {
  return `/v2/job/${encodeURIComponent(id)}`;
}

function kindOf(id: string, kind: "W" | "C" | "B"): string {
  if (id.endsWith(`-${kind}`)) return id;
  const name = { W: "workflow", C: "coordinator", B: "bundle" }[kind];
  throw new HowdahError(`${id} is no ${name}: those end in -${kind}`, { code: "OOZIE_ID" });
}

function actionsIn(answer: JsonRecord): readonly records.CoordinatorAction[] {
  return answer.records("actions").map(records.coordinatorAction);
}

/** True for the error of a job or an action that is not there. */
export function isAbsent(error: unknown): boolean {
  return isHowdahError(error) && error.code === "OOZIE_ABSENT";
}
