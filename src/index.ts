/** The public names of howdah, one by one. */
export { HowdahError, isHowdahError, exitCodes } from "./core/errors.ts";
export { days, hours, minutes, formatTimeBy, parseTimeBy, parseOozieTime, formatOozieTime } from "./core/time.ts";
export { didYouMean, messageOf, systemCode } from "./core/errors.ts";
export { errorFacts } from "./core/events.ts";
export { sha256 } from "./core/hash.ts";
export type { Instant } from "./core/time.ts";
export type { RawRecord } from "./jobs/record.ts";
export { diskError, onDisk, writeByRename } from "./local/disk.ts";
export {
  addToInstance,
  isComplete,
  isOccupied,
  placeInstance,
  publishInstance,
  rawContent,
  readRaw,
  recoverInstances,
  sealInstance,
  successFlag,
} from "./local/instance.ts";
export type { FileToPlace, PlaceOptions, RawFile } from "./local/instance.ts";
export { ingest } from "./local/ingest.ts";
export type { Ingested, IngestRequest } from "./local/ingest.ts";
