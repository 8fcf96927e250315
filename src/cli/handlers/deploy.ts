import { exitCodes } from "../../core/errors.ts";
import { hiveSiteSource } from "../../project/hadoopconf.ts";
import { targetOf } from "../../project/load.ts";
import { build } from "../../release/build.ts";
import { deploy, type Deployed, type ReleaseDifference } from "../../release/deploy.ts";
import type { HiveSitePlaced } from "../../release/hivesite.ts";
import { deployedFiles } from "../../release/place.ts";
import { bytesText, countText } from "../bytes.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { releaseEvents } from "../releaseevents.ts";
import { defines, durationOption } from "../values.ts";

/** `howdah deploy` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const begun = performance.now();
  const patience = durationOption(args, "wait", 600_000);
  const project = await projectOf(args, io);
  const named = targetOf(project, "cluster", args.text("target"));
  const built = build(project, named, { given: defines(args) });
  const hiveSite = hiveSiteSource(named.target, project.root);
  const deployed = await withCluster(args, project, (cluster) =>
    deploy(cluster, built, {
      ...(hiveSite === undefined ? {} : { hiveSite }),
      dryRun: args.flag("dry-run"),
      patience,
      signal: io.signal,
      emit: releaseEvents(io),
    }),
  );
  io.status("");
  const seconds = (performance.now() - begun) / 1000;
  const wouldUpload = args.flag("dry-run") && deployed.uploaded.files > 0;
  const files = deployedFiles(built).map(({ path, content }) => ({ path, bytes: Buffer.byteLength(content) }));
  if (io.json) {
    const facts = { target: named.name, ...deployed, seconds: Number(seconds.toFixed(3)) };
    io.out(JSON.stringify(wouldUpload ? { ...facts, wouldUpload: files } : facts));
    return exitCodes.done;
  }
  if (wouldUpload) {
    const width = Math.max(...files.map(({ bytes }) => bytes.toLocaleString("en").length));
    for (const { path, bytes } of files) io.out(`${bytes.toLocaleString("en").padStart(width)}  ${path}`);
  }
  for (const line of deployedLines(deployed, io, seconds)) io.out(line);
  const [first] = built.manifest.applications;
  if (!deployed.dryRun && first !== undefined) io.out(`next: howdah submit ${first.name} --target ${named.name}`);
  return exitCodes.done;
}

/** What a deploy did, or would do. */
export function deployedLines(deployed: Deployed, { colors: { green } }: Io, seconds?: number): readonly string[] {
  const { release, folder, state, uploaded, kept, before, difference, hiveSite, dryRun } = deployed;
  const amount = `${countText(uploaded.files, "file")}, ${bytesText(uploaded.bytes)}`;
  const took = dryRun || seconds === undefined ? "" : `, in ${seconds.toFixed(1)} s`;
  const what = {
    uploaded: `${dryRun ? "would deploy" : green("deployed")} release ${release} to ${folder}: ${amount}${took}`,
    mended: `${dryRun ? "would mend" : green("mended")} release ${release} in ${folder}, which missed files: ${amount}${took}`,
    switched: `${dryRun ? "would switch" : green("switched")} to release ${release}, which is there: nothing to upload${took}`,
    same: `${green("unchanged")} release ${release} is current and whole: nothing to upload${took}`,
  }[state];
  return [
    what,
    ...(kept.files > 0
      ? [`  ${countText(kept.files, "file")} had been uploaded by a deploy that was interrupted`]
      : []),
    ...(before === undefined || before === release ? [] : [`  before: ${before}`]),
    ...(difference === undefined ? [] : differenceLines(difference)),
    ...(hiveSite === undefined ? [] : hiveSiteLines(hiveSite, dryRun)),
  ];
}

function differenceLines({ added, changed, removed }: ReleaseDifference): readonly string[] {
  const signs = [
    ["+", added],
    ["~", changed],
    ["-", removed],
  ] as const;
  const all = signs.flatMap(([sign, paths]) => paths.map((path) => `  ${sign} ${path}`));
  if (all.length <= 20) return all;
  return [`  ${added.length} files added, ${changed.length} changed, ${removed.length} removed`];
}

/** What became of hive-site.xml; nothing where it is as it was. */
export function hiveSiteLines(
  { path, source, state, changes, secret }: HiveSitePlaced,
  dryRun: boolean,
): readonly string[] {
  if (state === "same") return [];
  const done = state === "new" ? "placed" : "replaced";
  return [
    `${dryRun ? `${path} would be ${done}` : `${done} ${path}`}, from ${source}`,
    ...(state === "new"
      ? [`  ${countText(changes.length, "setting")}`]
      : changes.map(({ name, before, after }) =>
          after === undefined
            ? `  - ${name}: ${before}`
            : before === undefined
              ? `  + ${name}: ${after}`
              : `  ~ ${name}: ${before} → ${after}`,
        )),
    ...(state === "changed" && changes.length === 0 ? ["  no setting differs"] : []),
    ...(secret ? ["  it holds a password: its owner and group alone may read it"] : []),
  ];
}
