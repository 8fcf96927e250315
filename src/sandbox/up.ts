import type { Emit } from "../core/events.ts";
import { HowdahError, throwAll } from "../core/errors.ts";
import { examine, type Finding } from "./doctor.ts";
import { startFailure } from "./failure.ts";
import { exists, withChoices, writeSandbox, type Choices, type Sandbox } from "./folder.ts";
import { hintTexts } from "./hints.ts";
import { alone } from "./locked.ts";
import { logFile, type Parts } from "./launch.ts";
import { chooseJava } from "./java.ts";
import { fetchPackages, missingPackages, packageCache, type PackageGroup } from "./packages.ts";
import { format, makeFolders, makeSparkEvents, refreshShareLibrary, uploadShareLibrary } from "./prepare.ts";
import { checkPorts, portsOf } from "./ports.ts";
import { serverProcess } from "./process.ts";
import { serversOf } from "./servers.ts";
import { packagesOf, serviceNames, services, servicesOf, type Part, type ServiceName } from "./services.ts";
import { writeSettings } from "./settings.ts";
import { statusOf, type SandboxStatus } from "./status.ts";
import { startAll, type Task } from "./supervise.ts";
import { writeClients } from "./clients.ts";

export interface UpRequest {
  /** What is to run, with all that it needs. */
  readonly parts: readonly Part[];
  /** Changes of what was chosen when the sandbox was made; refused while it runs. */
  readonly choices?: Partial<Choices>;
  readonly emit: Emit;
  readonly signal?: AbortSignal;
}

export interface UpReport {
  readonly sandbox: Sandbox;
  /** What this call started; nothing when all was healthy. */
  readonly started: readonly string[];
  readonly status: SandboxStatus;
}

/**
 * Brings a sandbox up: fetches what is missing, starts what does not run, waits until all is healthy. Twice is harmless,
 * and repairs what died.
 *
 * Throws `USAGE` for ports that there are not, `SANDBOX_NEEDS` when the machine lacks something, `SANDBOX_RUNS` when other choices are asked of a sandbox that
 * runs, `SANDBOX_START` when a server does not start.
 */
export async function up(found: Sandbox, request: UpRequest): Promise<UpReport> {
  const { emit, signal } = request;
  const sandbox = chosen(found, request.choices ?? {});
  const names = servicesOf(request.parts);
  writeSandbox(sandbox);
  return alone(sandbox, request, async () => {
    const findings = await examine(sandbox, names);
    throwAll(findings.flatMap((finding) => (finding.verdict === "missing" ? [needed(finding)] : [])));
    for (const { verdict, name, found, next } of findings)
      if (verdict === "doubtful") emit({ event: "sandbox.doubt", name, found, next });
    const java = chooseJava()!;
    const parts: Parts = { sandbox, java, ...(await install(names, request)) };
    signal?.throwIfAborted();
    writeSettings(parts);
    writeClients(parts);
    const started = await startAll(serversOf(names, sandbox, parts), tasksOf(names, parts, request), {
      run: sandbox.run,
      emit,
      signal,
      explain: ({ name }, reason) =>
        startFailure(services[name as ServiceName].title, logFile(sandbox, name as ServiceName), reason),
    });
    return { sandbox, started, status: await statusOf(sandbox) };
  });
}

/** Fetches what the services need. What other services need is given too, where it is there already. */
async function install(
  names: readonly ServiceName[],
  { emit, signal }: UpRequest,
): Promise<Pick<Parts, "packages" | "groups">> {
  const cache = packageCache();
  const wanted = packagesOf(names);
  const missing = await missingPackages([...wanted, ...everyGroup.filter((group) => !wanted.includes(group))], {
    cache,
  });
  const absent = new Map(missing.map(({ group, bytes }) => [group, bytes]));
  const fetched = wanted.filter((group) => absent.has(group));
  if (fetched.length > 0) {
    const bytes = fetched.reduce((sum, group) => sum + absent.get(group)!, 0);
    emit({ event: "sandbox.download", groups: fetched, bytes, cache });
  }
  const groups = everyGroup.filter((group) => wanted.includes(group) || !absent.has(group));
  return { packages: await fetchPackages(groups, { cache, emit, signal }), groups: new Set(groups) };
}

const everyGroup: readonly PackageGroup[] = ["hadoop", "hive", "oozie", "livy", "httpfs", "spark"];

/** The sandbox with other choices. */
function chosen(sandbox: Sandbox, changes: Partial<Choices>): Sandbox {
  const choices: Choices = { ...sandbox.choices, ...changes };
  checkPorts(portsOf(choices.portOffset, choices.ports));
  if (JSON.stringify(choices) === JSON.stringify(sandbox.choices)) return sandbox;
  const alive = serviceNames.filter((name) => serverProcess(sandbox.run, name).pid !== undefined);
  if (exists(sandbox) && alive.length > 0)
    throw new HowdahError(`the sandbox ${sandbox.name} runs with other settings (${alive.join(", ")})`, {
      code: "SANDBOX_RUNS",
      where: sandbox.folder,
      next: "howdah sandbox down, then up with the new ones; data stay",
    });
  return withChoices(sandbox.name, sandbox.folder, choices);
}

function needed({ name, found, next, hints = [] }: Finding): HowdahError {
  return new HowdahError(`${name}: ${found}`, {
    code: "SANDBOX_NEEDS",
    next: next ?? hintTexts(hints).join("\n    "),
  });
}

/** What is done between the starts of servers. */
function tasksOf(names: readonly ServiceName[], parts: Parts, { emit, signal }: UpRequest): readonly Task[] {
  const { sandbox } = parts;
  let sent = false;
  const tasks: readonly (Task & { readonly when: ServiceName })[] = [
    { name: "format", when: "namenode", needs: [], run: () => format(parts, signal) },
    { name: "folders", when: "namenode", needs: ["namenode", "datanode"], run: () => makeFolders(sandbox) },
    { name: "spark-events", when: "spark-history", needs: ["folders"], run: () => makeSparkEvents(sandbox) },
    {
      name: "share-library",
      when: "oozie",
      needs: ["folders"],
      run: async () => {
        sent = await uploadShareLibrary(parts, emit, signal);
      },
    },
    {
      name: "share-library-known",
      when: "oozie",
      needs: ["share-library", "oozie"],
      run: async () => {
        if (sent) await refreshShareLibrary(sandbox);
      },
    },
  ];
  return tasks.filter(({ when }) => names.includes(when));
}
