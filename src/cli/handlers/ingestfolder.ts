import { resolve } from "node:path";
import { exitCodes, HowdahError } from "../../core/errors.ts";
import type { HowdahEvent } from "../../core/events.ts";
import type { DataSet } from "../../oozie/dataset.ts";
import type { FolderIngested, FolderIngestOptions, MissingSpan, SetSummary } from "../../project/ingestfolder.ts";
import { externalDataSets } from "../../project/landed.ts";
import { openLandingFolder } from "../../project/landingfolder.ts";
import { targetOf, type Project } from "../../project/load.ts";
import { bytesText, countText } from "../bytes.ts";
import type { Arguments } from "../command.ts";
import { dataSetToFill, refuseData } from "../ingesting.ts";
import type { Io } from "../io.ts";
import { isOnCluster, projectOf, withCluster, withTarget } from "../project.ts";
import { defines, timeOption } from "../values.ts";

/** `howdah ingest --from-folder` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  for (const option of ["instance", "add"])
    if (option === "add" ? args.flag(option) : args.text(option) !== undefined)
      throw new HowdahError(`--${option} and --from-folder exclude each other`, {
        code: "USAGE",
        next: "--from and --until choose among the instances of the folder",
      });
  const begun = performance.now();
  const project = await projectOf(args, io);
  const named = args.positionals.map((name) => dataSetToFill(project, name));
  const dataSets = named.length > 0 ? named : externalDataSets(project);
  const [from, until] = [timeOption(args, "from"), timeOption(args, "until")];
  const progress = new Progress(io, unitOf(dataSets));
  const options: FolderIngestOptions = {
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    replace: args.flag("replace"),
    allowGap: args.flag("allow-gap"),
    dryRun: args.flag("dry-run"),
    signal: io.signal,
    emit: (event) => progress.take(event),
  };
  const folder = resolve(io.cwd, args.text("from-folder")!);
  const ingest = isOnCluster(args, project) ? ingestThere : ingestHere;
  const ingested = await ingest(args, io, project, dataSets, folder, options, progress);
  io.status("");
  const seconds = (performance.now() - begun) / 1000;
  if (io.json) io.out(JSON.stringify({ event: "ingest.done", ...ingested, seconds: Number(seconds.toFixed(3)) }));
  else io.out(progress.summary(ingested, seconds));
  return exitCodes.done;
}

async function ingestThere(
  args: Arguments,
  io: Io,
  project: Project,
  dataSets: readonly DataSet[],
  folder: string,
  options: FolderIngestOptions,
  progress: Progress,
): Promise<FolderIngested> {
  refuseData(args);
  const [{ ingestFolderOn }, { clusterValues }] = await Promise.all([
    import("../../operate/ingestfolder.ts"),
    import("../../operate/values.ts"),
  ]);
  return withCluster(
    args,
    project,
    async (cluster) => {
      const values = await clusterValues(project, cluster, defines(args), io.signal);
      return ingestFolderOn(cluster, values, openLandingFolder(dataSets, values, folder), options);
    },
    (event) => progress.take(event),
  );
}

async function ingestHere(
  args: Arguments,
  _: Io,
  project: Project,
  dataSets: readonly DataSet[],
  folder: string,
  options: FolderIngestOptions,
): Promise<FolderIngested> {
  const { ingestFolderHere } = await import("../../local/ingestfolder.ts");
  return withTarget(args, project, defines(args), ({ data }) => {
    const { target } = targetOf(project, "folder", args.text("target"));
    const { parameterFiles = [] } = target.values(data.root);
    return ingestFolderHere(data, parameterFiles, openLandingFolder(dataSets, data.values, folder), options);
  });
}

/** What the times of data sets are called. */
function unitOf(dataSets: readonly DataSet[]): string {
  return dataSets.every(({ every: { unit, count } }) => unit === "hours" && count === 1) ? "hour" : "time";
}

/** Shows how far it is: one line that changes on a terminal; what is missing everywhere. */
class Progress {
  readonly #io: Io;
  /** What the data sets' times are called. */
  readonly #unit: string;
  readonly #begun = performance.now();
  readonly #times = new Set<unknown>();
  /** Bytes so far of the files that are on their way. */
  readonly #under = new Map<unknown, number>();
  #planned: FolderIngested | undefined;
  #bytes = 0;

  constructor(io: Io, unit: string) {
    this.#io = io;
    this.#unit = unit;
  }

