import { resolve } from "node:path";
import { didYouMean, exitCodes, HowdahError, isHowdahError } from "../../core/errors.ts";
import { formatOozieTime, type Instant } from "../../core/time.ts";
import { ingest, type Ingested, type IngestRequest } from "../../local/ingest.ts";
import { landedTimes } from "../../local/landed.ts";
import { lockJob } from "../../project/lock.ts";
import { defines, timeOption } from "../values.ts";
import type { DataSet } from "../../oozie/dataset.ts";
import type { Project } from "../../project/load.ts";
import { isOnCluster, projectOf, withCluster, withTarget } from "../project.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";

/** `howdah ingest` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  const [name, ...files] = args.positionals;
  const dataSet = project.definitions.dataSets.get(name!);
  const names = [...project.definitions.dataSets.keys()];
  if (dataSet === undefined)
    throw new HowdahError(`there is no data set ${name!}${didYouMean(name!, names)}`, {
      code: "NAME_UNKNOWN",
      next: `the data sets are ${names.join(", ")}`,
    });
  if ("table" in dataSet)
    throw new HowdahError(`${name!} is made by a job: its rows come from a run, not from files`, {
      code: "USAGE",
      where: dataSet.at,
    });
  const instance = timeOption(args, "instance");
  if (instance === undefined) throw new HowdahError("ingest needs --instance", { code: "USAGE" });
  if (args.flag("add") && args.flag("replace"))
    throw new HowdahError("--add and --replace exclude each other", {
      code: "USAGE",
      next: "--add keeps the files that are there, --replace does not",
    });
  const mode = args.flag("add") ? "add" : args.flag("replace") ? "replace" : "new";
  const request = { instance, mode, allowGap: args.flag("allow-gap"), files: files.map((path) => ({ path })) } as const;
  const { folder, record } = isOnCluster(args, project)
    ? await ingestThere(args, io, project, dataSet, request)
    : await ingestHere(args, project, dataSet, request);
  const facts = { dataSet: name!, instance: formatOozieTime(instance), folder, files: record.files };
  if (io.json) io.out(JSON.stringify(facts));
  else
    io.out(
      `${name!} ${facts.instance}: ${record.files.length} ${record.files.length === 1 ? "file" : "files"}, ${record.files.reduce((sum, { bytes }) => sum + bytes, 0)} bytes, in ${folder}`,
    );
  return exitCodes.done;
}

type Request = Required<Pick<IngestRequest, "instance" | "mode" | "allowGap" | "files">>;

async function ingestThere(
  args: Arguments,
  io: Io,
  project: Project,
  dataSet: DataSet,
  request: Request,
): Promise<Ingested> {
  if (args.text("data") !== undefined)
    throw new HowdahError("--data names a folder of this machine, and the target is a cluster", {
      code: "USAGE",
      next: "-D gives a parameter of the cluster another value",
    });
  const [{ ingestOn }, { clusterValues }] = await Promise.all([
    import("../../operate/ingest.ts"),
    import("../../operate/values.ts"),
  ]);
  const files = request.files.map(({ path }) => ({ path: resolve(io.cwd, path) }));
  return withCluster(args, project, async (cluster) =>
    ingestOn(cluster, await clusterValues(project, cluster, defines(args), io.signal), {
      ...request,
      files,
      dataSet,
      signal: io.signal,
      emit: ({ event, ...facts }) => {
        if (event === "lock.waiting") io.status(`waiting for ${String(facts["for"])}: ${String(facts["doing"])}`);
      },
    }),
  );
}

function ingestHere(args: Arguments, project: Project, dataSet: DataSet, request: Request): Promise<Ingested> {
  return withTarget(args, project, defines(args), ({ data }) => {
    let initial: Instant | undefined;
    try {
      initial = data.time(dataSet.initial);
    } catch (error) {
      // Where it follows from what has landed, the first instance is what it will be.
      if (!isHowdahError(error) || error.code !== "EL_PARAMETER") throw error;
    }
    const derived = dataSet.initial.node.is === "parameter" && data.values.origin(dataSet.initial.node.name) === "data";
    const lock = lockJob(data.own("locks"), `ingest-${dataSet.name}`);
    try {
      const placed = ingest({
        dataSet,
        folderOf: (time) => data.folder(dataSet, time),
        present: landedTimes(dataSet, data.values),
        ...request,
        ...(initial === undefined || derived ? {} : { initial }),
      });
      return Promise.resolve(placed);
    } finally {
      lock.release();
    }
  });
}
