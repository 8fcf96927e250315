import { HowdahError } from "../core/errors.ts";
import { hashOf } from "../core/hash.ts";
import type { Instant } from "../core/time.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import type { Cluster } from "../project/cluster.ts";
import { wrongWith } from "../project/checks/values.ts";
import type { Definitions } from "../project/definitions.ts";
import type { Project } from "../project/load.ts";
import type { Origin, RecordedValues, Values } from "../project/values.ts";
import { build, valuesOf } from "../release/build.ts";
import { propertiesOfJob, type JobProperty } from "../release/properties.ts";
import { beginningOf, type Beginning } from "./beginning.ts";
import { applicationOf, type Application } from "./find.ts";
import { marks } from "./marks.ts";
import { scheduleFacts, timesGiven, type ScheduleFacts, type Times } from "./times.ts";
import { valuesMissing } from "./values.ts";

/** What is to be submitted. */
export interface SubmitRequest extends Times {
  readonly name: string;
  /** `-D name=value`: of parameters, and of a workflow's inputs. */
  readonly given?: Readonly<Record<string, string>>;
  /** The hash of a deployed release. @default what the project is now, which must be the current one */
  readonly release?: string;
}

/** A submission as it would be sent. */
export interface Submission {
  readonly application: Application;
  /** A bundle's, or the one coordinator. */
  readonly coordinators: readonly Coordinator[];
  /** Of the release that it runs, and of the project as it is here. */
  readonly release: string;
  readonly here: string;
  /** All but the attempt. */
  readonly properties: Readonly<Record<string, string>>;
  /** Names of properties whose values must not be shown. */
  readonly secret: ReadonlySet<string>;
  /** The hash by which the job is found again. */
  readonly submission: string;
  readonly values: readonly ValueFacts[];
  readonly schedules: readonly ScheduleFacts[];
  /** Coordinators whose first actions begin without what they would hand on. */
  readonly beginnings: readonly Beginning[];
  /** Whether it is started as soon as it is there, rather than at its bundle's kick-off time. */
  readonly start: boolean;
}

/** A parameter's or an input's value, and where it is from. */
export interface ValueFacts {
  readonly name: string;
  /** Undefined for a secret. */
  readonly value: string | undefined;
  readonly from: Origin;
}

/**
 * Works out a submission, asking no server. Throws `NAME_UNKNOWN`, `PARAMETER_MISSING` with all that have no value,
 * `TIME_FIXED`, `WINDOW`, and what `build` throws.
 */
export function prepare(
  project: Project,
  cluster: Cluster,
  request: SubmitRequest,
  recorded: RecordedValues,
  now: Instant,
): Submission {
  const { definitions } = project;
  const application = applicationOf(definitions, request.name);
  const coordinators = coordinatorsOf(definitions, application);
  const { inputs, given } = parted(definitions, application, request.given ?? {});
  const times = timesOf(definitions, application, coordinators, request, given);
  const { target, name: targetName } = cluster;
  const built = build(project, { name: targetName, target }, { given: { ...given, ...times }, recorded });
  const { values, manifest } = built;
  const job = built.applications.find(({ kind, name }) => kind === application.kind && name === application.name)!;
  const release = request.release ?? manifest.hash;
  const all = propertiesOfJob(job, target, release, values).map((one) =>
    one.part === "inputs" ? { ...one, value: inputs[one.name] } : one,
  );
  refuseMissing(application, all, values);
  const used = [...new Set(all.flatMap(({ part, madeOf }) => (part === "parameters" ? madeOf : [])))].sort();
  refuseWrong(project, used, values);
  const own = Object.fromEntries(all.flatMap(({ name, value = "" }) => (value === "" ? [] : [[name, value]])));
  const content = { ...own, [marks.project]: project.config.name, "user.name": cluster.user };
  const submission = hashOf(content);
  const isSecret = ({ madeOf }: JobProperty): boolean => madeOf.some((name) => values.isSecret(name));
  const usual = valuesOf(project, target, {}, recorded);
  const bundle = application.kind === "bundle" ? definitions.bundles.get(application.name) : undefined;
  return {
    application,
    coordinators,
    release,
    here: manifest.hash,
    properties: { ...content, [marks.submission]: submission },
    secret: new Set(all.filter(isSecret).map(({ name }) => name)),
    submission,
    values: [
      ...used.map((name) => ({
        name,
        value: values.isSecret(name) ? undefined : values.get(name),
        from: values.origin(name) ?? "default",
      })),
      ...Object.entries(inputs).map(([name, value]) => ({ name, value, from: "command line" as const })),
    ],
    schedules: coordinators.map((one) => scheduleFacts(one, values, now)),
    beginnings: coordinators.flatMap((one) => beginningOf(cluster, one, values, usual)),
    start: bundle?.kickOff === undefined,
  };
}

