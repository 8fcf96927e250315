import { ConnectError } from "../errors.ts";
import type { Http, RequestSpec, StreamedAnswer } from "../http.ts";
import { encodePath } from "./calls.ts";

/** An operation of which the NameNode only says which DataNode does it. */
export interface TwoStep {
  readonly method: "GET" | "PUT" | "POST";
  readonly op: string;
  readonly path: string;
  readonly what: string;
  readonly query?: NonNullable<RequestSpec["query"]>;
  readonly repeatable: boolean;
  readonly content?: NonNullable<RequestSpec["body"]>;
  readonly length?: number;
  readonly signal?: AbortSignal;
  readonly deadline?: number;
}

/**
 * Asks a NameNode where to, without any content, then sends or reads the content there: axios, following by itself, would
 * send everything to the NameNode first. Both steps are repeated together, on another NameNode where this one is a standby
 * (which may show at the DataNode alone), and without the DataNodes that did not answer. HttpFS redirects to itself, or
 * not at all.
 */
export function redirected(http: Http, step: TwoStep): Promise<StreamedAnswer> {
  const { method, op, path, what, query = {}, repeatable, content, length, signal, deadline } = step;
  const shared = {
    method,
    repeatable,
    ...(signal === undefined ? {} : { signal }),
    ...(deadline === undefined ? {} : { deadline }),
  };
  const dead: string[] = [];
  let lost: ConnectError | undefined;
  return http.attempt({ ...shared, path: encodePath(path), what }, async (base) => {
    const excludedatanodes = dead.length === 0 ? undefined : dead.join(",");
    const first: RequestSpec = {
      ...shared,
      what,
      path: encodePath(path),
      query: { op, ...query, excludedatanodes },
      accept: [307],
      // It only asks: nothing is changed by it but, of CREATE, a file without content.
      repeatable: true,
    };
    const told = await http.streamOnce(base, first).catch((error: unknown) => {
      // No DataNode is left but those that did not answer: that is what matters.
      throw lost !== undefined && error instanceof ConnectError && error.progress === "answered" ? lost : error;
    });
    const location = await redirection(told, method);
    if (location === undefined) return told;
    const target = new URL(location, http.url(base, first));
    try {
      return await http.streamOnce(base, {
        ...shared,
        what,
        path: target,
        ...(content === undefined ? {} : { body: content, headers: { "Content-Type": "application/octet-stream" } }),
        ...(length === undefined ? {} : { length }),
      });
    } catch (error) {
      if (!(error instanceof ConnectError) || error.progress === "answered" || target.origin === base.origin)
        throw error;
      dead.push(target.host);
      lost = ofDataNode(error, what, target);
      throw lost;
    }
  });
}

/** Where to: a 307's Location, or what a gateway that dislikes redirects answers instead (`{"Location": …}`). */
async function redirection({ status, headers, body }: StreamedAnswer, method: string): Promise<string | undefined> {
  if (status === 307) {
    body.destroy();
    return headers["location"];
  }
  if (method === "GET") return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  const location = /"Location"\s*:\s*"([^"]+)"/.exec(Buffer.concat(chunks).toString())?.[1];
  if (location !== undefined) return location;
  throw new ConnectError("the server took a write without saying where its content goes", {
    code: "ANSWER_FORMAT",
    progress: "answered",
    next: "is the URL that of WebHDFS or HttpFS?",
  });
}

/** The NameNode answered; it is the way to the DataNode that is missing. */
function ofDataNode(error: ConnectError, what: string, { host, hostname }: URL): ConnectError {
  const advice =
    error.code === "CONNECT_UNRESOLVED" || error.code === "CONNECT_UNREACHABLE"
      ? `the cluster's own names are not known here: give an address that can be reached as \`hosts: { "${hostname}": "…" }\` ` +
        "of the target, have the DataNodes tell another name (dfs.datanode.hostname), or use HttpFS or Knox"
      : error.next;
  const why = error.message.startsWith(`${what}: `) ? error.message.slice(what.length + 2) : error.message;
  return new ConnectError(`${what}: the NameNode sends us to the DataNode ${host}: ${why}`, {
    code: error.code,
    progress: error.progress,
    transient: error.transient || error.progress === "unsent",
    ...(error.where === undefined ? {} : { where: error.where }),
    ...(advice === undefined ? {} : { next: advice }),
    cause: error,
  });
}
