/** A file, folder or link as the NameNode knows it. Times are milliseconds since 1970. */
export interface FileStatus {
  readonly path: string;
  readonly name: string;
  readonly type: "file" | "directory" | "symlink";
  /** Bytes; of a folder 0. */
  readonly length: number;
  readonly owner: string;
  readonly group: string;
  /** Octal: "755", "1777". */
  readonly permission: string;
  readonly replication: number;
  readonly blockSize: number;
  readonly modified: number;
  readonly accessed: number;
  /** How many a folder holds, where the server says so. */
  readonly children?: number;
}

/** As it comes (JsonUtil.toJsonString of HdfsFileStatus). */
export interface WireStatus {
  readonly pathSuffix: string;
  readonly type: "FILE" | "DIRECTORY" | "SYMLINK";
  readonly length: number;
  readonly owner: string;
  readonly group: string;
  readonly permission: string;
  readonly replication: number;
  readonly blockSize: number;
  readonly modificationTime: number;
  readonly accessTime: number;
  readonly childrenNum?: number;
}

const types = { FILE: "file", DIRECTORY: "directory", SYMLINK: "symlink" } as const;

/** `path` is of the folder that was listed, or of the file itself. */
export function fileStatus(path: string, wire: WireStatus): FileStatus {
  const own = wire.pathSuffix === "" ? path : below(path, wire.pathSuffix);
  return {
    path: own,
    name: nameOf(own),
    type: types[wire.type],
    length: wire.length,
    owner: wire.owner,
    group: wire.group,
    permission: wire.permission,
    replication: wire.replication,
    blockSize: wire.blockSize,
    modified: wire.modificationTime,
    accessed: wire.accessTime,
    ...(wire.childrenNum === undefined ? {} : { children: wire.childrenNum }),
  };
}

/** How much there is below a path. Quotas are -1 where there is none. */
export interface ContentSummary {
  readonly length: number;
  readonly fileCount: number;
  readonly directoryCount: number;
  /** Bytes on disk, all replicas. */
  readonly spaceConsumed: number;
  readonly quota: number;
  readonly spaceQuota: number;
}

/** What the server knows of a file's content (`MD5-of-0MD5-of-512CRC32C`); `bytes` is hex. */
export interface FileChecksum {
  readonly algorithm: string;
  readonly bytes: string;
  readonly length: number;
}

export interface AclStatus {
  readonly owner: string;
  readonly group: string;
  readonly permission?: string;
  readonly stickyBit: boolean;
  /** `user:bob:r-x`, `default:group::r-x`. */
  readonly entries: readonly string[];
}

export interface SnapshotDifference {
  readonly type: "CREATE" | "DELETE" | "MODIFY" | "RENAME";
  readonly sourcePath: string;
  readonly targetPath?: string;
}

export function below(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}