/** The coordinators that an application is, or has. */
export function coordinatorsOf(definitions: Definitions, { kind, name }: Application): readonly Coordinator[] {
  if (kind === "bundle") return definitions.bundles.get(name)?.coordinators ?? [];
  const one = kind === "coordinator" ? definitions.coordinators.get(name) : undefined;
  return one === undefined ? [] : [one];
}

type Given = Readonly<Record<string, string>>;

/** What is given to a workflow's inputs, and what to parameters. */
function parted(definitions: Definitions, { kind, name }: Application, all: Given): { inputs: Given; given: Given } {
  const names = Object.keys((kind === "workflow" ? definitions.workflows.get(name)?.inputs : undefined) ?? {});
  const entries = Object.entries(all);
  return {
    inputs: Object.fromEntries(entries.filter(([key]) => names.includes(key))),
    given: Object.fromEntries(entries.filter(([key]) => !names.includes(key))),
  };
}

function timesOf(
  { parameters }: Definitions,
  { kind, name }: Application,
  coordinators: readonly Coordinator[],
  times: Times,
  given: Given,
): Given {
  const asked = (["start", "end"] as const).filter((which) => times[which] !== undefined);
  if (kind === "workflow" && asked.length > 0)
    throw new HowdahError(`${name} is a workflow, which has no ${asked.join(" and no ")}`, {
      code: "USAGE",
      next: `leave --${asked.join(" and --")} out`,
    });
  const found = timesGiven(coordinators, parameters, times);
  const twice = Object.keys(found).find((one) => given[one] !== undefined && given[one] !== found[one]);
  if (twice !== undefined)
    throw new HowdahError(`${twice} is given twice: -D says ${given[twice]!}, and ${found[twice]!} is asked for`, {
      code: "USAGE",
      next: "leave one of the two out",
    });
  return found;
}

function refuseMissing({ kind, name }: Application, all: readonly JobProperty[], values: Values): void {
  const missing = all.flatMap(({ value, madeOf, part }) => {
    if (value !== undefined || part === "surroundings") return [];
    return part === "inputs" ? madeOf : madeOf.filter((one) => values.get(one) === undefined);
  });
  const names = [...new Set(missing)].sort();
  if (names.length === 0) return;
  throw valuesMissing(`the ${kind} ${name} needs`, names);
}

/** Refuses values that would be read otherwise than they were given. @throws PARAMETER_VALUE and the checks' own codes */
export function refuseWrong({ definitions }: Project, names: readonly string[], values: Values): void {
  for (const name of names) {
    const [parameter, value] = [definitions.parameters.get(name), values.get(name)];
    if (parameter === undefined || value === undefined) continue;
    const wrong = wrongWith(parameter, value, true);
    if (wrong === undefined) continue;
    const why = values.isSecret(name) ? `the secret ${name} does not fit` : wrong.why;
    throw new HowdahError(why, { code: wrong.code, ...(wrong.next === undefined ? {} : { next: wrong.next }) });
  }
}
