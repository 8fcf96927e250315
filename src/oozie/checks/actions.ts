import { isLaunched, pathsOf, type Action, type FsOperation, type LaunchedAction } from "../actions/index.ts";
import { constantOf, type Expr } from "../el/index.ts";
import type { Sla } from "../sla.ts";
import { illegalCharacter } from "../../core/xml.ts";
import { headOf } from "./events.ts";
import { fixedUnits, lengthProblem } from "./frequencies.ts";
import type { Findings, Scope } from "./problem.ts";

/** `oozie.service.LiteWorkflowStoreService.user.retry.max` */
const mostRetries = 3;

/** What the settings of an action say that Oozie would refuse or read differently. */
export function checkAction(action: Action, scope: Scope, findings: Findings): void {
  checkRetry(action, scope, findings);
  checkSla(action.sla, scope, findings);
  if (isLaunched(action)) checkLaunched(action, scope, findings);
  if (action.type === "fs") for (const one of action.operations) checkOperation(one, scope, findings);
  if (action.type === "shell") checkEnvironment(action.environment, scope, findings);
  if (action.type === "email")
    for (const field of ["to", "cc", "bcc"] as const) {
      const addresses = action[field];
      if (addresses !== undefined) checkAddresses(field, addresses, scope, findings);
    }
}

function checkRetry({ retry }: Action, scope: Scope, findings: Findings): void {
  if (retry === undefined) return;
  const { max, every, policy } = retry;
  const problem =
    !Number.isInteger(max) || max < 0
      ? `it is tried again ${max} times, which is no whole number`
      : policy !== undefined && !["periodic", "exponential"].includes(policy)
        ? `its retry has the policy ${JSON.stringify(policy)}, and there are periodic and exponential`
        : retryLength(lengthProblem(every, ["minutes", "hours"]));
  if (problem !== undefined) findings.add("RETRY", scope, `${scope.label}: ${problem}`, { key: ["retry"] });
  else if (max > mostRetries)
    findings.add(
      "RETRY_MAX",
      scope,
      `${scope.label}: of ${max} retries Oozie makes ${mostRetries}, unless its administrator allows more`,
      {
        key: ["retry"],
        next: `write ${mostRetries}, or accept it with the reason`,
      },
    );
}

function retryLength(problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `the time between its retries ${problem}`;
}

const events: readonly string[] = ["start_miss", "end_miss", "duration_miss"];

export function checkSla(sla: Sla | undefined, scope: Scope, findings: Findings): void {
  if (sla === undefined) return;
  const { shouldStart, shouldEnd, maxDuration, alertOn, contacts } = sla;
  const refuse = (why: string): void => findings.add("SLA", scope, `${scope.label}: its sla ${why}`, { key: ["sla"] });
  for (const [name, length] of [
    ["shouldStart", shouldStart],
    ["shouldEnd", shouldEnd],
    ["maxDuration", maxDuration],
  ] as const) {
    const problem = length === undefined && name !== "shouldEnd" ? undefined : lengthProblem(length, fixedUnits);
    if (problem !== undefined) refuse(`has a ${name} which ${problem}`);
  }
  for (const event of alertOn) {
    if (!events.includes(event)) refuse(`cannot alert on ${JSON.stringify(event)}: there are ${events.join(", ")}`);
    else if (event === "start_miss" && shouldStart === undefined)
      refuse("alerts on a start_miss, and has no shouldStart");
    else if (event === "duration_miss" && maxDuration === undefined)
      refuse("alerts on a duration_miss, and has no maxDuration");
  }
  if (contacts !== undefined) checkAddresses("contacts", contacts, scope, findings);
}

/** `JavaActionExecutor.DISALLOWED_PROPERTIES` */
const disallowed: ReadonlySet<string> = new Set([
  "user.name",
  "hadoop.job.ugi",
  "mapred.job.tracker",
  "mapreduce.jobtracker.address",
  "yarn.resourcemanager.address",
  "fs.default.name",
]);

