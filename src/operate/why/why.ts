import {
  isAbsent,
  isOver,
  type AnyJob,
  type CoordinatorAction,
  type CoordinatorJob,
} from "../../connect/oozie/index.ts";
import { HowdahError, isHowdahError } from "../../core/errors.ts";
import { formatOozieTime, type Instant } from "../../core/time.ts";
import { nominalAfter } from "../../oozie/calendar.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import { findJob } from "../find.ts";
import { newestJob, targetValues } from "../newest.ts";
import { instantOf, makerOf, planned, plannedIfKnown, utc, type Instance, type Planned } from "../planned.ts";
import { endedReasons, heldReasons, overText, readyReasons, waitingReasons } from "./action.ts";
import { reason, together, type Explanation, type InputNow, type Maker, type Reason } from "./explanation.ts";
import { Eyes, lookAtInputs } from "./inputs.ts";
import { explainWorkflow } from "./workflow.ts";

export interface WhyOptions {
  /** Of a coordinator: the action of this nominal time. @default its oldest that waits */
  readonly at?: Instant;
  readonly signal?: AbortSignal;
}

/** How deep it is asked who makes what is missing. */
const levels = 1;
/** Of how many missing instances of an input it is asked who makes them. */
const makersAsked = 5;

/**
 * Why something does not go on: a bundle, coordinator or workflow by name or id, or one action of a coordinator by its id
 * (`…-C@3`). What a coordinator's action reads is looked at now. Throws `NAME_UNKNOWN`, `NO_JOB`, `NO_ACTION`.
 */
export async function why(
  cluster: Cluster,
  project: Project,
  nameOrId: string,
  options: WhyOptions = {},
): Promise<Explanation> {
  const asked = new Asked(cluster, project, options.signal);
  const [, coordinator] = /^(\d+-\d+-.+-C)@\d+$/.exec(nameOrId) ?? [];
  if (coordinator !== undefined) {
    const job = await cluster.oozie.coordinator(coordinator).catch(absent(nameOrId));
    return asked.action(job, await cluster.oozie.coordinatorAction(nameOrId).catch(absent(nameOrId)), levels);
  }
  const [, workflow] = /^(\d+-\d+-.+-W)@.+$/.exec(nameOrId) ?? [];
  return asked.job(await findJob(cluster, project.definitions, workflow ?? nameOrId), options.at);
}

function absent(id: string): (error: unknown) => never {
  return (error) => {
    if (!isAbsent(error)) throw error;
    throw new HowdahError(`Oozie knows no action ${id}`, {
      code: "NO_ACTION",
      next: "howdah why NAME --at TIME names it by its nominal time",
      cause: error,
    });
  };
}

/** One question to a cluster: what was looked at is not looked at again. */
class Asked {
  readonly #cluster: Cluster;
  readonly #project: Project;
  #values: ReturnType<typeof targetValues> | undefined;
  readonly #eyes: Eyes;
  readonly #now = Date.now() as Instant;
  readonly #plans = new Map<
    string,
    Promise<{ readonly job: CoordinatorJob | undefined; readonly plan: Planned | undefined }>
  >();

  constructor(cluster: Cluster, project: Project, signal: AbortSignal | undefined) {
    this.#cluster = cluster;
    this.#project = project;
    this.#eyes = new Eyes(cluster, signal);
  }

