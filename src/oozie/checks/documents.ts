import type { Place } from "../../core/source.ts";
import { joinName } from "../app/nodes.ts";
import type { Profile } from "../profiles.ts";
import { checkElement } from "../schema/check.ts";
import type { Chosen } from "../schema/versions.ts";
import { childrenOf, type Origin, type XmlElement } from "../xml.ts";
import { elProblems } from "./functions.ts";
import { Findings, type Problem } from "./problem.ts";

/** One of the documents that are written for a server. */
export interface OozieDocument {
  readonly kind: "workflow" | "coordinator" | "bundle";
  readonly name: string;
  readonly root: XmlElement;
  /** The versions of its namespaces, as they were chosen for the profile. */
  readonly chosen: Chosen;
}

/** All that a profile's server would refuse of documents. */
export function documentProblems(profile: Profile, documents: readonly OozieDocument[]): readonly Problem[] {
  const findings = new Findings();
  for (const {
    kind,
    name,
    root,
    chosen: { versions, problems },
  } of documents) {
    const whole = { at: root.origin?.at ?? nowhere, path: `${kind} ${name}` };
    for (const problem of [...problems, ...checkElement(root, versions, problems)]) {
      const { at, path } = problem.origin ?? whole;
      findings.add(problem.code, { label: path, at }, `${path}: ${problem.why}`, { next: problem.next });
    }
    for (const { origin = whole, why, next } of elProblems(root, profile))
      findings.add("PROFILE_LACKS", { label: origin.path, at: origin.at }, `${origin.path}: ${why}`, { next });
    if (kind === "workflow") checkNodeNames(root, profile, findings);
  }
  return findings.inOrder();
}

const nowhere: Place = { file: "(unknown)", line: 0 };

/** `ParamChecker.validateActionName` */
function checkNodeNames(root: XmlElement, { name: server, longestNodeName }: Profile, findings: Findings): void {
  const forks = new Map<string, Origin | undefined>();
  for (const { name: element, attributes, origin } of childrenOf(root)) {
    if (element === "fork") forks.set(joinName(attributes["name"]!), origin);
    const name = attributes["name"];
    if (name === undefined || name.length <= longestNodeName || !nodes.has(element)) continue;
    // A join stands behind its fork, whose name it has.
    const { at, path } = origin ?? forks.get(name) ?? root.origin ?? { at: nowhere, path: element };
    findings.add(
      "NODE_NAME_LONG",
      { label: path, at },
      `${path}: the name ${name} has ${name.length} characters, and ${server} allows ${longestNodeName}`,
      {
        next: "give it a shorter name",
      },
    );
  }
}

const nodes: ReadonlySet<string> = new Set(["action", "decision", "fork", "join", "kill", "end"]);
