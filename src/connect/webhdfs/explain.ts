import type { Explanation } from "../errors.ts";
import type { ServerMessage } from "../answer.ts";
import { impersonationAdvice } from "../impersonation.ts";

/**
 * A DataNode or HttpFS that answered, but could not reach a NameNode or DataNode behind it. Both keep their
 * connections to the NameNode for ten seconds (`ipc.client.connection.maxidletime`): after a NameNode that was started anew the first call on an old one fails.
 */
const behind: Explanation = {
  code: "HDFS_CUT_OFF",
  transient: true,
  next: "the server that answered could not reach a NameNode or DataNode behind it: its log says which, and why",
};

/** What Hadoop's exceptions mean to whoever gets them, by the class alone: messages change from version to version. */
const exceptions: Readonly<Record<string, Explanation>> = {
  FileNotFoundException: { code: "HDFS_NOT_FOUND", fault: "user", next: "look with ls at what is there" },
  FileAlreadyExistsException: { code: "HDFS_EXISTS", fault: "user", next: "choose another path, or allow overwriting" },
  ParentNotDirectoryException: { code: "HDFS_NOT_A_FOLDER", fault: "user", next: "part of the path is a file" },
  PathIsNotDirectoryException: { code: "HDFS_NOT_A_FOLDER", fault: "user" },
  PathIsNotEmptyDirectoryException: { code: "HDFS_NOT_EMPTY", fault: "user", next: "remove it recursively" },
  AccessControlException: {
    code: "HDFS_PERMISSION",
    next: "ask the owner, or act as another user; `stat` shows who may do what",
  },
  AuthorizationException: { code: "IMPERSONATION_REFUSED", exitCode: 4 },
  InvalidToken: { code: "TOKEN_INVALID", next: "get a new delegation token: this one has expired or was cancelled" },
  SecurityException: { code: "TOKEN_INVALID", next: "get a new ticket or delegation token" },
  StandbyException: {
    code: "HDFS_STANDBY",
    elsewhere: true,
    next: "this NameNode is a standby: give the URLs of all NameNodes",
  },
  SafeModeException: {
    code: "HDFS_SAFE_MODE",
    transient: true,
    next: "the NameNode is read-only while it starts (half a minute), or until `hdfs dfsadmin -safemode leave`",
  },
  RetriableException: {
    code: "HDFS_STARTING",
    transient: true,
    elsewhere: true,
    next: "the NameNode is starting: try again",
  },
  NSQuotaExceededException: { code: "HDFS_QUOTA", next: "remove files, or have an administrator raise the quota" },
  DSQuotaExceededException: { code: "HDFS_QUOTA", next: "remove files, or have an administrator raise the quota" },
  QuotaByStorageTypeExceededException: { code: "HDFS_QUOTA", next: "remove files, or have the quota raised" },
  AlreadyBeingCreatedException: {
    code: "HDFS_BEING_WRITTEN",
    next: "another client writes the file; its lease ends in an hour at most",
  },
  RecoveryInProgressException: {
    code: "HDFS_BEING_WRITTEN",
    transient: true,
    next: "the file's last block is being recovered",
  },
  LeaseExpiredException: { code: "HDFS_BEING_WRITTEN", next: "another client took the file over" },
  EOFException: behind,
  ConnectException: behind,
  SocketException: behind,
  SocketTimeoutException: behind,
  NoRouteToHostException: behind,
  IOException: { code: "HDFS_IO", next: "look at the logs of NameNode and DataNode" },
  RemoteException: { code: "HDFS_IO", next: "look at the logs of NameNode and DataNode" },
  IllegalArgumentException: { code: "HDFS_ARGUMENT", fault: "user" },
  InvalidPathException: { code: "HDFS_ARGUMENT", fault: "user" },
  HadoopIllegalArgumentException: { code: "HDFS_ARGUMENT", fault: "user" },
  UnsupportedOperationException: { code: "HDFS_UNSUPPORTED", next: "this server cannot do it, or has it switched off" },
  AclException: { code: "HDFS_UNSUPPORTED", next: "are ACLs on (dfs.namenode.acls.enabled), and the entries right?" },
  SnapshotException: { code: "HDFS_SNAPSHOT", next: "is the folder snapshottable (`hdfs dfsadmin -allowSnapshot`)?" },
};

export function explainHdfs({ exception, message = "" }: ServerMessage): Explanation | undefined {
  const found = exception === undefined ? undefined : exceptions[exception];
  if (found?.code === "IMPERSONATION_REFUSED") return { ...found, next: impersonationAdvice(message) };
  // The one thing that is told by the message: exceptions of sockets without a class of their own, `Connection reset by peer`.
  if (found?.code === "HDFS_IO" && message.includes("Failed on local exception: ")) return behind;
  return found?.code === "HDFS_PERMISSION" ? { ...found, ...permissionAdvice(message) } : found;
}

/** FSPermissionChecker names the file or folder that is closed, its owner, group and mode. */
function permissionAdvice(message: string): Explanation | undefined {
  const [, path, owner] = /inode="([^"]+)":([^:]*):/.exec(message) ?? [];
  if (path === undefined || owner === undefined) return undefined;
  const may = `${owner}, who owns ${path}, may let you in; howdah hdfs stat ${path} shows who may do what`;
  return { next: `${may}. Or act as another user (\`login\` of the target)` };
}
