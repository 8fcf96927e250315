import { statSync } from "node:fs";
import { join } from "node:path";
import { HowdahError } from "../core/errors.ts";
import type { Instant } from "../core/time.ts";
import { isRawDataSet } from "../jobs/job.ts";
import type { DataSet } from "../oozie/dataset.ts";
import { evaluate, instanceScope, type Expr } from "../oozie/el/index.ts";
import { onDisk } from "./disk.ts";
import { timesAt } from "./landed.ts";
import { escaped, uriPattern } from "./uripattern.ts";
import type { Values } from "./values.ts";

/** A folder of this machine that holds, in the same order, what is to lie below a folder of a target. */
export interface LandingFolder {
  readonly folder: string;
  /** The target's folder in whose place it stands, as the definitions write it. */
  readonly root: string;
  readonly sets: readonly LandedSet[];
}

/** A data set as it lies in such a folder. */
export interface LandedSet {
  readonly dataSet: DataSet;
  /** Of its complete instances, in order. */
  readonly times: readonly Instant[];
  readonly folderOf: (time: Instant) => string;
}

/**
 * Looks at a folder in which instances lie as landing puts them: below it as they lie on the target below the path with
 * which the data sets' URIs begin. Throws `NOT_A_FOLDER`, `LANDING_ROOT` where they do not begin with the same one.
 */
export function openLandingFolder(dataSets: readonly DataSet[], values: Values, folder: string): LandingFolder {
  if (!onDisk("look at the folder", folder, () => statSync(folder)).isDirectory())
    throw new HowdahError("it is no folder", {
      code: "NOT_A_FOLDER",
      where: folder,
      next: "name the folder that landing made, such as data/landing",
    });
  const scope = { parameter: (name: string) => values.get(name) };
  const roots = new Map(dataSets.map((dataSet) => [dataSet, String(evaluate(rootOf(dataSet), scope))]));
  const [root, other] = new Set(roots.values());
  if (root === undefined) throw noRoot("no data set is filled from files");
  if (other !== undefined) {
    const [one, two] = [root, other].map((path) => dataSets.find((dataSet) => roots.get(dataSet) === path)!.name);
    throw noRoot(`${one!} lies below ${root} and ${two!} below ${other}: one folder cannot stand for both`);
  }
  return { folder, root, sets: dataSets.map((dataSet) => landedSet(dataSet, values, root, folder)) };
}

function landedSet(dataSet: DataSet, values: Values, root: string, folder: string): LandedSet {
  const pattern = uriPattern(dataSet, values).slice(escaped(root).length);
  const folderOf = (time: Instant): string =>
    join(
      folder,
      String(
        evaluate(
          dataSet.uri,
          instanceScope(time, (name) => values.get(name)),
        ),
      ).slice(root.length),
    );
  return { dataSet, folderOf, times: timesAt(escaped(folder) + pattern, dataSet.doneFlag) };
}

/** With what a data set's URI begins: the root it was given, or else the parameter at the URI's beginning. */
function rootOf(dataSet: DataSet): Expr {
  if (isRawDataSet(dataSet)) return dataSet.root;
  const { node } = dataSet.uri;
  const first = node.is === "join" ? node.parts[0] : undefined;
  if (first?.node.is === "parameter") return first;
  throw noRoot(`the URI of ${dataSet.name} does not begin with a parameter, so nothing says what a folder stands for`);
}

function noRoot(why: string): HowdahError {
  return new HowdahError(why, {
    code: "LANDING_ROOT",
    next: "name the data sets that lie in the folder: howdah ingest DATA-SET… --from-folder FOLDER",
  });
}
