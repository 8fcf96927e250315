import { HowdahError } from "howdah";

/** A file that is a workbook, but damaged, or cut off. */
export function brokenWorkbook(path: string, why: string, cause?: unknown): HowdahError {
  return new HowdahError(`the workbook is broken: ${why}`, {
    code: "BROKEN_WORKBOOK",
    where: path,
    next: "fetch the file again, or open it in a spreadsheet program and save it anew; nothing was landed",
    cause,
  });
}

/** A file of another kind. */
export function notAWorkbook(path: string, why: string, next = "save the sheet as .xlsx or as CSV"): HowdahError {
  return new HowdahError(why, { code: "NOT_A_WORKBOOK", where: path, next });
}
