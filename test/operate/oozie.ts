import { readProperties } from "#src/connect/oozie/properties.js";
import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyOf, json } from "../connect/servers.js";

/** A job of the stand-in, as JsonTags name its facts. */
export interface StandInJob {
  readonly id: string;
  readonly kind: "wf" | "coordinator" | "bundle";
  readonly name: string;
  readonly conf: string;
  status: string;
  /** Members as the server names them, such as `actions`, which it is answered with besides. */
  more: Record<string, unknown>;
}

/** What answers as Oozie's V2JobsServlet and V2JobServlet do, for the requests that operating sends. */
export class StandInOozie {
  /** The oldest first. */
  readonly jobs: StandInJob[] = [];
  /** How often a job was sent, dry runs left out. */
  sent = 0;
  mode = "NORMAL";

  readonly handler = (request: IncomingMessage, response: ServerResponse): void => void this.#answer(request, response);

  /** Puts a job there that nobody sent. */
  add(
    kind: StandInJob["kind"],
    name: string,
    status: string,
    more: Record<string, unknown> = {},
    conf = "",
  ): StandInJob {
    const letter = { wf: "W", coordinator: "C", bundle: "B" }[kind];
    const number = String(this.jobs.length + 1).padStart(7, "0");
    const job = { id: `${number}-261125043522366-oozie-joe-${letter}`, kind, name, conf, status, more };
    this.jobs.push(job);
    return job;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://x");
    const query = url.searchParams;
    const [, id] = /^\/oozie\/v2\/job\/([^/]+)$/.exec(url.pathname) ?? [];
    if (url.pathname === "/oozie/v2/admin/status") return json(response, 200, { systemMode: this.mode });
    if (request.method === "POST") return this.#submit(await bodyOf(request), query, response);
    if (id === undefined) return this.#list(query, response);
    const job = this.jobs.find((one) => one.id === decodeURIComponent(id).replace(/@.*/, ""));
    if (job === undefined) return refuse(response, "E0604", `Job does not exist [${id}]`);
    if (request.method === "PUT") {
      const action = query.get("action") ?? "";
      const numbers = query.get("scope");
      if (numbers !== null) {
        const killed = (job.more["actions"] as { actionNumber: number; status: string }[]).filter(({ actionNumber }) =>
          numbers.split(",").includes(String(actionNumber)),
        );
        for (const one of killed) one.status = "KILLED";
        return json(response, 200, { actions: killed });
      }
      job.status = { kill: "KILLED", suspend: "SUSPENDED", resume: "RUNNING", start: "RUNNING" }[action] ?? job.status;
      return void response.writeHead(200).end();
    }
    const [, number] = /@(\d+)$/.exec(decodeURIComponent(id)) ?? [];
    if (number !== undefined && job.kind === "coordinator") {
      const actions = job.more["actions"] as { actionNumber: number }[];
      return json(
        response,
        200,
        actions.find(({ actionNumber }) => actionNumber === Number(number)),
      );
    }
    if (query.get("show") === "status") return json(response, 200, { status: job.status });
    const members = this.jobs.filter((one) => one.more["bundleId"] === job.id).map((one) => facts(one));
    const answer = { ...facts(job), conf: job.conf, bundleCoordJobs: members };
    return json(response, 200, { ...answer, ...(job.kind === "coordinator" ? this.#actions(job, query) : {}) });
  }

  #actions(job: StandInJob, query: URLSearchParams): { actions: unknown[] } {
    const all = (job.more["actions"] ?? []) as { nominalTime: string; status: string }[];
    const conditions = (query.get("filter") ?? "").split(";").filter((one) => one !== "");
    const statuses = conditions.flatMap((one) => (one.startsWith("status=") ? [one.slice("status=".length)] : []));
    const times = conditions.flatMap((one) => {
      const [, sign, time] = /^nominaltime([<>])=(.*)$/.exec(one) ?? [];
      return sign === undefined ? [] : [{ sign, time: Date.parse(time!) }];
    });
    const fitting = all.filter(
      ({ status, nominalTime }) =>
        (statuses.length === 0 || statuses.includes(status)) &&
        times.every(({ sign, time }) =>
          sign === ">" ? Date.parse(nominalTime) >= time : Date.parse(nominalTime) <= time,
        ),
    );
    const ordered = query.get("order") === "desc" ? fitting.toReversed() : fitting;
    const offset = Number(query.get("offset") ?? 1) - 1;
    return { actions: ordered.slice(offset, offset + Number(query.get("len") ?? 1000)) };
  }

  #submit(body: string, query: URLSearchParams, response: ServerResponse): void {
    const properties = readProperties(body);
    const kinds = { wf: "workflow", coord: "coordinator", bundle: "bundle" } as const;
    const [short] = Object.entries(kinds).find(([one]) => properties[`oozie.${one}.application.path`] !== undefined)!;
    if (query.get("action") === "dryrun") return json(response, 200, { id: "OK" });
    this.sent += 1;
    const kind = short === "coord" ? "coordinator" : (short as "wf" | "bundle");
    const path = properties[`oozie.${short}.application.path`]!.replace("${release}", properties["release"]!);
    const name = path.split("/").at(-2)!;
    const resolved = path.replace("${nameNode}", properties["nameNode"]!);
    const status = query.get("action") === "start" ? "RUNNING" : "PREP";
    const paths = { appPath: resolved, coordJobPath: resolved, bundleJobPath: resolved };
    const { id } = this.add(kind, name, status, paths, body);
    json(response, 201, { id });
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const kind = query.get("jobtype") as StandInJob["kind"];
    const conditions = (query.get("filter") ?? "").split(";").map((one) => one.split("=") as [string, string]);
    const values = (name: string): string[] => conditions.flatMap(([key, value]) => (key === name ? [value] : []));
    const fits = (name: string, value: string): boolean => values(name).length === 0 || values(name).includes(value);
    const found = this.jobs.filter((job) => job.kind === kind && fits("name", job.name) && fits("status", job.status));
    const offset = Number(query.get("offset") ?? 1) - 1;
    const member = { wf: "workflows", coordinator: "coordinatorjobs", bundle: "bundlejobs" }[kind];
    const page = found.toReversed().slice(offset, offset + Number(query.get("len") ?? 50));
    json(response, 200, { [member]: page.map((job) => ({ ...facts(job), actions: [] })) });
  }
}

function facts({ id, name, kind, status, more }: StandInJob): Record<string, unknown> {
  const prefix = { wf: "", coordinator: "coordJob", bundle: "bundleJob" }[kind];
  const names = kind === "wf" ? { id, appName: name } : { [`${prefix}Id`]: id, [`${prefix}Name`]: name };
  return { ...names, status, user: "joe", ...more };
}

/** As JsonRestServlet.sendErrorResponse does. */
export function refuse(response: ServerResponse, code: string, message: string): void {
  response.setHeader("oozie-error-code", code);
  response.setHeader("oozie-error-message", `${code}: ${message}`);
  json(response, 400, { errorMessage: `${code}: ${message}`, httpStatusCode: 400 });
}
