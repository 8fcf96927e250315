import { callerPlace } from "../../core/source.ts";
import type { WorkflowCall } from "../workflow.ts";
import { action, running, runningMap, some, type ActionOptions, type RunningValue } from "./make.ts";
import type { ActionBase, Credential, EmailAction, SubWorkflowAction } from "./model.ts";

/** Sends mail from the Oozie server. Addresses are divided by commas. */
export function email(
  name: string,
  options: ActionOptions & {
    readonly to: RunningValue<"string">;
    readonly cc?: RunningValue<"string">;
    readonly bcc?: RunningValue<"string">;
    readonly subject: RunningValue<"string">;
    readonly body: RunningValue<"string">;
    /** @default "text/plain" */
    readonly contentType?: string;
    readonly attachments?: readonly RunningValue<"path">[];
  },
): EmailAction {
  const at = callerPlace(email);
  const own: Omit<EmailAction, keyof ActionBase> = {
    type: "email",
    to: running(options.to, at),
    cc: some(options.cc, at),
    bcc: some(options.bcc, at),
    subject: running(options.subject, at),
    body: running(options.body, at),
    contentType: options.contentType,
    attachments: (options.attachments ?? []).map((path) => running(path, at)),
  };
  return action<EmailAction>(name, options, own, at);
}

/** Runs another workflow. */
export function subWorkflow(
  name: string,
  run: WorkflowCall<"workflow">,
  options: ActionOptions = {},
): SubWorkflowAction {
  return action<SubWorkflowAction>(name, options, { type: "sub-workflow", run }, callerPlace(subWorkflow));
}

/** Declares what an action must show to a secured service. */
export function credential(name: string, type: string, properties: Readonly<Record<string, RunningValue>>): Credential {
  const at = callerPlace();
  return Object.freeze({ kind: "credential", name, type, properties: runningMap(properties, at), at });
}
