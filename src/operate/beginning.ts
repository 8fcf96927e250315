import { isHowdahError, placeText } from "../core/errors.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import { nominalTimes } from "../oozie/calendar.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import { evaluateTime, parametersOf } from "../oozie/el/index.ts";
import type { Cluster } from "../project/cluster.ts";
import type { Values } from "../project/values.ts";
import { flagIn, folderOn } from "./paths.ts";
import { leftOutOf, planned } from "./planned.ts";

/** What should be thought of before something is submitted. */
export interface SubmitWarning {
  /** Stable: `BEGINS_ANEW`. */
  readonly code: string;
  readonly message: string;
  /** The coordinator's file and line. */
  readonly where: string;
  readonly next: string;
}

/** A coordinator whose first action leaves out what its own actions hand on. */
export interface Beginning {
  readonly coordinator: string;
  readonly where: string;
  readonly start: Instant;
  /** The start by the values that the command line does not give; undefined where these are not known. */
  readonly usual: Instant | undefined;
  /** The parameters of which the start is made. */
  readonly parameters: readonly string[];
  /** What it leaves out: of which data set, and the path of HDFS that stands for it being there. */
  readonly leftOut: readonly { readonly dataSet: string; readonly time: Instant; readonly sign: string | undefined }[];
}

/** How a coordinator begins; nothing where it leaves nothing out. @param usual the values without those of the command line */
export function beginningOf(
  cluster: Cluster,
  coordinator: Coordinator,
  values: Values,
  usual: Values,
): readonly Beginning[] {
  const { name, at, start } = coordinator;
  const plan = planned(coordinator, undefined, (one) => values.get(one));
  const { schedule } = plan.simulation;
  const [first] = nominalTimes(schedule, schedule.start, schedule.end);
  if (first === undefined) return [];
  // A job's own data sets may have parameters that nobody needs a value of here; others lie where this cannot look.
  const leftOut = unless(["EL_PARAMETER"], () => leftOutOf(plan, first)) ?? [];
  if (leftOut.length === 0) return [];
  return [
    {
      coordinator: name,
      where: placeText(at),
      start: schedule.start,
      usual: unless(["EL_PARAMETER"], () => evaluateTime(start, { parameter: (one) => usual.get(one) })),
      parameters: parametersOf(start),
      leftOut: leftOut.map(({ dataSet, time }) => ({
        dataSet: dataSet.name,
        time,
        sign: unless(["PATH", "EL_PARAMETER"], () => flagIn(folderOn(cluster, values, dataSet, time), dataSet)),
      })),
    },
  ];
}

/** Undefined where it fails by one of these codes. */
function unless<T>(codes: readonly string[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isHowdahError(error) && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/**
 * Which of them begin anew though there is something to go on from: their usual start is an earlier one, or what they leave out
 * is there.
 */
export async function beginningWarnings(
  cluster: Cluster,
  beginnings: readonly Beginning[],
  signal: AbortSignal | undefined,
): Promise<readonly SubmitWarning[]> {
  const warnings: SubmitWarning[] = [];
  for (const { coordinator, where, start, usual, parameters, leftOut } of beginnings) {
    const there: string[] = [];
    for (const { dataSet, time, sign } of leftOut) {
      signal?.throwIfAborted();
      if (sign !== undefined && (await isThere(cluster, sign))) there.push(`${dataSet} ${formatOozieTime(time)}`);
    }
    const earlier = usual !== undefined && usual < start;
    if (there.length === 0 && !earlier) continue;
    const names = [...new Set(leftOut.map(({ dataSet }) => dataSet))].join(", ");
    const known = there.length === 0 ? "" : `; ${there.join(", ")} ${there.length === 1 ? "is" : "are"} there`;
    const values = parameters.map((name) => `-D ${name}`).join(" and ");
    warnings.push({
      code: "BEGINS_ANEW",
      message:
        `${coordinator} starts at ${formatOozieTime(start)}, where ${names} begin${names.includes(",") ? "" : "s"} too: its first ` +
        `action reads nothing of before, and what is handed on from action to action begins anew${known}`,
      where,
      next:
        (usual !== undefined && earlier
          ? `leave --start${values === "" ? "" : ` and ${values}`} out: it is ${formatOozieTime(usual)} then; or `
          : "") + `give the initial instances of ${names} a parameter of their own, other than the start's`,
    });
  }
  return warnings;
}

/** Not where it cannot be looked at: a warning is no reason to fail. */
async function isThere({ hdfs }: Cluster, path: string): Promise<boolean> {
  try {
    return await hdfs.exists(path);
  } catch (error) {
    if (isHowdahError(error)) return false;
    throw error;
  }
}
