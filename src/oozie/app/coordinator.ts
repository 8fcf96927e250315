import type { Every } from "../../core/time.ts";
import type { Bundle, Coordinator, Timeout } from "../coordinator.ts";
import { coordinatorExpressions } from "../coordinator.ts";
import type { DataSet, InstanceNumber, Instances } from "../dataset.ts";
import { callsIn, elInner, outputFunctions, toExpr, type Expr } from "../el/index.ts";
import type { ParameterFrequency } from "../every.ts";
import { slaExpressions } from "../sla.ts";
import { element, type XmlElement } from "../xml.ts";
import {
  derivedName,
  leaf,
  leaves,
  madeFrom,
  parametersSection,
  pathOf,
  properties,
  property,
  propertyList,
  textOf,
  type AppContext,
} from "./context.ts";
import { slaElement } from "./sla.ts";
import { surroundings, withSubWorkflows, workflowUses } from "./workflow.ts";

/** A coordinator as Oozie's document. */
export function coordinatorApp(coordinator: Coordinator, context: AppContext): XmlElement {
  const { run, reads } = coordinator;
  const outputs = outputsOf(coordinator);
  const dataSets = [...new Set([...Object.values(reads), ...Object.values(outputs)].map(({ dataSet }) => dataSet))];
  const workflow = element("workflow", {}, [
    leaf("app-path", `${property(properties.release)}/${context.folderOf("workflow", run.workflow.name)}`),
    ...propertyList(
      "configuration",
      Object.entries(run.values).map(([name, value]) => [name, textOf(value)]),
    ),
  ]);
  const content = [
    ...parametersSection(coordinatorSurroundings(coordinator, context), coordinatorUses(coordinator, context), []),
    element("controls", {}, [
      ...leaves("timeout", [coordinator.timeout && everyText(coordinator.timeout)]),
      leaf("concurrency", textOf(coordinator.concurrency)),
      leaf("execution", coordinator.execution),
      leaf("throttle", textOf(coordinator.throttle)),
    ]),
    ...list(
      "datasets",
      dataSets.map((one) => dataSetElement(one, context)),
    ),
    ...list(
      "input-events",
      Object.entries(reads).map(([name, one]) => element("data-in", { name, dataset: one.dataSet.name }, chosen(one))),
    ),
    ...list(
      "output-events",
      Object.entries(outputs).map(([name, one]) => {
        const nocleanup = coordinator.cleanup ? undefined : "true";
        return element("data-out", { name, dataset: one.dataSet.name, nocleanup }, chosen(one));
      }),
    ),
    element("action", {}, [workflow, ...slaElement(coordinator.sla)]),
  ];
  const attributes = {
    name: coordinator.name,
    frequency: everyText(coordinator.every),
    start: textOf(coordinator.start),
    end: textOf(coordinator.end),
    timezone: coordinator.timezone,
  };
  const origin = { at: coordinator.at, path: `coordinator ${coordinator.name}` };
  return element("coordinator-app", attributes, content, { family: "coordinator", ...madeFrom(context, origin) });
}

/** A bundle as Oozie's document. */
export function bundleApp(bundle: Bundle, context: AppContext): XmlElement {
  const uses = bundle.kickOff === undefined ? [] : [bundle.kickOff];
  const content = [
    ...parametersSection([properties.release], uses, []),
    ...(bundle.kickOff === undefined ? [] : [element("controls", {}, [leaf("kick-off-time", textOf(bundle.kickOff))])]),
    ...bundle.coordinators.map(({ name }) =>
      element("coordinator", { name }, [
        leaf("app-path", `${property(properties.release)}/${context.folderOf("coordinator", name)}`),
      ]),
    ),
  ];
  const origin = { at: bundle.at, path: `bundle ${bundle.name}` };
  return element("bundle-app", { name: bundle.name }, content, { family: "bundle", ...madeFrom(context, origin) });
}

/**
 * The outputs that Oozie must know of: those whose URI the workflow is told, and all when Oozie shall delete them before
 * an action is run again. howdah knows the others by itself: a rerun in Hue would erase them at once.
 */
