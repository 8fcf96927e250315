import { placeText } from "../../core/errors.ts";
import { isLaunched, type Action, type Credential } from "../actions/index.ts";
import type { DataSet } from "../dataset.ts";
import type { Parameter } from "../parameters.ts";
import { nodeName } from "../schema/values.ts";
import { illegalCharacter } from "../../core/xml.ts";
import { scopeOfDataSet, scopeOfParameter, type Checked } from "./definitions.ts";
import type { Findings, Scope } from "./problem.ts";

/** Texts that are no expressions, and the names of credentials. */
export function checkTexts({ views, dataSets, parameters }: Checked, findings: Findings): void {
  for (const parameter of parameters)
    for (const text of textsOfParameter(parameter)) checkText(text, scopeOfParameter(parameter), findings);
  for (const dataSet of dataSets)
    for (const text of textsOfDataSet(dataSet)) checkText(text, scopeOfDataSet(dataSet), findings);
  for (const { parts, scope: workflow } of views) {
    const credentials = new Map<string, Credential>();
    for (const { part, scope } of parts) {
      if (part.kind !== "action") continue;
      visitTexts(part, (text) => checkText(text, scope, findings));
      if (isLaunched(part))
        for (const credential of part.credentials) checkCredential(credential, credentials, workflow, findings);
    }
  }
}

function checkText(text: string, scope: Scope, findings: Findings): void {
  const character = illegalCharacter(text);
  if (character !== undefined)
    findings.add("CHARACTER", scope, `${scope.label}: a text has the character ${character}, which XML cannot hold`, {
      next: "take it out",
    });
}

function textsOfParameter({ spec: { describe } }: Parameter): readonly string[] {
  return describe === undefined ? [] : [describe];
}

function textsOfDataSet({ doneFlag }: DataSet): readonly string[] {
  return [doneFlag];
}

/** Goes through the texts of an action that are no expressions; the names in its environment are checked as such. */
function visitTexts(action: Action, visit: (text: string) => void): void {
  const some = (text: unknown): void => {
    if (typeof text === "string") visit(text);
  };
  switch (action.type) {
    case "fs":
      for (const one of action.operations) {
        if (one.is === "chgrp") some(one.group);
      }
      break;
    case "shell":
      some(action.command);
      break;
    case "java":
      some(action.mainClass);
      action.javaOptions.forEach(some);
      break;
    case "spark-application":
      some(action.mainClass);
      some(action.application);
      break;
    case "distcp":
      some(action.javaOptions);
      action.options.forEach(some);
      break;
    case "email":
      some(action.contentType);
      break;
    case "hive2":
    case "spark":
    case "sub-workflow":
  }
  if (action.sla !== undefined) action.sla.upstream.forEach(some);
  if (!isLaunched(action)) return;
  for (const name in action.configuration) visit(name);
  const { environment = {}, ...launcher } = action.launcher;
  for (const text of Object.values(launcher)) some(text);
  for (const name in environment) some(environment[name]);
  action.files.forEach(some);
  action.archives.forEach(some);
}

function checkCredential(
  credential: Credential,
  known: Map<string, Credential>,
  workflow: Scope,
  findings: Findings,
): void {
  const { name, type, properties, at } = credential;
  const scope: Scope = { label: `credential ${name}`, at, parent: workflow };
  const other = known.get(name);
  if (other === credential) return;
  if (other === undefined) known.set(name, credential);
  else
    findings.add(
      "NAME_TWICE",
      scope,
      `two credentials of ${workflow.label} are named ${name}: the other is at ${placeText(other.at)}`,
      {
        next: "give one of them another name",
      },
    );
  if (!nodeName.accepts(name))
    findings.add(
      "CREDENTIAL_NAME",
      scope,
      `${JSON.stringify(name)} cannot name a credential: it takes ${nodeName.describe}`,
      {
        next: "give it another name",
      },
    );
  for (const text of [type, ...Object.keys(properties)]) checkText(text, scope, findings);
}
