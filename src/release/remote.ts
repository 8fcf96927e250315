import type { ClusterTarget } from "../project/config.ts";

/** Where a target's releases lie on HDFS. */
export interface RemoteLayout {
  /** `<root>` */
  readonly root: string;
  /** Releases, each under its hash, with its manifest; a name that begins with a dot is one that is not whole yet. */
  readonly releases: string;
  /** Says which release is current, and which were before it. */
  readonly current: string;
  /** Held while something of all this is changed, and while jobs are submitted. */
  readonly lock: string;
  /** What jobs of all releases read: it is replaced, never changed. */
  readonly hiveSite: string;
  /** The folder of a release. */
  readonly release: (hash: string) => string;
  /** Where a release is uploaded, before it is whole. What an interrupted upload leaves there is gone on with. */
  readonly partial: (hash: string) => string;
  /** Where a release goes to be removed. */
  readonly removed: (hash: string) => string;
}

export function remoteLayout({ root }: Pick<ClusterTarget, "root">): RemoteLayout {
  return {
    root,
    releases: `${root}/releases`,
    current: `${root}/current.json`,
    lock: `${root}/lock.json`,
    hiveSite: `${root}/conf/hive-site.xml`,
    release: (hash) => `${root}/releases/${hash}`,
    partial: (hash) => `${root}/releases/.${hash}.partial`,
    removed: (hash) => `${root}/releases/.gc-${hash}`,
  };
}