export function outputsOf(coordinator: Coordinator): Readonly<Record<string, Instances>> {
  if (coordinator.cleanup) return coordinator.writes;
  const named = new Set(
    [...Object.values(coordinator.run.values), ...slaExpressions(coordinator.sla)]
      .flatMap(callsIn)
      .filter(({ node }) => outputFunctions.has(node.fn))
      .map(({ node }) => {
        const [name] = node.args;
        return name?.node.is === "literal" ? String(name.node.value) : "";
      }),
  );
  return Object.fromEntries(Object.entries(coordinator.writes).filter(([name]) => named.has(name)));
}

/** Every expression that must have a value when a coordinator is submitted, those of its workflows included. */
export function coordinatorUses(coordinator: Coordinator, context: AppContext): readonly Expr[] {
  let known = context.uses.get(coordinator);
  if (known === undefined) {
    const { reads, run } = coordinator;
    const dataSets = [...Object.values(reads), ...Object.values(outputsOf(coordinator))].map(({ dataSet }) => dataSet);
    known = [
      ...coordinatorExpressions(coordinator),
      ...dataSets.flatMap(({ initial, uri }) => [initial, uri]),
      ...withSubWorkflows(run.workflow).flatMap((one) => workflowUses(one, context)),
    ];
    context.uses.set(coordinator, known);
  }
  return known;
}

export function coordinatorSurroundings({ run }: Coordinator, context: AppContext): readonly string[] {
  return [...new Set(withSubWorkflows(run.workflow).flatMap((one) => surroundings(one, context)))];
}

function list(name: string, children: readonly XmlElement[]): readonly XmlElement[] {
  return children.length === 0 ? [] : [element(name, {}, children)];
}

function dataSetElement(dataSet: DataSet, context: AppContext): XmlElement {
  const attributes = {
    name: dataSet.name,
    frequency: everyText(dataSet.every),
    "initial-instance": textOf(dataSet.initial),
    timezone: dataSet.timezone,
  };
  const content = [
    leaf("uri-template", pathOf(dataSet.uri)),
    // Without the element Oozie waits for _SUCCESS; an empty one means the folder itself.
    ...leaves("done-flag", [dataSet.doneFlag === "_SUCCESS" ? undefined : dataSet.doneFlag]),
  ];
  return element(
    "dataset",
    attributes,
    content,
    madeFrom(context, { at: dataSet.at, path: `data set ${dataSet.name}` }),
  );
}

/** `${coord:hours(1)}`, or a cron expression. */
function everyText(every: Every | Timeout | ParameterFrequency): string {
  if (every.kind === "cron") return every.text;
  const count = typeof every.count === "number" ? String(every.count) : inner(every.count);
  return `\${coord:${every.unit}(${count})}`;
}

const inner = (value: Expr): string => elInner(value, derivedName);

/** The elements that choose instances. One function may stand in one `instance` only. */
function chosen(instances: Instances): readonly XmlElement[] {
  const call = (fn: string, ...args: readonly (InstanceNumber | string)[]): string => {
    const texts = args.map((arg) =>
      typeof arg === "string" ? `'${arg}'` : inner(toExpr<"int", "instances">(arg, instances.at)),
    );
    return `\${coord:${fn}(${texts.join(", ")})}`;
  };
  const ends = (from: string, to: string): readonly XmlElement[] =>
    from === to ? [leaf("instance", from)] : [leaf("start-instance", from), leaf("end-instance", to)];
  switch (instances.is) {
    case "current":
    case "latest":
      return ends(call(instances.is, instances.from), call(instances.is, instances.to));
    case "future":
      return ends(call("future", instances.from, instances.limit), call("future", instances.to, instances.limit));
    case "offset":
      return ends(call("offset", instances.from, instances.unit), call("offset", instances.to, instances.unit));
    case "since": {
      const { start, to } = instances;
      const begin = "period" in start ? call(start.period, start.n) : `\${coord:absolute(${inner(start)})}`;
      return [leaf("start-instance", begin), leaf("end-instance", call("current", to))];
    }
  }
}
