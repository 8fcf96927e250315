import { simpleAuth } from "#src/connect/auth/index.js";
import { Http, type Answer, type RequestSpec } from "#src/connect/http.js";
import { inParallel } from "./waiting.js";
import type { ClusterAddresses } from "../support/cluster.js";

/** As much of HDFS as the tests of other servers need. */
export class TestHdfs {
  readonly #http: Http;

  constructor({ webHdfs, user }: ClusterAddresses) {
    this.#http = new Http({ name: "WebHDFS", path: "/webhdfs/v1" }, { url: webHdfs, auth: simpleAuth(user) });
  }

  async put(path: string, content: string | Uint8Array): Promise<void> {
    const query = { op: "CREATE", overwrite: true };
    const { headers } = await this.#http.request({ method: "PUT", path, query, accept: [307], repeatable: true });
    await this.#send({ method: "PUT", path: new URL(headers["location"]!), body: content, repeatable: true });
  }

  async putAll(files: readonly { readonly path: string; readonly content: string | Uint8Array }[]): Promise<void> {
    await inParallel(4, files, ({ path, content }) => this.put(path, content));
  }

  async read(path: string): Promise<string> {
    return (await this.#http.request({ path, query: { op: "OPEN" }, follow: 1 })).text;
  }

  /** Names in a folder; undefined where there is none. */
  async list(path: string): Promise<readonly string[] | undefined> {
    const { status, text } = await this.#http.request({ path, query: { op: "LISTSTATUS" }, accept: [404] });
    if (status === 404) return undefined;
    const { FileStatuses } = JSON.parse(text) as { FileStatuses: { FileStatus: { pathSuffix: string }[] } };
    return FileStatuses.FileStatus.map(({ pathSuffix }) => pathSuffix).sort();
  }

  /** The texts of the files in a folder that are neither hidden nor flags, one after another. */
  async readFolder(path: string): Promise<string> {
    const names = (await this.list(path)) ?? [];
    const texts = names.filter((name) => !/^[._]/.test(name)).map((name) => this.read(`${path}/${name}`));
    return (await Promise.all(texts)).join("");
  }

  async remove(path: string): Promise<void> {
    await this.#http.request({ method: "DELETE", path, query: { op: "DELETE", recursive: true }, repeatable: true });
  }

  close(): void {
    this.#http.close();
  }

  #send(spec: RequestSpec): Promise<Answer> {
    return this.#http.request({ ...spec, headers: { "Content-Type": "application/octet-stream" } });
  }
}
