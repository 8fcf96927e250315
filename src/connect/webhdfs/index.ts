// HDFS over REST. What is here asks servers and moves bytes; what should be where is for others to say.
export { WebHdfs } from "./client.ts";
export type { Content, ReadOptions, WriteOptions } from "./client.ts";
export { expandGlob } from "./glob.ts";
export { hasChecksum } from "./checksum.ts";
export { absentIfMissing, isNotFound } from "./calls.ts";
export type { CallOptions } from "./calls.ts";
export type { AclStatus, ContentSummary, FileChecksum, FileStatus, SnapshotDifference } from "./status.ts";
export { download, removed, removeUnfinished, upload } from "./transfer.ts";
export type { TransferOptions, Transferred, UploadOptions, Verification } from "./transfer.ts";
export { replaceFile } from "./replace.ts";
export { below, folderOf } from "./status.ts";
export { sha256Of, temporaryName } from "./local.ts";
