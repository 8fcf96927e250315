import { join } from "node:path";
import { didYouMean, HowdahError, isHowdahError } from "../core/errors.ts";
import { queries, type Ask } from "../local/query.ts";
import type { LocalTarget } from "../local/target.ts";
import type { Insight, Plot } from "../project/insights.ts";
import { configName, queriesOf } from "../project/load.ts";
import { queryDescription, type Cell } from "../project/query.ts";
import type { ErrorFacts, InsightFacts } from "./facts.ts";

/** So many rows of an answer are kept in a report. */
const mostRows = 1000;

/** Asks the project's insights. One that has no answer says why; the others are not kept from theirs. */
export async function askInsights(target: LocalTarget, signal: AbortSignal): Promise<readonly InsightFacts[]> {
  const { project } = target;
  const { insights = [] } = project.config.report ?? {};
  if (insights.length === 0) return [];
  const named = queriesOf(project);
  const answers: InsightFacts[] = [];
  const engine = await target.engine();
  const stop = (): void => engine.interrupt();
  signal.addEventListener("abort", stop);
  try {
    await queries(target, async (ask) => {
      for (const insight of insights) {
        signal.throwIfAborted();
        answers.push(await answerOf(insight, named, ask, target));
      }
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
  signal.throwIfAborted();
  return answers;
}

async function answerOf(
  { title, query: name, plot }: Insight,
  named: ReturnType<typeof queriesOf>,
  ask: Ask,
  { project }: LocalTarget,
): Promise<InsightFacts> {
  const found = named.get(name);
  const facts = { title, query: name, describe: queryDescription(found?.sql ?? ""), plot };
  try {
    if (found === undefined)
      throw new HowdahError(`there is no named query ${name}${didYouMean(name, named.keys())}`, {
        code: "NAME_UNKNOWN",
        where: join(project.root, configName),
        next: "howdah query --list",
      });
    const rows: (readonly Cell[])[] = [];
    let [columns, more]: [readonly string[], number] = [[], 0];
    await ask({ sql: found.sql, name, file: found.file }, async (result) => {
      ({ columns } = result);
      refuseUnknown(plot, columns, name, found.file);
      for await (const row of result.rows) {
        if (rows.length < mostRows) rows.push(row);
        else more += 1;
      }
    });
    return { ...facts, columns, rows, more };
  } catch (error) {
    if (!isHowdahError(error)) throw error;
    return { ...facts, columns: [], rows: [], more: 0, error: errorOf(error, project.root) };
  }
}

/** Throws `QUERY` for a column of a plot that the query's answer does not have. */
function refuseUnknown(plot: Plot, columns: readonly string[], name: string, file: string): void {
  const wanted = plot.kind === "bars" ? [plot.label, plot.value] : [plot.x, plot.value, plot.series];
  const unknown = [...wanted, ...(plot.beside === undefined ? [] : [plot.beside])].find(
    (one) => !columns.includes(one),
  );
  if (unknown === undefined) return;
  throw new HowdahError(
    `its plot names the column ${unknown}, which ${name} does not have${didYouMean(unknown, columns)}`,
    {
      code: "QUERY",
      where: file,
      next: `its columns are ${columns.join(", ")}`,
    },
  );
}

function errorOf({ message, where, next }: HowdahError, root: string): ErrorFacts {
  const near = (text: string): string => text.replaceAll(`${root}/`, "");
  return {
    message: near(message),
    ...(where === undefined ? {} : { where: near(where) }),
    ...(next === undefined ? {} : { next }),
  };
}