  async job(job: AnyJob, at: Instant | undefined): Promise<Explanation> {
    if (job.kind === "coordinator") return at === undefined ? this.#oldest(job) : this.#at(job, at);
    if (at !== undefined)
      throw new HowdahError(`--at names an action of a coordinator, and ${job.name} is a ${job.kind}`, {
        code: "USAGE",
      });
    if (job.kind === "workflow") return explainWorkflow(this.#cluster, job);
    const parts = await Promise.all(
      job.coordinators.map(async ({ id }) => this.#oldest(await this.#cluster.oozie.coordinator(id))),
    );
    const { id, name, status, kickOff, paused } = job;
    const own: readonly Reason[] =
      status === "PREP" && kickOff !== undefined
        ? [reason("NOT_BEGUN", `the bundle begins at ${utc(kickOff)}`)]
        : status.includes("SUSPENDED")
          ? [reason("SUSPENDED", "the bundle is suspended", `howdah resume ${id}`)]
          : status.includes("PAUSED")
            ? [
                reason(
                  "PAUSED",
                  `the bundle is paused${paused === undefined ? "" : ` since ${utc(paused)}`}`,
                  `howdah change ${name} --no-pause`,
                ),
              ]
            : [];
    const verdict = parts.length > 0 ? together(parts) : isOver(status) ? "failed" : "waits";
    return { ...nothing, kind: "bundle", id, name, status, verdict, reasons: own, parts };
  }

  /** The oldest action of a coordinator that is not over; without one, how the coordinator itself stands. */
  async #oldest(job: CoordinatorJob): Promise<Explanation> {
    const open = { status: ["WAITING", "READY", "SUBMITTED", "SUSPENDED", "RUNNING"] as const };
    let running: CoordinatorAction | undefined;
    for await (const action of this.#cluster.oozie.actions(job.id, open)) {
      // One that waits says more than one that runs.
      if (action.status !== "RUNNING") return this.action(job, action, levels);
      running ??= action;
    }
    if (running !== undefined) return this.action(job, running, levels);
    return this.#coordinator(job);
  }

  async #coordinator(job: CoordinatorJob): Promise<Explanation> {
    const { id, name, status, nextMaterialized } = job;
    const about = { ...nothing, kind: "coordinator" as const, id, name, status };
    if (isOver(status)) {
      const next =
        status === "SUCCEEDED"
          ? undefined
          : `howdah logs ${name} shows the last failure; howdah rerun ${name} --status FAILED,KILLED,TIMEDOUT`;
      return {
        ...about,
        verdict: status === "SUCCEEDED" ? "done" : "failed",
        reasons: [reason(status, overText(job), next)],
      };
    }
    const held = heldReasons(job);
    const made =
      nextMaterialized === undefined || (job.end !== undefined && nextMaterialized >= job.end)
        ? [reason("ALL_MADE", "all of its actions were made, and none is open")]
        : [
            reason(
              "NEXT",
              `no action is open; the next one is that of ${utc(nextMaterialized)}, ${await this.#madeWhen(nextMaterialized)}`,
            ),
          ];
    return {
      ...about,
      verdict: held.length > 0 || nextMaterialized !== undefined ? "waits" : "done",
      reasons: [...held, ...made],
    };
  }

  async #at(job: CoordinatorJob, at: Instant): Promise<Explanation> {
    const date = new Date(at);
    for await (const action of this.#cluster.oozie.actions(job.id, { from: date, until: date }))
      return this.action(job, action, levels);
    const plan = await this.#planOf(job);
    const text = formatOozieTime(at);
    if (plan !== undefined) refuseOffTime(plan, at, job.name);
    return {
      ...nothing,
      kind: "coordinator action",
      id: undefined,
      name: job.name,
      nominal: text,
      verdict: isOver(job.status) ? "failed" : "waits",
      reasons: await this.#notMade(job, date),
    };
  }

  /** Why an action was not made yet. */
  async #notMade(job: CoordinatorJob, nominal: Date): Promise<readonly Reason[]> {
    const { name, status, start, end, nextMaterialized, paused, throttle } = job;
    if (isOver(status))
      return [
        reason(
          "OVER",
          `the coordinator makes no more actions: ${overText(job)}`,
          `howdah submit ${name}, with a start at ${utc(nominal)}`,
        ),
      ];
    if (start !== undefined && nominal < start)
      return [reason("BEFORE_START", `the coordinator begins at ${utc(start)}`)];
    if (end !== undefined && nominal >= end)
      return [
        reason(
          "AFTER_END",
          `the coordinator ends at ${utc(end)}: no nominal time is at or after it`,
          `howdah change ${name} --end TIME`,
        ),
      ];
    const held = heldReasons(job);
    const pause =
      held.length === 0 && paused !== undefined && nominal >= paused
        ? [
            reason(
              "PAUSED",
              `the coordinator pauses at ${utc(paused)}, before this action is made`,
              `howdah change ${name} --no-pause`,
            ),
          ]
        : [];
    let waiting = 0;
    for await (const one of this.#cluster.oozie.actions(job.id, { status: ["WAITING"] }))
      waiting += one.status === "WAITING" ? 1 : 0;
    const throttled =
      waiting >= throttle
        ? [
            reason(
              "THROTTLE",
              `${waiting} actions wait already, and at most ${throttle} may side by side (throttle)`,
              `howdah why ${name} shows what the oldest waits for`,
            ),
          ]
        : [];
    const next =
      nextMaterialized === undefined ? "" : `; the next one that is made is that of ${utc(nextMaterialized)}`;
    return [
      ...held,
      ...pause,
      ...throttled,
      reason("NOT_MADE", `it was not made yet: ${await this.#madeWhen(nominal)}${next}`),
    ];
  }

