import type { CoordinatorPhase, Profile } from "../profiles.ts";
import { profiles } from "../profiles.ts";
import { childrenOf, type Origin, type XmlElement } from "../xml.ts";

/** A function that the profile's server does not offer where it stands. */
export interface ElProblem {
  readonly origin: Origin | undefined;
  readonly why: string;
  readonly next: string;
}

/** Functions in a coordinator's document that the profile's server offers elsewhere only, or not at all. */
export function elProblems(root: XmlElement, profile: Profile): readonly ElProblem[] {
  if (root.name !== "coordinator-app" || Object.keys(profile.onlyIn).length === 0) return [];
  const problems: ElProblem[] = [];
  const visit = (one: XmlElement, around: CoordinatorPhase, outer: Origin | undefined): void => {
    const origin = one.origin ?? outer;
    const phase = phaseOf(one, around);
    for (const [name, text] of Object.entries(one.attributes))
      look(text, name === "frequency" ? "frequency" : name === "initial-instance" ? "initial-instance" : phase, origin);
    if (typeof one.content === "string") look(one.content, phase, origin);
    else for (const child of childrenOf(one)) visit(child, phase, origin);
  };
  const look = (text: string, phase: CoordinatorPhase, origin: Origin | undefined): void => {
    if (!text.includes("coord:")) return;
    for (const [, fn] of text.replace(/'(?:[^'\\]|\\.)*'/g, "''").matchAll(/\b(coord:\w+)\(/g)) {
      const phases = Object.hasOwn(profile.onlyIn, fn!) ? profile.onlyIn[fn!] : undefined;
      if (phases === undefined || phases.includes(phase)) continue;
      const where =
        phases.length === 0 ? "" : `: there it has a value in ${phases.map((one) => words[one]).join(", ")} alone`;
      problems.push({
        origin,
        why: `${profile.name} does not know the function ${fn!} in ${words[phase]}${where}`,
        next: `say it with other functions, or write for a profile that has it: ${having(fn!, phase)}`,
      });
    }
  };
  visit(root, "action", undefined);
  return problems;
}

const words: Readonly<Record<CoordinatorPhase, string>> = {
  frequency: "a frequency",
  timeout: "a timeout",
  "initial-instance": "a first instance",
  instances: "a choice of instances",
  action: "what a coordinator gives its workflow",
  sla: "what is promised of a coordinator's actions",
};

function having(fn: string, phase: CoordinatorPhase): string {
  const names = profiles.filter(({ onlyIn }) => !Object.hasOwn(onlyIn, fn) || onlyIn[fn]!.includes(phase));
  return names.map(({ name }) => name).join(", ");
}

function phaseOf({ name, family }: XmlElement, around: CoordinatorPhase): CoordinatorPhase {
  if (family === "sla") return "sla";
  if (name === "timeout") return "timeout";
  return name === "instance" || name === "start-instance" || name === "end-instance" ? "instances" : around;
}
