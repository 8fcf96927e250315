import { callerPlace } from "../../core/source.ts";
import type { WorkflowCall } from "../workflow.ts";
import { action, running, runningMap, some, type ActionOptions, type RunningValue } from "./make.ts";
import type { Credential, EmailAction, SubWorkflowAction } from "./model.ts";

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
  return action<EmailAction>(name, options, {
    type: "email",
    to: running(options.to),
    cc: some(options.cc),
    bcc: some(options.bcc),
    subject: running(options.subject),
    body: running(options.body),
    contentType: options.contentType,
    attachments: (options.attachments ?? []).map((path) => running(path)),
  });
}

/** Runs another workflow. */
export function subWorkflow(
  name: string,
  run: WorkflowCall<"workflow">,
  options: ActionOptions = {},
): SubWorkflowAction {
  return action<SubWorkflowAction>(name, options, { type: "sub-workflow", run });
}

/** Declares what an action must show to a secured service. */
export function credential(name: string, type: string, properties: Readonly<Record<string, RunningValue>>): Credential {
  return Object.freeze({ kind: "credential", name, type, properties: runningMap(properties), at: callerPlace() });
}
