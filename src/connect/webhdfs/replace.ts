import type { CallOptions } from "./calls.ts";
import type { WebHdfs, WriteOptions } from "./client.ts";
import { temporaryName } from "./local.ts";
import { below, folderOf, nameOf } from "./status.ts";
import { removeUnfinished } from "./transfer.ts";

/** Writes a file beside its place and renames it: readers see the old one or the new one, never a part. */
export async function replaceFile(
  hdfs: WebHdfs,
  path: string,
  content: string,
  options: CallOptions & Pick<WriteOptions, "permission"> = {},
): Promise<void> {
  const { permission, ...call } = options;
  const aside = below(folderOf(path), temporaryName(nameOf(path)));
  try {
    await hdfs.create(aside, content, {
      ...call,
      ...(permission === undefined ? {} : { permission }),
      overwrite: true,
    });
    await hdfs.mv(aside, path, { ...call, overwrite: true });
  } catch (error) {
    await removeUnfinished(hdfs, aside, error, call.signal).catch(() => undefined);
    throw error;
  }
}
