import { HowdahError } from "../../core/errors.ts";
import { ConnectError } from "../errors.ts";
import type { Http, RequestSpec } from "../http.ts";

/** What every operation takes. */
export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds. @default the client's */
  readonly deadline?: number;
}

export type Query = NonNullable<RequestSpec["query"]>;

type OpSpec = Omit<RequestSpec, "path"> & { readonly op: string; readonly path: string };

/** The ways in which operations of WebHDFS are asked for. */
export class Calls {
  readonly http: Http;

  constructor(http: Http) {
    this.http = http;
  }

  at(path: string, query: Query): Pick<RequestSpec, "path" | "query"> {
    return { path: encodePath(path), query };
  }

  get<T>(op: string, path: string, what: string, options: CallOptions, query: Query = {}): Promise<T> {
    // Checksums come from a DataNode, to which the NameNode redirects.
    return this.http.json<T>({ ...options, what, follow: 1, ...this.at(path, { op, ...query }) });
  }

  async put(op: string, path: string, what: string, query: Query, options: CallOptions): Promise<void> {
    await this.send({ ...options, method: "PUT", what, repeatable: true, ...this.at(path, { op, ...query }) });
  }

  async send(spec: RequestSpec): Promise<void> {
    await this.http.request(spec);
  }

  /** What a boolean answer says, and whether the request had to be sent more than once. */
  async boolean(spec: OpSpec & { readonly method: "PUT" | "DELETE" }): Promise<{ said: boolean; again: boolean }> {
    const { op, path, query = {}, ...rest } = spec;
    const request: RequestSpec = { ...rest, ...this.at(path, { op, ...query }) };
    let times = 0;
    const answer = await this.http.attempt(request, (base) => {
      times++;
      return this.http.once(base, request);
    });
    const { boolean = true } = this.http.parse<{ boolean?: boolean } | undefined>(answer, request) ?? {};
    return { said: boolean, again: times > 1 };
  }

  refused(what: string, where: string, why: string, code = "HDFS_REFUSED"): ConnectError {
    const fault = code === "HDFS_REFUSED" ? "server" : "user";
    return new ConnectError(`${what}: ${why}`, {
      code,
      fault,
      where,
      progress: "answered",
      next: "look with ls at what is there",
    });
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ConnectError && error.code === "HDFS_NOT_FOUND";
}

/** What was asked for, or undefined where HDFS has nothing at that path. */
export async function absentIfMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** A path as a URL has it. @throws HDFS_ARGUMENT for one that is not absolute */
export function encodePath(path: string): string {
  if (!path.startsWith("/") || path.split("/").some((part) => part === "." || part === ".."))
    throw new HowdahError(`${path} is no absolute path in HDFS`, { code: "HDFS_ARGUMENT", next: "begin it with /" });
  return path
    .split("/")
    .map((part) => encodeURIComponent(Buffer.from(part).toString()))
    .join("/");
}
