import { resolve } from "node:path";
import { exitCodes, HowdahError } from "../../core/errors.ts";
import { formatOozieTime } from "../../core/time.ts";
import { ingest, type Ingested, type IngestRequest } from "../../local/ingest.ts";
import { initialHere } from "../../local/ingestfolder.ts";
import { landedTimes } from "../../project/landed.ts";
import { lockJob } from "../../project/lock.ts";
import { defines, timeOption } from "../values.ts";
import type { DataSet } from "../../oozie/dataset.ts";
import type { Project } from "../../project/load.ts";
import { isOnCluster, projectOf, withCluster, withTarget } from "../project.ts";
import type { Arguments } from "../command.ts";
import { ingestCommand } from "../commands/ingest.ts";
import { dataSetToFill, refuseData } from "../ingesting.ts";
import type { Io } from "../io.ts";

/** `howdah ingest` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  if (args.text("from-folder") !== undefined) return (await import("./ingestfolder.ts")).handle(args, io);
  for (const option of ["from", "until"]) if (args.text(option) !== undefined) throw needsFolder(option);
  if (args.flag("dry-run")) throw needsFolder("dry-run");
  const [name, ...files] = args.positionals;
  if (name === undefined)
    throw new HowdahError(`ingest needs more arguments: howdah ${ingestCommand.usage}`, {
      code: "USAGE",
      next: "name a data set, or with --from-folder what landing made",
    });
  const project = await projectOf(args, io);
  const dataSet = dataSetToFill(project, name);
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
  const facts = { dataSet: name, instance: formatOozieTime(instance), folder, files: record.files };
  if (io.json) io.out(JSON.stringify(facts));
  else
    io.out(
      `${name} ${facts.instance}: ${record.files.length} ${record.files.length === 1 ? "file" : "files"}, ${record.files.reduce((sum, { bytes }) => sum + bytes, 0)} bytes, in ${folder}`,
    );
  return exitCodes.done;
}

function needsFolder(option: string): HowdahError {
  return new HowdahError(`--${option} needs --from-folder`, {
    code: "USAGE",
    next: "a single instance is named by --instance",
  });
}

type Request = Required<Pick<IngestRequest, "instance" | "mode" | "allowGap" | "files">>;

async function ingestThere(
  args: Arguments,
  io: Io,
  project: Project,
  dataSet: DataSet,
  request: Request,
): Promise<Ingested> {
  refuseData(args);
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
    const initial = initialHere(data, dataSet);
    const lock = lockJob(data.own("locks"), `ingest-${dataSet.name}`);
    try {
      const placed = ingest({
        dataSet,
        folderOf: (time) => data.folder(dataSet, time),
        present: landedTimes(dataSet, data.values),
        ...request,
        ...(initial === undefined ? {} : { initial }),
      });
      return Promise.resolve(placed);
    } finally {
      lock.release();
    }
  });
}
