import type { RawRecord } from "../jobs/record.ts";
import { checkInstance, type InstanceToIngest } from "../project/ingestguard.ts";
import type { FileToPlace } from "../project/rawinstance.ts";
import { placeInstance } from "./instance.ts";

export interface IngestRequest extends InstanceToIngest {
  readonly files: readonly FileToPlace[];
}

export interface Ingested {
  readonly folder: string;
  readonly record: RawRecord;
}

/** Puts files into one instance of a data set, the flag last. Throws what `checkInstance` and `placeInstance` throw. */
export function ingest(request: IngestRequest): Ingested {
  const { dataSet, instance, folderOf, mode = "new" } = request;
  checkInstance(request);
  const folder = folderOf(instance);
  return { folder, record: placeInstance(folder, request.files, { doneFlag: dataSet.doneFlag, mode }) };
}
