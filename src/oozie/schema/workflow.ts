import type { Family } from "../xml.ts";
import { extensionActions } from "./actions.ts";
import {
  anyOrder,
  atLeast,
  attribute,
  beginning,
  carrying,
  children,
  choice,
  flag,
  many,
  one,
  only,
  optional,
  optionalAttribute,
  optionalChoice,
  text,
  until,
  type Attribute,
  type ElementType,
  type FamilyTable,
} from "./grammar.ts";
import { files, jobXml, launcher, nameNode, optionalConfiguration, parameters, prepare, yarn } from "./parts.ts";
import { expectation } from "./sla.ts";
import { nodeName, short, truth } from "./values.ts";

const name = attribute("name", nodeName);
const to = attribute("to", nodeName);
const path = attribute("path");

/** Settings for all actions that do not have them of their own. */
const global = children(yarn, nameNode, launcher, jobXml, optionalConfiguration);

const credential = carrying(
  children(many("property", children(one("name"), one("value"), optional("description")))),
  attribute("name"),
  attribute("type"),
);

const decision = children(one("switch", children(atLeast(1, "case", carrying(text, to)), one("default", only(to)))));

const subWorkflow = children(one("app-path"), optional("propagate-configuration", flag), optionalConfiguration);

const onFolder = (...attributes: readonly Attribute[]): ElementType =>
  carrying(children(optional("recursive", flag)), path, ...attributes, optionalAttribute("dir-files"));

/** `FsActionExecutor` does the operations one after another, in the order in which they stand. */
const fs = children(
  nameNode,
  jobXml,
  optionalConfiguration,
  anyOrder(
    many("delete", only(path, until("0.5", optionalAttribute("skip-trash", truth)))),
    many("mkdir", only(path)),
    many("move", only(attribute("source"), attribute("target"))),
    many("chmod", onFolder(attribute("permissions"))),
    many("touchz", only(path)),
    many("chgrp", onFolder(attribute("group"))),
    until(
      "0.5",
      many("setrep", only(path, attribute("replication-factor", short))),
      "set the replication in a shell action",
    ),
  ),
);

const java = children(
  yarn,
  nameNode,
  optional("prepare", prepare),
  launcher,
  jobXml,
  optionalConfiguration,
  one("main-class"),
  optionalChoice(one("java-opts"), atLeast(1, "java-opt")),
  many("arg"),
  ...files,
  optional("capture-output", flag),
);

const action = carrying(
  children(
    choice(
      one("sub-workflow", subWorkflow),
      one("fs", fs),
      one("java", java),
      ...Object.entries(extensionActions).map(([family, table]) => beginning(family as Family, table)),
    ),
    one("ok", only(to)),
    one("error", only(to)),
    expectation,
  ),
  name,
  optionalAttribute("cred"),
  optionalAttribute("retry-max"),
  optionalAttribute("retry-interval"),
  optionalAttribute("retry-policy"),
);

export const workflow: FamilyTable = {
  versions: ["0.5", "1.0"],
  root: "workflow-app",
  type: carrying(
    children(
      optional("parameters", parameters),
      optional("global", global),
      optional("credentials", children(many("credential", credential))),
      one("start", only(to)),
      anyOrder(
        many("decision", carrying(decision, name)),
        many("fork", carrying(children(atLeast(2, "path", only(attribute("start", nodeName)))), name)),
        many("join", only(name, to)),
        many("kill", carrying(children(one("message")), name)),
        many("action", action),
      ),
      one("end", only(name)),
      expectation,
    ),
    attribute("name"),
  ),
};
