import {
  isOver,
  type AnyJob,
  type CoordinatorAction,
  type CoordinatorJob,
  type LogFilter,
  type WorkflowAction,
  type WorkflowJob,
} from "../../connect/oozie/index.ts";
import { absentFromYarn, type Application } from "../../connect/yarn.ts";
import { redact } from "../../connect/redact.ts";
import { didYouMean, HowdahError } from "../../core/errors.ts";
import { formatOozieTime, type Instant } from "../../core/time.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Definitions } from "../../project/definitions.ts";
import { findJob } from "../find.ts";
import { LostLooks } from "../lost.ts";
import { utc } from "../planned.ts";
import { batchId } from "../spark/list.ts";
import { applicationsOf } from "../why/workflow.ts";
import { logsOf, readBytes } from "./containers.ts";
import { belowRunner, Decisive, ofRunner, Tail } from "./decisive.ts";

export interface LogsRequest {
  /** A bundle, coordinator or workflow by its name or id; `livy:7` for a batch, `application_…` for one of YARN. */
  readonly what: string;
  /** An action of the workflow. @default those that failed */
  readonly action?: string;
  /** Of a coordinator: the action of this nominal time. @default the latest that failed */
  readonly at?: Instant;
  /** Also what did not fail. @default false */
  readonly all?: boolean;
  /** How many lines of the end of each log. @default 40 */
  readonly lines?: number;
  /** For how long logs of what has just ended are waited for, in milliseconds: YARN is putting them together. @default 0 */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

/** What logs are told in: for each action its facts, then the decisive lines of all of its logs, then their ends. Without secrets. */
export type LogPart =
  | { readonly is: "note"; readonly text: string; readonly next: string | undefined }
  | {
      readonly is: "action";
      /** From the job down: `hourly 2012-03-01T05:00Z`, `prepare-hour`, `prepare-and-map`. */
      readonly path: readonly string[];
      readonly id: string;
      readonly type: string;
      readonly status: string;
      readonly errorCode: string | undefined;
      readonly errorMessage: string | undefined;
      readonly decisive: readonly { readonly source: string; readonly line: string }[];
    }
  | {
      readonly is: "log";
      readonly source: string;
      /** Of the whole file, where known. */
      readonly bytes: number | undefined;
      /** How many lines that were read are not among these. */
      readonly left: number;
      /** Whether the beginning of the file was not read. */
      readonly cut: boolean;
      readonly lines: readonly string[];
    };

/** Decisive lines of one action that are shown. */
const decisiveMost = 15;
/** Launchers' levels of importance. */
const bad = { levels: ["WARN", "ERROR", "FATAL"] } as const satisfies LogFilter;

interface Asking {
  readonly cluster: Cluster;
  readonly request: LogsRequest;
  readonly lines: number;
}

/** Everything that a failure needs, one action after another. Throws `NAME_UNKNOWN`, `NO_JOB`, `NO_ACTION`. */
export async function* logs(
  cluster: Cluster,
  definitions: Definitions,
  request: LogsRequest,
): AsyncGenerator<LogPart, void, undefined> {
  const asking: Asking = { cluster, request, lines: request.lines ?? 40 };
  const batch = batchId(request.what);
  if (batch !== undefined) yield* ofBatch(asking, batch);
  else if (request.what.startsWith("application_")) yield* ofApplicationAlone(asking, request.what);
  else yield* ofJob(asking, await findJob(cluster, definitions, request.what), []);
}

async function* ofJob(asking: Asking, job: AnyJob, path: readonly string[]): AsyncGenerator<LogPart, void, undefined> {
  if (asking.request.at !== undefined && job.kind !== "coordinator")
    throw new HowdahError(`--at names an action of a coordinator, and ${job.name} is a ${job.kind}`, { code: "USAGE" });
  switch (job.kind) {
    case "bundle":
      for (const { id } of job.coordinators)
        yield* ofJob(asking, await asking.cluster.oozie.coordinator(id), [job.name]);
      return;
    case "coordinator":
      return yield* ofCoordinator(asking, job, path);
    case "workflow":
      return yield* ofWorkflow(asking, job, [...path, job.name]);
  }
}

async function* ofCoordinator(
  asking: Asking,
  job: CoordinatorJob,
  path: readonly string[],
): AsyncGenerator<LogPart, void, undefined> {
  const action = await chosen(asking, job);
  if (action === undefined) {
    yield note(
      `no action of ${job.name} has failed`,
      `howdah why ${job.name} says how it stands; --at TIME shows one that did not fail`,
    );
    return;
  }
  const here = [...path, `${job.name} ${utc(action.nominal)}`];
  if (action.workflowId !== undefined)
    return yield* ofWorkflow(asking, await asking.cluster.oozie.workflow(action.workflowId), here);
  // It never came to a workflow: what Oozie itself says is all there is.
  const { errorCode, errorMessage } = action;
  const scope = { actions: [action.number] };
  const own = await ofOozie(asking, job.id, { ...bad, scope }, () => true);
  yield {
    is: "action",
    path: here,
    id: action.id,
    type: "coordinator action",
    status: action.status,
    ...failureOf(errorCode, errorMessage),
    decisive: [],
  };
  if (action.status === "TIMEDOUT" || action.status === "WAITING" || action.status === "READY")
    yield note("it never started", `howdah why ${action.id} looks at what it reads`);
  if (own !== undefined) yield own;
}

/** The action that is meant, else the latest that failed. */
async function chosen(
  { cluster: { oozie }, request }: Asking,
  job: CoordinatorJob,
): Promise<CoordinatorAction | undefined> {
  if (request.at === undefined) {
    const status = ["FAILED", "KILLED", "TIMEDOUT"] as const;
    for await (const one of oozie.actions(job.id, { status, order: "desc", page: 1 })) return one;
    // While it runs, an action of its workflow may have failed already.
    for await (const one of oozie.actions(job.id, { status: ["RUNNING", "SUSPENDED"], order: "desc", page: 1 }))
      return one;
    return undefined;
  }
  const date = new Date(request.at);
  for await (const one of oozie.actions(job.id, { from: date, until: date })) return one;
  throw new HowdahError(`${job.name} has no action of ${formatOozieTime(request.at)}`, {
    code: "NO_ACTION",
    next: `howdah why ${job.name} --at ${formatOozieTime(request.at)} says why`,
  });
}

async function* ofWorkflow(
  asking: Asking,
  workflow: WorkflowJob,
  path: readonly string[],
): AsyncGenerator<LogPart, void, undefined> {
  const { request, cluster } = asking;
  const own = workflow.actions.filter(({ type }) => !type.startsWith(":"));
  const lost = await lostOf(asking, own);
  const wanted = wantedOf(own, request, workflow, lost);
  if (wanted.length === 0)
    yield note(
      `nothing of the workflow ${workflow.name} (${workflow.id}, ${workflow.status}) has failed`,
      own.length === 0 ? `howdah why ${workflow.id} says how it stands` : "--all shows what its actions said",
    );
  for (const action of wanted) {
    request.signal?.throwIfAborted();
    const here = [...path, action.name];
    const { externalId } = action;
    if (lost.has(action))
      yield note(`${action.name} ended ${action.status}, but did nothing`, rerunText(workflow, action));
    if (externalId?.endsWith("-W") === true) yield* ofWorkflow(asking, await cluster.oozie.workflow(externalId), here);
    else yield* ofAction(asking, workflow, action, here);
  }
}

/** The actions that ended OK and did nothing. */
async function lostOf(
  { cluster, request }: Asking,
  actions: readonly WorkflowAction[],
): Promise<ReadonlySet<WorkflowAction>> {
  const looks = new LostLooks(cluster, request.signal, request.patience);
  const lost = new Set<WorkflowAction>();
  for (const action of actions)
    if (action.type === "hive2" && action.status === "OK" && action.externalId?.startsWith("application_") === true)
      if ((await looks.of(action.externalId)) !== undefined) lost.add(action);
  return lost;
}

function rerunText({ id }: WorkflowJob, { name }: WorkflowAction): string {
  return `once HiveServer2 is up, howdah rerun ${id} --from-node ${name} does it and what comes after it`;
}

function wantedOf(
  actions: readonly WorkflowAction[],
  { action: name, all = false }: LogsRequest,
  { id, name: workflow, status }: WorkflowJob,
  lost: ReadonlySet<WorkflowAction>,
): readonly WorkflowAction[] {
  const failed = actions.filter(
    (action) =>
      action.errorCode !== undefined || ["ERROR", "FAILED", "KILLED"].includes(action.status) || lost.has(action),
  );
  if (name !== undefined) {
    const named = actions.filter((one) => one.name === name);
    // It may be one of a sub-workflow.
    const below = actions.filter(({ externalId }) => externalId?.endsWith("-W") === true);
    if (named.length > 0) return named;
    if (below.length > 0) return below;
    const names = actions.map((one) => one.name);
    throw new HowdahError(`the workflow ${workflow} has not come to an action ${name}${didYouMean(name, names)}`, {
      code: "NO_ACTION",
      where: id,
      next: names.length === 0 ? `howdah why ${id} says how it stands` : `it has come to ${names.join(", ")}`,
    });
  }
  if (all) return actions;
  if (failed.length > 0 || isOver(status)) return failed;
  return actions.filter(({ status: one }) => one !== "OK");
}

async function* ofAction(
  asking: Asking,
  workflow: WorkflowJob,
  action: WorkflowAction,
  path: readonly string[],
): AsyncGenerator<LogPart, void, undefined> {
  const { id, type, status, errorCode, errorMessage } = action;
  const read: LogPart[] = [];
  const picked: { source: string; line: string }[] = [];
  // What a launcher began knows more of the failure than the launcher.
  const applications = [...(await applicationsOf(asking.cluster.yarn, workflow, action))].reverse();
  for (const application of applications) {
    const found = await ofApplication(asking, application, applications.length === 1);
    read.push(...found.parts);
    picked.push(...found.decisive);
  }
  if (applications.length === 0 && action.externalId?.startsWith("application_") === true)
    read.push(
      note(
        `YARN does not know ${action.externalId} any more`,
        `yarn logs -applicationId ${action.externalId}, where its logs are kept`,
      ),
    );
  const own = await ofOozie(
    asking,
    workflow.id,
    bad,
    (line) => line.includes(`ACTION[${id}]`) || !/^\d{4}-/.test(line),
  );
  const failure = failureOf(errorCode, errorMessage);
  yield { is: "action", path, id, type, status, ...failure, decisive: mostTelling(picked, failure.errorMessage) };
  yield* read;
  if (own !== undefined) yield own;
}

function failureOf(
  code: string | undefined,
  message: string | undefined,
): { readonly errorCode: string | undefined; readonly errorMessage: string | undefined } {
  return { errorCode: code, errorMessage: message === undefined ? undefined : redact(message) };
}

/** Without what was said already, and what two logs say alike. */
function mostTelling<T extends { readonly line: string }>(all: readonly T[], said: string | undefined): readonly T[] {
  const unique = [...new Map(all.map((one) => [one.line, one])).values()].filter(
    ({ line }) => said === undefined || !line.includes(said),
  );
  return unique.slice(0, decisiveMost);
}

/** The ends of an application's logs, and what is decisive in them. */
async function ofApplication(
  { cluster, request, lines }: Asking,
  application: Application,
  alone: boolean,
): Promise<{ readonly parts: readonly LogPart[]; readonly decisive: readonly { source: string; line: string }[] }> {
  const parts: LogPart[] = [];
  const decisive: { source: string; line: string }[] = [];
  const kind = application.type === "" ? "" : `${application.type} `;
  const { diagnostics, finalStatus } = application;
  if (diagnostics !== "" && finalStatus !== "SUCCEEDED") {
    const said = new Decisive();
    for (const line of diagnostics.split("\n")) said.add(line);
    decisive.push(...said.lines().map((line) => ({ source: `${kind}${application.id}`, line: redact(line) })));
  }
  for await (const log of logsOf(cluster, application, request.signal, request.patience)) {
    if ("missing" in log) {
      parts.push(note(log.missing));
      continue;
    }
    const source = `${kind}${log.container} ${log.file}`;
    const found = new Decisive();
    const tail = new Tail(lines);
    const own = log.text.trimEnd().split("\n");
    for (const line of own) {
      found.add(line);
      tail.add(line);
    }
    const telling = found.lines();
    // A program of the user's own, which no pattern knows, says it last on its error output.
    const last =
      alone && telling.length === 0 && log.file === "stderr" ? own.filter((line) => !isChatter(line)).slice(-3) : [];
    decisive.push(...[...telling, ...last].map((line) => ({ source, line: redact(line) })));
    const { bytes } = log;
    parts.push({ is: "log", source, bytes, left: tail.left, cut: bytes > readBytes, lines: tail.lines.map(redact) });
  }
  return { parts, decisive: runnersFirst(decisive) };
}

/** What run_sql.py says before what others do, with the lines below each of its errors. */
function runnersFirst<Line extends { readonly line: string }>(decisive: readonly Line[]): readonly Line[] {
  let own = false;
  const isOwn = decisive.map(({ line }) => (own = ofRunner.test(line) || (own && belowRunner.test(line))));
  return [true, false].flatMap((is) => decisive.filter((_line, i) => isOwn[i] === is));
}

/** What Java and its libraries print on standard error of every container. */
function isChatter(line: string): boolean {
  return (
    line.trim() === "" ||
    /^(?:WARNING: |SLF4J|log4j:|(?:TRACE|DEBUG|INFO) )|^\d\d(?:\/\d\d){2}.* (?:INFO|WARN) /.test(line)
  );
}

/** What Oozie's own log says of an action; undefined where that is nothing. */
async function ofOozie(
  { cluster, request, lines }: Asking,
  job: string,
  filter: LogFilter,
  concerns: (line: string) => boolean,
): Promise<LogPart | undefined> {
  const tail = new Tail(lines);
  let within = false;
  for await (const line of cluster.oozie.log(job, filter)) {
    request.signal?.throwIfAborted();
    // A stack trace belongs to the line before it.
    within = /^\d{4}-/.test(line) ? concerns(line) : within;
    if (within && line !== "") tail.add(redact(line));
  }
  if (tail.lines.length === 0) return undefined;
  return {
    is: "log",
    source: `Oozie's log of ${job}`,
    bytes: undefined,
    left: tail.left,
    cut: false,
    lines: tail.lines,
  };
}

async function* ofBatch(asking: Asking, id: number): AsyncGenerator<LogPart, void, undefined> {
  const { cluster, lines } = asking;
  const batch = await cluster.livy.get(id);
  const application =
    batch.appId === undefined ? undefined : await absentFromYarn(cluster.yarn.application(batch.appId));
  const found =
    application === undefined ? { parts: [], decisive: [] } : await ofApplication(asking, application, true);
  const own = await cluster.livy.log(id, { size: -1 });
  const said = new Decisive();
  const tail = new Tail(lines);
  for (const line of own.lines.flatMap((one) => one.split("\n"))) {
    said.add(line);
    tail.add(redact(line));
  }
  const source = `Livy's log of batch ${id}`;
  const decisive = [...found.decisive, ...said.lines().map((line) => ({ source, line: redact(line) }))];
  yield {
    is: "action",
    path: [`livy:${id}`, ...(batch.name === undefined ? [] : [batch.name])],
    id: `livy:${id}`,
    type: "batch",
    status: batch.state,
    errorCode: application?.finalStatus,
    errorMessage: undefined,
    decisive: mostTelling(decisive, undefined),
  };
  yield* found.parts;
  if (tail.lines.length > 0)
    yield { is: "log", source, bytes: undefined, left: tail.left, cut: own.from > 0, lines: tail.lines };
}

async function* ofApplicationAlone(asking: Asking, id: string): AsyncGenerator<LogPart, void, undefined> {
  const application = await asking.cluster.yarn.application(id);
  const { parts, decisive } = await ofApplication(asking, application, true);
  const { name, type, finalStatus, state } = application;
  yield {
    is: "action",
    path: [name === "" ? id : name],
    id,
    type: `${type} application`,
    status: finalStatus === "UNDEFINED" ? state : finalStatus,
    errorCode: undefined,
    errorMessage: undefined,
    decisive: mostTelling(decisive, undefined),
  };
  yield* parts;
}

function note(text: string, next?: string): LogPart {
  return { is: "note", text, next };
}
