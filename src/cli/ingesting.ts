import { didYouMean, HowdahError } from "../core/errors.ts";
import type { DataSet } from "../oozie/dataset.ts";
import type { Project } from "../project/load.ts";
import type { Arguments } from "./command.ts";

/** A data set of the project that files can be put into. Throws `NAME_UNKNOWN`, `USAGE`. */
export function dataSetToFill({ definitions }: Project, name: string): DataSet {
  const dataSet = definitions.dataSets.get(name);
  const names = [...definitions.dataSets.keys()];
  if (dataSet === undefined)
    throw new HowdahError(`there is no data set ${name}${didYouMean(name, names)}`, {
      code: "NAME_UNKNOWN",
      next: `the data sets are ${names.join(", ")}`,
    });
  if ("table" in dataSet)
    throw new HowdahError(`${name} is made by a job: its rows come from a run, not from files`, {
      code: "USAGE",
      where: dataSet.at,
    });
  return dataSet;
}

/** Refuses the option of folder targets where the target is a cluster. */
export function refuseData(args: Arguments): void {
  if (args.text("data") === undefined) return;
  throw new HowdahError("--data names a folder of this machine, and the target is a cluster", {
    code: "USAGE",
    next: "-D gives a parameter of the cluster another value",
  });
}
