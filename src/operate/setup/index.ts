// A cluster made ready for a project: folders, release, hive-site.xml, share library, tables. Every step looks first.
import { HowdahError, throwAll } from "../../core/errors.ts";
import type { Emit } from "../../core/events.ts";
import type { TablePlan } from "../../hive/plan.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Project } from "../../project/load.ts";
import { build } from "../../release/build.ts";
import { deploy, type Deployed } from "../../release/deploy.ts";
import { applyTables, compareTables, declaredTables, refusalErrors } from "../tables.ts";
import { pathOn } from "../paths.ts";
import { clusterValues } from "../values.ts";
import { folderRequests, impersonationRequest, type AdministratorRequest } from "./administrator.ts";
import { neededFolders, readyFolders, type FoldersReady } from "./folders.ts";
import { reachServers, type ServerFacts } from "./servers.ts";
import { checkLibraries, libraryRequest, type ShareLibraries } from "./sharelibrary.ts";
import { runSetUp, type SetUpRun } from "./workflow.ts";

export interface SetUpOptions {
  /** `-D name=value` */
  readonly given?: Readonly<Record<string, string>>;
  /** The file of this machine of which `<root>/conf/hive-site.xml` is to be a copy. @default it is left as it is */
  readonly hiveSite?: string;
  /** Have the set-up workflow create databases and tables. @default HiveServer2 is asked to */
  readonly throughOozie?: boolean;
  /** Only say what would be done. @default false */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Told `setup.step` of each step that is done, and what deploying, submitting, following and applying tell. */
  readonly emit?: Emit;
}

/** A step, and what became of it. */
export type SetUpStep =
  | { readonly step: "servers"; readonly servers: readonly ServerFacts[] }
  | ({ readonly step: "folders" } & FoldersReady)
  | { readonly step: "release"; readonly deployed: Deployed }
  | ({ readonly step: "share-library" } & ShareLibraries)
  | { readonly step: "tables"; readonly plan: TablePlan | undefined; readonly run?: SetUpRun }
  /** `why`: what it waits for. */
  | { readonly step: "release" | "tables"; readonly waits: string };

export interface SetUpDone {
  readonly steps: readonly SetUpStep[];
  /** What only an administrator may do. Once it is done, setting up again does the rest. */
  readonly administrator: readonly AdministratorRequest[];
  /** What of the tables was refused; none of them was touched then. */
  readonly errors: readonly HowdahError[];
  /** Whether something was done, or would be. */
  readonly changed: boolean;
}

/**
 * Makes a cluster ready for a project. What is as it should be is left alone, so that the second time nothing is done; what
 * the user may not do is collected for an administrator, and all else done. Throws what `build` and `deploy` throw, `SET_UP`
 * where no workflow is named, `SET_UP_FAILED`, and what servers refuse.
 */