function checkLaunched(action: LaunchedAction, scope: Scope, findings: Findings): void {
  const { launcher, configuration, prepare } = action;
  for (const what of ["memory", "cores"] as const) {
    const value = launcher[what];
    if (value !== undefined && !(Number.isInteger(value) && value > 0 && value < 2 ** 31))
      findings.add(
        "LAUNCHER",
        scope,
        `${scope.label}: its launcher's ${what} is ${value}, which is no whole number from 1`,
        { key: ["launcher"] },
      );
  }
  const { environment = {} } = launcher;
  checkEnvironment(environment, scope, findings);
  for (const [name, value] of Object.entries(environment))
    if (/[:,]/.test(value))
      findings.add(
        "LAUNCHER",
        scope,
        `${scope.label}: ${name} of its launcher has a ${value.includes(":") ? "colon" : "comma"} in its value, by which Oozie divides variables`,
        { key: ["launcher", "environment"], next: "set it in the program that the action runs" },
      );
  for (const name of Object.keys(configuration))
    if (disallowed.has(name))
      findings.add("CONFIGURATION_PROPERTY", scope, `${scope.label}: it may not set ${name}, which Oozie sets itself`, {
        key: ["configuration", name],
        next: "take it out",
      });
  for (const one of prepare) checkOperation(one, scope, findings);
}

function checkEnvironment(environment: Readonly<Record<string, unknown>>, scope: Scope, findings: Findings): void {
  for (const name of Object.keys(environment))
    if (!/^[^=\u0000-\u0020]+$/.test(name) || illegalCharacter(name) !== undefined)
      findings.add(
        "ENVIRONMENT_NAME",
        scope,
        `${scope.label}: ${JSON.stringify(name)} cannot name a variable of its environment`,
        { key: ["environment"], next: "write it with letters, digits and _" },
      );
}

function checkOperation(operation: FsOperation, scope: Scope, findings: Findings): void {
  for (const path of pathsOf(operation)) {
    const head = headOf(path);
    const wellBegun = head === undefined || head.startsWith("/") || /^[a-z][a-z0-9+.-]*:/i.test(head);
    // Before a parameter a scheme may be cut: hdfs${…}.
    if (wellBegun || (path.node.is !== "literal" && /^[a-z0-9+.-]*$/i.test(head))) continue;
    findings.add(
      "FS_PATH",
      scope,
      `${scope.label}: the path ${JSON.stringify(head)} of ${operation.is === "delete" ? "remove" : operation.is} is relative`,
      {
        at: path.at,
        next: "begin it with a slash, or with a scheme such as hdfs://",
      },
    );
  }
  if (operation.is === "chmod" && !/^(?:[0-7]{3}|[-d](?:[-r][-w][-xsStT]){3})$/.test(operation.permissions))
    findings.add("PERMISSIONS", scope, `${scope.label}: ${JSON.stringify(operation.permissions)} are no permissions`, {
      at: operation.path.at,
      next: "write them as 755 or -rwxr-xr-x",
    });
}

function checkAddresses(field: string, value: Expr, scope: Scope, findings: Findings): void {
  if (value.node.is !== "literal" && value.node.is !== "join") return;
  const text = constantOf(value);
  if (text === undefined) return;
  const addresses = String(text)
    .split(",")
    .map((address) => address.trim());
  if (addresses.every((address) => address === "")) {
    if (field === "to")
      findings.add("EMAIL_EMPTY", scope, `${scope.label} goes to nobody`, {
        at: value.at,
        key: [field],
        next: "give it an address",
      });
    return;
  }
  const odd = addresses.find((address) => !/^[^@\s;]+@[^@\s;]+$/.test(address.replace(/^.*<(.*)>$/, "$1")));
  if (odd !== undefined)
    findings.add("EMAIL_ADDRESS", scope, `${scope.label}: ${JSON.stringify(odd)} in ${field} is no mail address`, {
      at: value.at,
      key: [field],
      next: "write addresses as name@example.com, divided by commas",
    });
}
