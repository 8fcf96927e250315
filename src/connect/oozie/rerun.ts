import type { WorkflowRerun } from "./api.ts";
import type { Properties } from "./properties.ts";
import type { WorkflowAction, WorkflowJob } from "./records.ts";

/**
 * With what a workflow is run again. The server keeps what an earlier rerun said, and refuses a list of nodes together
 * with `failnodes=true` (E0404, ReRunXCommand): after one with a list, `failed` is said as a list too.
 */
export function rerunProperties(
  { configuration, actions }: WorkflowJob,
  how: WorkflowRerun,
  changed: Properties,
): Properties {
  const { "oozie.wf.rerun.skip.nodes": skipped, ...had } = configuration;
  const all = { ...had, ...changed };
  if ("failed" in how && skipped === undefined) return { ...all, "oozie.wf.rerun.failnodes": "true" };
  const names = "skip" in how ? how.skip : actions.filter(isDone).map(({ name }) => name);
  // An empty value is no value to the server, which would keep an earlier list; a comma names none.
  return { ...all, "oozie.wf.rerun.failnodes": "false", "oozie.wf.rerun.skip.nodes": names.join(",") || "," };
}

/** Of the actions, not of the nodes that steer. */
function isDone({ status, type }: WorkflowAction): boolean {
  return status === "OK" && !type.startsWith(":");
}
