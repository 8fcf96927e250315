import { simpleAuth } from "#src/connect/auth/index.js";
import { inParallel } from "#src/connect/parallel.js";
import { download, upload, WebHdfs } from "#src/connect/webhdfs/index.js";
import type { ClusterAddresses } from "../support/cluster.js";
import { all } from "./waiting.js";

/** HDFS as the tests of other servers ask it. */
export class TestHdfs {
  readonly #hdfs: WebHdfs;

  constructor({ webHdfs, user }: ClusterAddresses) {
    this.#hdfs = new WebHdfs({ url: webHdfs, auth: simpleAuth(user) });
  }

  put(path: string, content: string | Uint8Array): Promise<void> {
    return this.#hdfs.create(path, content, { overwrite: true });
  }

  putAll(files: readonly { readonly path: string; readonly content: string | Uint8Array }[]): Promise<void> {
    return inParallel(files, 4, ({ path, content }) => this.put(path, content));
  }

  read(path: string): Promise<Buffer> {
    return this.#hdfs.cat(path);
  }

  async putFolder(from: string, to: string): Promise<void> {
    await upload(this.#hdfs, from, to);
  }

  async getFolder(from: string, to: string): Promise<void> {
    await download(this.#hdfs, from, to);
  }

  /** The texts of all files below a folder whose path below it fits, by that path. */
  async find(folder: string, fits: RegExp): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for await (const { path, type } of this.#hdfs.walk(folder)) {
      const below = path.slice(folder.length + 1);
      if (type === "file" && fits.test(below)) found.set(below, (await this.#hdfs.cat(path)).toString());
    }
    return found;
  }

  /** Names in a folder; undefined where there is none. */
  async list(path: string): Promise<readonly string[] | undefined> {
    if (!(await this.#hdfs.exists(path))) return undefined;
    return (await this.#hdfs.ls(path)).map(({ name }) => name);
  }

  /** The texts of the files in a folder that are neither hidden nor flags, one after another. */
  async readFolder(path: string): Promise<string> {
    const names = ((await this.list(path)) ?? []).filter((name) => !/^[._]/.test(name));
    const texts = await Promise.all(names.map((name) => this.#hdfs.cat(`${path}/${name}`)));
    return texts.map((text) => text.toString()).join("");
  }

  /** Every file below a folder. */
  async walk(path: string): Promise<readonly { readonly path: string; readonly length: number }[]> {
    return (await all(this.#hdfs.walk(path))).filter(({ type }) => type === "file");
  }

  async remove(path: string): Promise<void> {
    await this.#hdfs.rm(path, { recursive: true, force: true });
  }

  close(): void {
    this.#hdfs.close();
  }
}
