import {
  anyOrder,
  atLeast,
  attribute,
  carrying,
  children,
  choice,
  many,
  one,
  only,
  optional,
  optionalAttribute,
  recursive,
  sequence,
  since,
  type FamilyTable,
} from "./grammar.ts";
import { optionalConfiguration, parameters } from "./parts.ts";
import { expectation } from "./sla.ts";
import { eventName, truth } from "./values.ts";

const name = attribute("name", eventName);
const dataset = attribute("dataset");

const controls = children(optional("timeout"), optional("concurrency"), optional("execution"), optional("throttle"));

const datasets = children(
  many("include"),
  anyOrder(
    many(
      "dataset",
      carrying(
        children(one("uri-template"), optional("done-flag")),
        name,
        attribute("frequency"),
        attribute("initial-instance"),
        attribute("timezone"),
      ),
    ),
    many(
      "async-dataset",
      carrying(children(one("uri-template")), name, attribute("sequence-type"), attribute("initial-version")),
    ),
  ),
);

const dataIn = carrying(
  children(choice(atLeast(1, "instance"), sequence(one("start-instance"), one("end-instance")))),
  name,
  dataset,
);

/** Which of the inputs must be there. */
const logicAttributes = [optionalAttribute("name"), optionalAttribute("min"), optionalAttribute("wait")] as const;
const logicalDataIn = only(...logicAttributes, dataset);
const combine = carrying(children(atLeast(2, "data-in", logicalDataIn)), ...logicAttributes);
const operands = () =>
  anyOrder(many("and", operator), many("or", operator), many("data-in", logicalDataIn), many("combine", combine));
const operator = recursive(logicAttributes, () => [operands()]);

const dataOut = carrying(children(one("instance")), name, dataset, optionalAttribute("nocleanup", truth));

export const coordinator: FamilyTable = {
  versions: ["0.4", "0.5"],
  root: "coordinator-app",
  type: carrying(
    children(
      optional("parameters", parameters),
      optional("controls", controls),
      optional("datasets", datasets),
      optional("input-events", children(atLeast(1, "data-in", dataIn))),
      since("0.5", optional("input-logic", children(operands()))),
      optional("output-events", children(atLeast(1, "data-out", dataOut))),
      one("action", children(one("workflow", children(one("app-path"), optionalConfiguration)), expectation)),
    ),
    attribute("name"),
    attribute("frequency"),
    attribute("start"),
    attribute("end"),
    attribute("timezone"),
  ),
};

export const bundle: FamilyTable = {
  versions: ["0.2"],
  root: "bundle-app",
  type: carrying(
    children(
      optional("parameters", parameters),
      optional("controls", children(optional("kick-off-time"))),
      atLeast(
        1,
        "coordinator",
        carrying(
          children(one("app-path"), optionalConfiguration),
          attribute("name"),
          optionalAttribute("critical"),
          optionalAttribute("enabled"),
        ),
      ),
    ),
    attribute("name"),
  ),
};