export async function setUp(project: Project, cluster: Cluster, options: SetUpOptions = {}): Promise<SetUpDone> {
  const { given = {}, throughOozie = false, dryRun = false, signal, emit = () => undefined } = options;
  const workflow = throughOozie ? setUpWorkflow(project) : undefined;
  const own = { given, emit, ...(signal === undefined ? {} : { signal }) };
  const steps: SetUpStep[] = [];
  const administrator: AdministratorRequest[] = [];
  const errors: HowdahError[] = [];
  const done = (step: SetUpStep): void => {
    steps.push(step);
    emit({ event: "setup.step", ...step });
  };
  const built = build(project, { name: cluster.name, target: cluster.target }, { given });

  const { servers, refusals } = await reachServers(cluster);
  const unreached = new Set(refusals.map(({ server }) => server));
  for (const { server, error } of refusals) {
    const request = impersonationRequest(error);
    if (request !== undefined) administrator.push(request);
    // Oozie's own way to Hive may be open where there is none from here.
    else if (server !== "HiveServer2" || !throughOozie) errors.push(error);
  }
  if (errors.length > 0) throwAll(errors);
  done({ step: "servers", servers });
  // All else begins with it.
  if (unreached.has("HDFS")) return { steps, administrator, errors, changed: false };

  const values = await clusterValues(project, cluster, given, signal);
  const declared = declaredTables(project.definitions, cluster, values);
  const home = await cluster.hdfs.homeDirectory();
  const needed = neededFolders(cluster, project.definitions, declared, values);
  // Spark and MapReduce stage what they run there.
  const all = needed.some(({ path }) => path === home)
    ? needed
    : [{ path: home, of: `the user ${cluster.user}` }, ...needed];
  const folders = await readyFolders(cluster, all, { dryRun, ...(signal === undefined ? {} : { signal }) });
  done({ step: "folders", ...folders });
  if (folders.refused.length > 0) {
    const { owner } = await cluster.hdfs.stat("/");
    administrator.push(...folderRequests(folders.refused, cluster.user, owner));
  }
  const { root } = cluster.target;
  const isRefused = (path: string): boolean => folders.refused.some((one) => one.path === path);
  const notYet = dryRun && folders.made.includes(root);

  if (isRefused(root)) done({ step: "release", waits: `${root} cannot be written to` });
  else {
    const hiveSite = options.hiveSite === undefined ? {} : { hiveSite: options.hiveSite };
    done({ step: "release", deployed: await deploy(cluster, built, { ...own, ...hiveSite, dryRun }) });
  }

  if (cluster.target.oozie !== undefined && !unreached.has("Oozie")) {
    const libraries = await checkLibraries(cluster, project.definitions);
    done({ step: "share-library", ...libraries });
    if (libraries.missing.length > 0) administrator.push(libraryRequest(cluster, libraries.missing));
  }

  const paths = new Set(declared.tables.map(({ location }) => pathOn(cluster.target.nameNode, location)));
  const closed = folders.refused.find(({ path }) => paths.has(path));
  const hive = cluster.target.hiveServer2 !== undefined && !unreached.has("HiveServer2");
  if (closed !== undefined)
    // Hive would make the folder as its own user, who then keeps the jobs out.
    done({ step: "tables", waits: `${closed.path} cannot be written to` });
  else if (!hive && !throughOozie) done({ step: "tables", waits: "HiveServer2 lets nobody in" });
  else if (workflow !== undefined && isRefused(root)) done({ step: "tables", waits: "there is no release" });
  else if (workflow !== undefined && unreached.has("Oozie")) done({ step: "tables", waits: "Oozie lets nobody in" });
  else {
    const plan = hive ? await compareTables(cluster, declared, signal) : undefined;
    errors.push(...refusalErrors(plan));
    if (errors.length === 0 && workflow !== undefined && !notYet && (plan === undefined || plan.steps.length > 0)) {
      const run = dryRun ? undefined : await runSetUp(project, cluster, workflow, { plan, declared }, own);
      done({ step: "tables", plan, ...(run === undefined ? {} : { run }) });
    } else {
      if (errors.length === 0 && !dryRun && plan !== undefined) await applyTables(cluster, plan, own);
      done({ step: "tables", plan });
    }
  }
  return { steps, administrator, errors, changed: steps.some(changes) };
}

function changes(step: SetUpStep): boolean {
  switch (step.step) {
    case "folders":
      return step.made.length > 0;
    case "release":
      if ("waits" in step) return false;
      return step.deployed.state !== "same" || (step.deployed.hiveSite?.state ?? "same") !== "same";
    case "tables":
      return !("waits" in step) && ((step.run?.outcome ?? "found") !== "found" || (step.plan?.steps.length ?? 0) > 0);
    default:
      return false;
  }
}

/** The workflow that creates a project's tables. @throws SET_UP */
function setUpWorkflow({ config, at }: Project): string {
  if (config.setUp !== undefined) return config.setUp.name;
  throw new HowdahError("the project names no workflow that sets its tables up", {
    code: "SET_UP",
    where: at,
    next: "name one in howdah.config.ts, `setUp: WORKFLOW`; or leave --through-oozie out, and HiveServer2 is asked",
  });
}
