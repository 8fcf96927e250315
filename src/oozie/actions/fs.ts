import { callerPlace } from "../../core/source.ts";
import { action, running, type ActionOptions, type RunningValue } from "./make.ts";
import type { FsAction, FsOperation } from "./model.ts";

/** Works on the file system. `FsActionExecutor` does the operations in the order in which they are given. */
export function fs(name: string, operations: readonly FsOperation[], options: ActionOptions = {}): FsAction {
  return action<FsAction>(name, options, { type: "fs", operations }, callerPlace(fs));
}

type PathValue = RunningValue<"path">;

export const mkdir = (at: PathValue): FsOperation => Object.freeze({ is: "mkdir", path: running(at) });
/**
 * Deletes a file, or a folder with everything in it; one that is not there is no mistake. With `trash` it goes to the
 * trash of HDFS, which workflow 0.5 can say and 1.0 cannot.
 */
export const remove = (at: PathValue, options: { readonly trash?: boolean } = {}): FsOperation =>
  Object.freeze({ is: "delete", path: running(at), trash: options.trash ?? false });
/** Makes an empty file, or sets the time of one that exists. */
export const touch = (at: PathValue): FsOperation => Object.freeze({ is: "touch", path: running(at) });
export const move = (from: PathValue, to: PathValue): FsOperation =>
  Object.freeze({ is: "move", from: running(from), to: running(to) });

/** How far a change of rights or of a group goes. */
export interface ChangeOptions {
  /** @default false */
  readonly recursive?: boolean;
  /** Also the files in a folder, not the folders alone. @default true */
  readonly files?: boolean;
}
export const chmod = (at: PathValue, permissions: string, options: ChangeOptions = {}): FsOperation =>
  Object.freeze({
    is: "chmod",
    path: running(at),
    permissions,
    recursive: options.recursive ?? false,
    files: options.files ?? true,
  });
export const chgrp = (at: PathValue, group: string, options: ChangeOptions = {}): FsOperation =>
  Object.freeze({
    is: "chgrp",
    path: running(at),
    group,
    recursive: options.recursive ?? false,
    files: options.files ?? true,
  });
/** Sets how many copies of a file HDFS keeps. */
export const setrep = (at: PathValue, replication: number): FsOperation =>
  Object.freeze({ is: "setrep", path: running(at), replication });