  take(event: HowdahEvent): void {
    const { event: name, ...facts } = event;
    if (this.#io.json && name.startsWith("ingest.")) this.#io.out(JSON.stringify(event));
    switch (name) {
      case "ingest.planned":
        this.#planned = facts as unknown as FolderIngested;
        if (!this.#io.json) this.#tellPlan(this.#planned);
        break;
      case "ingest.instance":
        this.#times.add(facts["instance"]);
        if (facts["state"] !== "same") this.#bytes += Number(facts["bytes"]);
        if (this.#planned?.dryRun === true) this.#list(facts);
        break;
      case "ingest.stopped":
        this.#io.say(
          `${String(facts["times"])} of ${countText(Number(facts["ofTimes"]), this.#unit)} to be put are there, whole: the same command goes on with the rest`,
        );
        return;
      case "lock.waiting":
        this.#io.say(`waiting for ${String(facts["for"])}: ${String(facts["doing"])} is going on`);
        return;
      case "lock.taken-over":
        this.#io.say(`took over the lock of ${String(facts["from"])}, which has died`);
        return;
      case "transfer.progress":
        this.#under.set(facts["file"], Number(facts["bytes"]));
        break;
      case "transfer.file":
        this.#under.delete(facts["file"]);
        break;
      default:
        return;
    }
    this.#show();
  }

  /** The line at the end. */
  summary(ingested: FolderIngested, seconds: number): string {
    const { sets, instances, files, bytes, times, from, until, dryRun } = ingested;
    const { green, yellow } = this.#io.colors;
    const names = sets.map(({ dataSet }) => dataSet).join(", ");
    const [same, replaced, missing] = [
      total(sets, ({ same }) => same),
      total(sets, ({ replaced }) => replaced),
      total(sets, ({ missing }) => missing.reduce((sum, { instances }) => sum + instances, 0)),
    ];
    const put = dryRun ? yellow("would put") : green("put");
    const rate = dryRun ? "" : ` in ${seconds.toFixed(1)} s (${bytesText(Math.round(bytes / seconds))}/s)`;
    const parts = [
      ...(replaced > 0 ? [`${replaced} of them in the place of others`] : []),
      ...(same > 0 ? [`${countText(same, "instance")} was there`.replace(/s was there$/, "s were there")] : []),
      ...(missing > 0 ? [`${countText(missing, "instance")} missing`] : []),
    ];
    return [
      `${put} ${countText(instances, "instance")} of ${names}, ${countText(files, "file")}, ${bytesText(bytes)}${rate}`,
      ...parts,
      `${countText(times, this.#unit)} from ${from} until ${until}`,
    ].join("; ");
  }

  #tellPlan({ sets, values, dryRun }: FolderIngested): void {
    const { say, colors } = this.#io;
    for (const { dataSet, missing } of sets)
      if (missing.length > 0)
        say(
          `${colors.yellow("missing")} ${dataSet}: ${spans(missing)}: neither in the folder nor there; what reads it waits`,
        );
    for (const { path, state } of values)
      if (state === "new") say(`${path}: the landing's values ${dryRun ? "would go" : "go"} there`);
  }

  #list({ dataSet, instance, state, files, bytes, folder }: Readonly<Record<string, unknown>>): void {
    if (this.#io.json) return;
    const what = { new: "put", replaced: "replace", same: "is there" }[state as "new" | "replaced" | "same"];
    this.#io.out(
      `${what.padEnd(8)}  ${String(instance)}  ${String(dataSet)}  ${countText(Number(files), "file")}, ${bytesText(Number(bytes))}  ${String(folder)}`,
    );
  }

  #show(): void {
    const planned = this.#planned;
    if (planned === undefined || planned.dryRun) return;
    const bytes = this.#bytes + [...this.#under.values()].reduce((sum, one) => sum + one, 0);
    const rate = bytes / ((performance.now() - this.#begun) / 1000);
    this.#io.status(
      `${this.#times.size} of ${countText(planned.times, this.#unit)}, ${bytesText(bytes)} of ${bytesText(planned.bytes)}, ${bytesText(Math.round(rate))}/s`,
    );
  }
}

function total(sets: readonly SetSummary[], of: (set: SetSummary) => number): number {
  return sets.reduce((sum, set) => sum + of(set), 0);
}

/** `2012-03-01T05:00Z, 2012-03-02T00:00Z … 2012-03-02T23:00Z (24)`; of more than three, how many there are. */
function spans(missing: readonly MissingSpan[]): string {
  const shown = missing
    .slice(0, 3)
    .map(({ first, last, instances }) => (instances === 1 ? first : `${first} … ${last} (${instances})`));
  return [...shown, ...(missing.length > 3 ? [`and ${missing.length - 3} more`] : [])].join(", ");
}
