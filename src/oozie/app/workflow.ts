import { actionExpressions, settingExpressions, type Action, type Credential } from "../actions/index.ts";
import type { Expr } from "../el/index.ts";
import { launcherQueueProperty } from "../profiles.ts";
import { slaExpressions } from "../sla.ts";
import { partsIn, type Workflow } from "../workflow.ts";
import { element, type XmlElement } from "../xml.ts";
import { clusterParts } from "./actions.ts";
import {
  derivedName,
  leaf,
  leaves,
  madeFrom,
  parametersSection,
  properties,
  propertiesIn,
  property,
  propertyList,
  textOf,
  type AppContext,
} from "./context.ts";
import { endNode, failedNode, nodesOf } from "./nodes.ts";
import { slaElement } from "./sla.ts";

/** A workflow as Oozie's document. */
export function workflowApp(workflow: Workflow, context: AppContext): XmlElement {
  const { start, nodes } = nodesOf(workflow, context);
  const content = [
    ...parametersSection(
      surroundings(workflow, context),
      workflowUses(workflow, context),
      Object.keys(workflow.inputs),
    ),
    element("global", {}, globalParts(context)),
    ...credentialsSection(workflow, context),
    element("start", { to: start }),
    ...nodes,
    element("kill", { name: failedNode }, [
      leaf("message", "${wf:lastErrorNode()} failed: ${wf:errorMessage(wf:lastErrorNode())}"),
    ]),
    element("end", { name: endNode }),
    ...slaElement(workflow.sla),
  ];
  const origin = { at: workflow.at, path: `workflow ${workflow.name}` };
  return element("workflow-app", { name: workflow.name }, content, {
    family: "workflow",
    ...madeFrom(context, origin),
  });
}

/** Workflows never change. */
const actionsKnown = new WeakMap<Workflow, readonly Action[]>();

/** The actions of a workflow, each once, handlers included. */
export function actionsOf(workflow: Workflow): readonly Action[] {
  let known = actionsKnown.get(workflow);
  if (known === undefined) {
    // A handler that several actions share stands in the document once.
    known = [...new Set(partsIn(workflow.body).filter((part) => part.kind === "action"))];
    actionsKnown.set(workflow, known);
  }
  return known;
}

/** What holds for every action that does not say otherwise. */
function globalParts(context: AppContext): readonly XmlElement[] {
  const { launcherQueue, queue, profile } = context;
  const asElement = launcherQueue && profile.launcher === "element";
  const queueName = property(properties.launcherQueue);
  return [
    ...clusterParts(context),
    ...(asElement ? [element("launcher", {}, [leaf("queue", queueName)])] : []),
    ...propertyList("configuration", [
      ...(queue ? [["mapreduce.job.queuename", property(properties.queue)] as const] : []),
      ...(launcherQueue && !asElement ? [[launcherQueueProperty, queueName] as const] : []),
    ]),
  ];
}

function credentialsSection(workflow: Workflow, context: AppContext): readonly XmlElement[] {
  const used = new Map<string, Credential>();
  for (const action of actionsOf(workflow))
    if ("credentials" in action)
      for (const one of [...action.credentials, ...context.credentialsFor(action)]) used.set(one.name, one);
  const list = [...used.values()].map(({ name, type, properties: own }) =>
    element(
      "credential",
      { name, type },
      Object.entries(own).map(([key, value]) =>
        element("property", {}, [leaf("name", key), ...leaves("value", [textOf(value)])]),
      ),
    ),
  );
  return list.length === 0 ? [] : [element("credentials", {}, list)];
}

/** Every expression in a workflow's document that needs properties of the job, each once. */
export function workflowUses(workflow: Workflow, context: AppContext): readonly Expr[] {
  let known = context.uses.get(workflow);
  if (known === undefined) {
    const needed = new Map<string, Expr>();
    visitExpressions(workflow, context, (value) => {
      for (const one of propertiesIn(value)) needed.set(derivedName(one), one);
    });
    context.uses.set(workflow, (known = [...needed.values()]));
  }
  return known;
}

/** Goes through every expression in a workflow's document. */
function visitExpressions(workflow: Workflow, context: AppContext, visit: (value: Expr) => void): void {
  for (const part of new Set(partsIn(workflow.body))) {
    if (part.kind === "decision") for (const { when } of part.cases) visit(when);
    else if (part.kind === "kill") visit(part.message);
    else if (part.kind === "action") {
      // A script's own expressions stand in its file; here stand its variables.
      if (part.type === "hive2") {
        settingExpressions(part).forEach(visit);
        for (const value of context.scriptOf(workflow, part).variables.values()) visit(value);
      } else actionExpressions(part).forEach(visit);
      if (part.type === "spark") context.jobsOf(part).parameters.forEach(visit);
    }
  }
  slaExpressions(workflow.sla).forEach(visit);
}

/** The names of the properties of its surroundings that a workflow's document uses. */
export function surroundings(workflow: Workflow, context: AppContext): readonly string[] {
  const actions = actionsOf(workflow);
  const hive = actions.some(({ type }) => type === "hive2");
  const spark = actions.some(({ type }) => type === "spark" || type === "spark-application");
  const cluster = context.profile.resourceManager ? properties.resourceManager : properties.jobTracker;
  return [
    properties.nameNode,
    cluster,
    properties.release,
    ...(context.queue ? [properties.queue] : []),
    ...(context.launcherQueue ? [properties.launcherQueue] : []),
    ...(hive ? [properties.hiveServer2] : []),
    ...(context.hiveSite && (hive || spark) ? [properties.hiveSite] : []),
  ];
}

/** A workflow and those it runs, each once. */
export function withSubWorkflows(workflow: Workflow): readonly Workflow[] {
  const found = new Set<Workflow>();
  const visit = (one: Workflow): void => {
    if (found.has(one)) return;
    found.add(one);
    for (const action of actionsOf(one)) if (action.type === "sub-workflow") visit(action.run.workflow);
  };
  visit(workflow);
  return [...found];
}
