import { isHowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import type { Instant } from "../core/time.ts";
import type { RawRecord } from "../jobs/record.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { evaluateTime } from "../oozie/el/index.ts";
import type { Cluster } from "../project/cluster.ts";
import { checkInstance, type InstanceToIngest } from "../project/ingestguard.ts";
import type { FileToPlace } from "../project/rawinstance.ts";
import type { Values } from "../project/values.ts";
import { withTargetLock } from "../release/lock.ts";
import { placeOnHdfs } from "./instances.ts";
import { landedOn } from "./landed.ts";
import { folderOn } from "./paths.ts";

/** An instance to be put on a cluster. */
export interface IngestOnRequest extends Pick<InstanceToIngest, "instance" | "mode" | "allowGap"> {
  readonly dataSet: DataSet;
  readonly files: readonly FileToPlace[];
  readonly signal?: AbortSignal;
  /** Told `lock.waiting` and `lock.taken-over`. */
  readonly emit?: Emit;
}

export interface IngestedOn {
  readonly folder: string;
  readonly record: RawRecord;
}

/**
 * Puts files into one instance of a data set on a cluster, the flag last. Throws what `checkInstance` and `placeOnHdfs`
 * throw, and `LOCKED` while somebody else puts files into the same data set.
 */
export async function ingestOn(cluster: Cluster, values: Values, request: IngestOnRequest): Promise<IngestedOn> {
  const { dataSet, instance, mode = "new", allowGap = false, files, signal, emit } = request;
  const given = { ...(signal === undefined ? {} : { signal }), ...(emit === undefined ? {} : { emit }) };
  const name = `ingest-${dataSet.name}`;
  return withTargetLock(cluster, { doing: `ingest of ${dataSet.name}`, of: name, ...given }, async () => {
    const initial = initialOf(dataSet, values);
    const folderOf = (time: Instant): string => folderOn(cluster, values, dataSet, time);
    checkInstance({
      ...{ dataSet, instance, mode, allowGap, folderOf },
      // An addition asks for nothing earlier.
      present: mode === "add" || allowGap ? [] : await landedOn(cluster, dataSet, values, signal),
      ...(initial === undefined ? {} : { initial }),
    });
    const folder = folderOf(instance);
    const { doneFlag } = dataSet;
    const record = await placeOnHdfs(cluster.hdfs, folder, files, {
      doneFlag,
      mode,
      ...(signal === undefined ? {} : { signal }),
    });
    return { folder, record };
  });
}

/** The first instance; undefined where nobody has said when that is: the earliest one that is there counts then. */
export function initialOf(dataSet: DataSet, values: Values): Instant | undefined {
  try {
    return evaluateTime(dataSet.initial, { parameter: (name) => values.get(name) });
  } catch (error) {
    if (isHowdahError(error) && error.code === "EL_PARAMETER") return undefined;
    throw error;
  }
}