  /** When Oozie makes an action: some time before its nominal time (`CoordMaterializeTriggerService`). */
  async #madeWhen(nominal: Date): Promise<string> {
    const [window, interval] = await this.#materialisation();
    const from = nominal.getTime() - window * 1000;
    if (from <= this.#now) return `which Oozie makes when it next looks, every ${interval} s`;
    return `which Oozie makes from ${formatOozieTime(from as Instant)} on, ${window} s ahead of its time`;
  }

  /** The server's own settings; to whom it does not tell them, its defaults. */
  async #materialisation(): Promise<readonly [window: number, interval: number]> {
    const service = "oozie.service.CoordMaterializeTriggerService";
    try {
      const settings = await this.#cluster.oozie.serverConfiguration();
      return [
        Number(settings[`${service}.materialization.window`] ?? 3600),
        Number(settings[`${service}.lookup.interval`] ?? 300),
      ];
    } catch (error) {
      if (isHowdahError(error) && error.code === "OOZIE_FORBIDDEN") return [3600, 300];
      throw error;
    }
  }

  async action(job: CoordinatorJob, action: CoordinatorAction, deep: number): Promise<Explanation> {
    const { id, status } = action;
    const about = {
      ...nothing,
      kind: "coordinator action" as const,
      id,
      name: job.name,
      nominal: utc(action.nominal),
      status,
    };
    switch (status) {
      case "WAITING": {
        const inputs = await this.#inputs(job, action, deep);
        return {
          ...about,
          verdict: "waits",
          inputs,
          reasons: [...waitingReasons(job, action, inputs, this.#now), ...this.#doubts(job)],
        };
      }
      case "READY":
        return { ...about, verdict: "waits", reasons: readyReasons(job, action, await this.#open(job)) };
      case "SUBMITTED":
      case "RUNNING":
      case "SUSPENDED": {
        if (action.workflowId === undefined)
          return { ...about, verdict: "runs", reasons: [reason("STARTING", "Oozie is starting its workflow")] };
        const workflow = await explainWorkflow(this.#cluster, await this.#cluster.oozie.workflow(action.workflowId));
        const { verdict } = workflow;
        // Oozie tells the action of its workflow's end a moment later.
        return {
          ...about,
          verdict,
          reasons: [reason("WORKFLOW", `its workflow ${action.workflowId} is ${workflow.status ?? ""}`)],
          parts: [workflow],
        };
      }
      case "TIMEDOUT": {
        const inputs = await this.#inputs(job, action, deep);
        return { ...about, verdict: "failed", inputs, reasons: endedReasons(job, action) };
      }
      case "FAILED":
      case "KILLED": {
        const parts =
          action.workflowId === undefined
            ? []
            : [await explainWorkflow(this.#cluster, await this.#cluster.oozie.workflow(action.workflowId))];
        return { ...about, verdict: "failed", reasons: endedReasons(job, action), parts };
      }
      case "SUCCEEDED": {
        const done = { ...about, verdict: "done" as const, reasons: endedReasons(job, action) };
        if (action.workflowId === undefined) return done;
        const workflow = await explainWorkflow(this.#cluster, await this.#cluster.oozie.workflow(action.workflowId));
        // Of what did nothing only its workflow knows.
        return workflow.verdict === "failed" ? { ...done, verdict: "failed", parts: [workflow] } : done;
      }
      case "SKIPPED":
      case "IGNORED":
        return { ...about, verdict: "done", reasons: endedReasons(job, action) };
    }
  }

  async #open(job: CoordinatorJob): Promise<readonly CoordinatorAction[]> {
    const found: CoordinatorAction[] = [];
    const status = ["READY", "SUBMITTED", "RUNNING"] as const;
    for await (const one of this.#cluster.oozie.actions(job.id, { status })) found.push(one);
    return found;
  }

  async #inputs(job: CoordinatorJob, action: CoordinatorAction, deep: number): Promise<readonly InputNow[]> {
    const { nameNode } = this.#cluster.target;
    const plan = await this.#planOf(job);
    const looked =
      plan === undefined ? [] : await lookAtInputs(plan, instantOf(action.nominal), action, this.#eyes, nameNode);
    const inputs = await Promise.all(
      looked.map(async ({ input, missing }): Promise<InputNow> => {
        if (deep === 0) return input;
        const makers = new Map(
          await Promise.all(
            missing
              .slice(0, makersAsked)
              .map(async ({ index, instance }) => [index, await this.#maker(instance, deep)] as const),
          ),
        );
        return { ...input, instances: input.instances.map((one, i) => ({ ...one, maker: makers.get(i) })) };
      }),
    );
    const other = await this.#unknown(action, inputs);
    return other === undefined ? inputs : [...inputs, other];
  }

  /** What Oozie says is missing and the definitions here do not know of: the job is of another release, or of another project. */
  async #unknown(action: CoordinatorAction, inputs: readonly InputNow[]): Promise<InputNow | undefined> {
    const known = new Set(inputs.flatMap(({ instances }) => instances.map(({ uri }) => uri)));
    // Of `latest` and `future` it stores the expression.
    const uris = action.missing.filter(
      (uri) => !known.has(uri) && /^[a-z][\w+.-]*:\/\/|^\//i.test(uri) && !uri.includes("${"),
    );
    if (uris.length === 0) return undefined;
    const presences = await this.#eyes.look(uris.map((uri) => ({ folder: uri, flag: "" })));
    return {
      name: "as Oozie stored it",
      dataSet: "of the job's own definition",
      choice: "",
      instances: uris.map((uri, i) => ({ time: undefined, uri, presence: presences[i]!, maker: undefined })),
      dropped: [],
      resolution: undefined,
      resolved: true,
    };
  }

  /** The coordinator of the project that makes an instance, and how its action stands. */
  async #maker(instance: Instance, deep: number): Promise<Maker | undefined> {
    for (const name of this.#project.definitions.coordinators.keys()) {
      const { job, plan } = await this.#newest(name);
      const made = plan === undefined ? undefined : makerOf(plan, instance);
      if (made === undefined) continue;
      const about = { coordinator: name, nominal: formatOozieTime(made), id: undefined, why: undefined };
      if (job === undefined) return { ...about, status: "not submitted" };
      const date = new Date(made);
      for await (const action of this.#cluster.oozie.actions(job.id, { from: date, until: date })) {
        const why = action.status === "SUCCEEDED" ? undefined : await this.action(job, action, deep - 1);
        return { ...about, id: action.id, status: action.status, why };
      }
      return { ...about, status: "not made yet" };
    }
    return undefined;
  }

  /** The newest job of a coordinator, and its plan. */
  #newest(name: string): Promise<{ readonly job: CoordinatorJob | undefined; readonly plan: Planned | undefined }> {
    let known = this.#plans.get(name);
    if (known === undefined) this.#plans.set(name, (known = this.#findNewest(name)));
    return known;
  }

  async #findNewest(name: string): Promise<{ job: CoordinatorJob | undefined; plan: Planned | undefined }> {
    const job = await newestJob(this.#cluster, this.#project, name);
    const coordinator = this.#project.definitions.coordinators.get(name)!;
    return { job, plan: plannedIfKnown(coordinator, job, await this.#parameter()) };
  }

  /** The plan of a job's coordinator; none where the project has no coordinator of the name. */
  async #planOf(job: CoordinatorJob): Promise<Planned | undefined> {
    const coordinator = this.#project.definitions.coordinators.get(job.name);
    return coordinator === undefined ? undefined : planned(coordinator, job, await this.#parameter());
  }

  /** Asked for once. */
  #parameter(): ReturnType<typeof targetValues> {
    return (this.#values ??= targetValues(this.#cluster, this.#project));
  }

  /** What may make the answer wrong. */
  #doubts(job: CoordinatorJob): readonly Reason[] {
    const { user, target } = this.#cluster;
    const other =
      job.user !== undefined && job.user !== user
        ? [
            reason(
              "OTHER_USER",
              `Oozie looks as ${job.user}, and this looked as ${user}: what one may see the other may not`,
            ),
          ]
        : [];
    const unknown = this.#project.definitions.coordinators.has(job.name)
      ? []
      : [
          reason(
            "UNKNOWN_HERE",
            `this project has no coordinator ${job.name}: only what Oozie stored of ${target.oozie === undefined ? "it" : "its inputs"} was looked at`,
          ),
        ];
    return [...other, ...unknown];
  }
}

const nothing = {
  nominal: undefined,
  status: undefined,
  inputs: [],
  at: [],
  parts: [],
} as const;

/** Refuses a time that is not one of the coordinator's. */
function refuseOffTime({ simulation: { schedule } }: Planned, at: Instant, name: string): void {
  if (at < schedule.start || nominalAfter(schedule, (at - 1) as Instant) === at) return;
  const next = nominalAfter(schedule, at);
  const lists = `howdah simulate ${name} lists them`;
  throw new HowdahError(`${formatOozieTime(at)} is no nominal time of ${name}`, {
    code: "NO_ACTION",
    next: next === undefined ? lists : `the one after it is ${formatOozieTime(next)}; ${lists}`,
  });
}
