import {
  children,
  choice,
  flag,
  many,
  one,
  optional,
  requiredUntil,
  since,
  textOf,
  type FamilyTable,
  type Particle,
} from "./grammar.ts";
import { files, jobXml, launcher, nameNode, optionalConfiguration, prepare, yarn } from "./parts.ts";
import { masterWithoutMode } from "./values.ts";

/** The extension actions: those with a namespace of their own. */

const prepared = optional("prepare", prepare);
const settings: readonly Particle[] = [prepared, launcher, jobXml, optionalConfiguration];
/** What stands first in most actions that YARN runs. */
const onYarn: readonly Particle[] = [yarn, nameNode, ...settings];

/** HiveQL through HiveServer2. */
const hive2: FamilyTable = {
  versions: ["0.1", "0.2", "1.0"],
  root: "hive2",
  type: children(
    ...onYarn,
    one("jdbc-url"),
    optional("password"),
    choice(one("script"), since("0.2", one("query"), "put the text into a script")),
    many("param"),
    many("argument"),
    ...files,
  ),
};

const sparkJob: readonly Particle[] = [
  optional("mode"),
  one("name"),
  optional("class"),
  one("jar"),
  optional("spark-opts"),
  many("arg"),
];

const spark: FamilyTable = {
  versions: ["0.1", "0.2", "1.0"],
  root: "spark",
  type: children(
    requiredUntil("0.1", yarn),
    requiredUntil("0.1", nameNode),
    ...settings,
    one("master"),
    ...sparkJob,
    ...files.map((file) => since("0.2", file)),
  ),
};

/** Cloudera's action for Spark 3 (Cloudera, "Spark 3 Oozie action schema"); Apache's server does not have it. */
const spark3: FamilyTable = {
  versions: ["1.0"],
  root: "spark3",
  type: children(
    one("resource-manager"),
    nameNode,
    ...settings,
    one("master", textOf(masterWithoutMode)),
    ...sparkJob,
    ...files,
  ),
};

/** A command on a node of the cluster. */
const shell: FamilyTable = {
  versions: ["0.3", "1.0"],
  root: "shell",
  type: children(...onYarn, one("exec"), many("argument"), many("env-var"), ...files, optional("capture-output", flag)),
};

/** Sent by the server itself. */
const email: FamilyTable = {
  versions: ["0.1", "0.2"],
  root: "email",
  type: children(
    one("to"),
    optional("cc"),
    since("0.2", optional("bcc")),
    one("subject"),
    one("body"),
    since("0.2", optional("content_type")),
    since("0.2", optional("attachment")),
  ),
};

/** Copies between clusters. It takes no `job-xml`. */
const distcp: FamilyTable = {
  versions: ["0.2", "1.0"],
  root: "distcp",
  type: children(yarn, nameNode, prepared, launcher, optionalConfiguration, optional("java-opts"), many("arg")),
};

export const extensionActions = {
  "hive2-action": hive2,
  "spark-action": spark,
  "spark3-action": spark3,
  "shell-action": shell,
  "email-action": email,
  "distcp-action": distcp,
} as const;
