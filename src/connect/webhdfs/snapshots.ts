import type { CallOptions, Calls } from "./calls.ts";
import type { SnapshotDifference } from "./status.ts";

/** Snapshots of folders. */
export class Snapshots {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Gives the snapshot's path. */
  async create(path: string, name?: string, options: CallOptions = {}): Promise<string> {
    const spec = { ...options, method: "PUT" as const, what: `cannot make a snapshot of ${path}` };
    return (
      await this.#calls.http.json<{ Path: string }>({
        ...spec,
        ...this.#calls.at(path, { op: "CREATESNAPSHOT", snapshotname: name }),
      })
    ).Path;
  }

  rename(path: string, from: string, to: string, options: CallOptions = {}): Promise<void> {
    const query = { oldsnapshotname: from, snapshotname: to };
    return this.#calls.put("RENAMESNAPSHOT", path, `cannot rename the snapshot ${from} of ${path}`, query, options);
  }

  async remove(path: string, name: string, options: CallOptions = {}): Promise<void> {
    const what = `cannot remove the snapshot ${name} of ${path}`;
    await this.#calls.send({
      ...options,
      method: "DELETE",
      what,
      ...this.#calls.at(path, { op: "DELETESNAPSHOT", snapshotname: name }),
    });
  }

  /** An administrator's right. */
  allow(path: string, allow: boolean, options: CallOptions = {}): Promise<void> {
    const what = `cannot ${allow ? "allow" : "forbid"} snapshots of ${path}`;
    return this.#calls.put(allow ? "ALLOWSNAPSHOT" : "DISALLOWSNAPSHOT", path, what, {}, options);
  }

  async difference(
    path: string,
    from: string,
    to: string,
    options: CallOptions = {},
  ): Promise<readonly SnapshotDifference[]> {
    const query = { oldsnapshotname: from, snapshotname: to };
    const what = `cannot compare snapshots of ${path}`;
    const found = await this.#calls.get<{ SnapshotDiffReport: { diffList: SnapshotDifference[] } }>(
      "GETSNAPSHOTDIFF",
      path,
      what,
      options,
      query,
    );
    return found.SnapshotDiffReport.diffList;
  }
}
