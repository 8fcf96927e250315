import { HowdahError } from "../../core/errors.ts";
import type { DeclaredTables, TablePlan } from "../../hive/plan.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import { follow } from "../follow.ts";
import { lookedInto, lostActions } from "../lost.ts";
import type { SubmitRequest } from "../prepare.ts";
import { submit } from "../submit.ts";
import { applyTables, compareTables, type TablesOptions } from "../tables.ts";
import { readTree } from "../tree.ts";

/** What the set-up workflow did. */
export interface SetUpRun {
  readonly workflow: string;
  readonly id: string;
  /** `found`: it had succeeded before, with the same release and values; `again`: it had, and tables were gone since. */
  readonly outcome: "submitted" | "found" | "again";
  /** Names of what it could not do, and HiveServer2 was asked for instead: it only creates. */
  readonly directly: readonly string[];
}

/** Has Oozie run the set-up workflow, and waits for it. Throws `SET_UP_FAILED`, and what `submit` throws. */
export async function runSetUp(
  project: Project,
  cluster: Cluster,
  name: string,
  { plan, declared }: { readonly plan: TablePlan | undefined; readonly declared: DeclaredTables },
  options: TablesOptions & Pick<SubmitRequest, "given">,
): Promise<SetUpRun> {
  const { given = {}, ...rest } = options;
  const submitted = await submit(project, cluster, { name, given }, rest);
  const { id, status } = submitted;
  const creates = plan?.steps.some(({ does }) => does.startsWith("create-")) === true;
  const succeeded = submitted.outcome === "found" && status === "SUCCEEDED";
  // Where HiveServer2 cannot be compared with, what the workflow says is all there is.
  const didNothing = async (): Promise<boolean> =>
    lostActions(await readTree(cluster, id, { lost: lookedInto(cluster, options.signal) })).length > 0;
  const again = succeeded && (creates || (plan === undefined && (await didNothing())));
  if (again) await cluster.oozie.rerunWorkflow(id, { skip: [] });
  const tree = await follow(cluster, id, rest);
  const next = `howdah logs ${id} says why; once that is mended, howdah setup --through-oozie again`;
  const failed = { code: "SET_UP_FAILED", fault: "run", where: id, next } as const;
  if (tree.status !== "SUCCEEDED") throw new HowdahError(`the set-up workflow ${name} is ${tree.status}`, failed);
  const [lost] = plan === undefined ? lostActions(tree) : [];
  if (lost !== undefined)
    throw new HowdahError(
      `the set-up workflow ${name} ended well, but its action ${lost.name} did nothing: ${lost.said}`,
      { ...failed, next: "once HiveServer2 is up, howdah setup --through-oozie again: it runs the workflow anew" },
    );
  const left = plan === undefined ? undefined : await compareTables(cluster, declared, options.signal);
  if (left !== undefined) await applyTables(cluster, left, options);
  return {
    workflow: name,
    id,
    outcome: again ? "again" : submitted.outcome,
    directly: left?.steps.map((step) => step.name) ?? [],
  };
}
