import {
  anyOrder,
  atLeast,
  attribute,
  children,
  many,
  one,
  only,
  optional,
  optionalChoice,
  since,
  textOf,
  type AnyOrder,
} from "./grammar.ts";
import { positive } from "./values.ts";

/** What the documents of several namespaces have in common. */

const property = children(one("name"), one("value"), optional("description"));
export const configuration = children(atLeast(1, "property", property));

/** Formal parameters: one without a value must be given at submission. */
export const parameters = children(
  atLeast(1, "property", children(one("name"), optional("value"), optional("description"))),
);

/** Done before the action starts: all deletions, then all folders. */
export const prepare = children(many("delete", only(attribute("path"))), many("mkdir", only(attribute("path"))));

const launcherSettings: AnyOrder = anyOrder(
  optional("memory.mb", textOf(positive)),
  optional("vcores", textOf(positive)),
  optional("java-opts"),
  optional("env"),
  optional("queue"),
  optional("sharelib"),
  optional("view-acl"),
  optional("modify-acl"),
);
/** The YARN application that starts the action's own jobs. It came with the namespaces 1.0, and so did its type. */
export const launcher = since(
  "1.0",
  optional("launcher", children(launcherSettings)),
  "set properties oozie.launcher.* in its configuration",
);

/** Where YARN is: `resource-manager` is the name of `job-tracker` since the namespaces 1.0. */
export const yarn = optionalChoice(one("job-tracker"), since("1.0", one("resource-manager"), "write job-tracker"));
export const nameNode = optional("name-node");
export const jobXml = many("job-xml");
export const optionalConfiguration = optional("configuration", configuration);
export const files = [many("file"), many("archive")] as const;
