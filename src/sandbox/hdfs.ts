import { createReadStream, statSync } from "node:fs";
import { request } from "node:http";
import { pipeline } from "node:stream/promises";
import { messageOf } from "../core/errors.ts";

export interface Listed {
  readonly pathSuffix: string;
  readonly length: number;
  readonly type: string;
}

/** The few things that a start does over WebHDFS. */
export class Hdfs {
  readonly #port: number;
  readonly #user: string;
  constructor(port: number, user: string) {
    this.#port = port;
    this.#user = user;
  }

  async makeFolder(path: string, permission = "755"): Promise<void> {
    await this.#call("PUT", path, `op=MKDIRS&permission=${permission}`);
    await this.#call("PUT", path, `op=SETPERMISSION&permission=${permission}`);
  }

  async list(path: string): Promise<readonly Listed[]> {
    const { status, text } = await this.#call("GET", path, "op=LISTSTATUS", [200, 404]);
    if (status === 404) return [];
    return (JSON.parse(text) as { FileStatuses: { FileStatus: readonly Listed[] } }).FileStatuses.FileStatus;
  }

  async read(path: string): Promise<string | undefined> {
    const { status, text } = await this.#call("GET", path, "op=OPEN&noredirect=true", [200, 404]);
    if (status === 404) return undefined;
    const answer = await fetch((JSON.parse(text) as { Location: string }).Location);
    return answer.status === 200 ? answer.text() : undefined;
  }

  async put(path: string, body: string | { readonly file: string }): Promise<void> {
    const { text } = await this.#call("PUT", path, "op=CREATE&overwrite=true&noredirect=true");
    const { Location } = JSON.parse(text) as { Location: string };
    const length = typeof body === "string" ? Buffer.byteLength(body) : statSync(body.file).size;
    const done = new Promise<void>((resolve, reject) => {
      const sent = request(
        Location,
        { method: "PUT", headers: { "Content-Length": length, "Content-Type": "application/octet-stream" } },
        (response) => {
          response.resume();
          if (response.statusCode === 201) resolve();
          else reject(new Error(`DataNode answers ${String(response.statusCode)} for ${path}`));
        },
      );
      sent.on("error", reject);
      if (typeof body === "string") sent.end(body);
      else pipeline(createReadStream(body.file), sent).catch(reject);
    });
    await done;
  }

  async #call(
    method: string,
    path: string,
    query: string,
    good = [200, 201],
  ): Promise<{ status: number; text: string }> {
    const url = `http://127.0.0.1:${this.#port}/webhdfs/v1${path}?${query}&user.name=${this.#user}`;
    try {
      const answer = await fetch(url, { method, redirect: "manual" });
      const text = await answer.text();
      if (!good.includes(answer.status)) throw new Error(`${answer.status}: ${text.slice(0, 300)}`);
      return { status: answer.status, text };
    } catch (error) {
      throw new Error(`${method} ${url}: ${messageOf(error)}`, { cause: error });
    }
  }
}
