import { exitCodes, throwAll } from "../../core/errors.ts";
import { errorFacts, type HowdahEvent } from "../../core/events.ts";
import { setUp, type SetUpDone, type SetUpStep } from "../../operate/setup/index.ts";
import type { AdministratorRequest } from "../../operate/setup/administrator.ts";
import type { Deployed } from "../../release/deploy.ts";
import { hiveSiteSource } from "../../project/hadoopconf.ts";
import { targetOf } from "../../project/load.ts";
import { countText } from "../bytes.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { releaseEvents } from "../releaseevents.ts";
import { appliedLine, planFacts, planLines, sameLine } from "../tables.ts";
import { defines } from "../values.ts";
import { deployedLines } from "./deploy.ts";

/** `howdah setup` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  const named = targetOf(project, "cluster", args.text("target"));
  const hiveSite = hiveSiteSource(named.target, project.root);
  const dryRun = args.flag("dry-run");
  const { signal, json } = io;
  const done = await withCluster(args, project, (cluster) =>
    setUp(project, cluster, {
      given: defines(args),
      ...(hiveSite === undefined ? {} : { hiveSite }),
      throughOozie: args.flag("through-oozie"),
      dryRun,
      signal,
      emit: shown(io, dryRun),
    }),
  );
  const { administrator, errors, changed } = done;
  const code = administrator.length > 0 ? exitCodes.administrator : exitCodes.done;
  if (json) {
    io.out(JSON.stringify({ target: named.name, dryRun, ...facts(done) }));
    return errors.length > 0 ? errors[0]!.exitCode : code;
  }
  for (const line of requestLines(administrator, io)) io.out(line);
  throwAll(errors);
  if (code === exitCodes.done)
    io.out(
      changed
        ? `${named.name} ${dryRun ? "would be" : "is"} ready`
        : io.colors.green(`${named.name} is ready: there was nothing to do`),
    );
  return code;
}

function shown(io: Io, dryRun: boolean): (event: HowdahEvent) => void {
  const released = releaseEvents(io);
  return (event) => {
    if (io.json) return;
    released(event);
    switch (event.event) {
      case "setup.step":
        io.status("");
        for (const line of stepLines(event as unknown as SetUpStep, io, dryRun)) io.out(line);
        break;
      case "table.applied":
        io.out(`tables         ${appliedLine(event, io)}`);
        break;
      case "job.changed":
        io.say(`${String(event["kind"])} ${String(event["name"])} ${String(event["status"])}`);
        break;
      case "server.away":
        io.say(`Oozie cannot be asked, waiting for it: ${String(event["why"])}`);
        break;
      default:
        break;
    }
  };
}

function stepLines(step: SetUpStep, io: Io, dryRun: boolean): readonly string[] {
  const { colors } = io;
  const titled = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => `${step.step.padEnd(13)}  ${line}`);
  if ("waits" in step) return titled([`${colors.yellow("not yet")}: ${step.waits}`]);
  switch (step.step) {
    case "servers":
      return titled(
        step.servers.map(
          ({ server, at, version }) => `${server}${version === undefined ? "" : ` ${version}`} at ${at}`,
        ),
      );
    case "folders":
      return titled([
        ...step.made.map((path) => `${dryRun ? "would make" : colors.green("made")} ${path}`),
        ...step.refused.map(({ path, at, is }) => {
          const why =
            is === "missing" ? "may not be made" : is === "closed" ? "may not be written to" : `is behind ${at}`;
          return `${colors.yellow("administrator")}: ${path} ${why}`;
        }),
        ...(step.there.length > 0 ? [`${countText(step.there.length, "folder")} there, and writable`] : []),
      ]);
    case "release":
      return titled([...deployedLines(step.deployed, io), ...sameSiteLines(step.deployed)]);
    case "share-library":
      return titled([
        step.needed.length === 0
          ? "no action takes any"
          : step.missing.length === 0
            ? `has ${step.needed.join(", ")}`
            : `${colors.yellow("administrator")}: lacks ${step.missing.join(", ")}`,
      ]);
    case "tables":
      return titled(tableLines(step, io, dryRun));
  }
}

/** A hive-site.xml that was placed is told by what deploying tells. */
function sameSiteLines({ hiveSite }: Deployed): readonly string[] {
  return hiveSite?.state === "same" ? [`${hiveSite.path} is as ${hiveSite.source}`] : [];
}

function tableLines({ plan, run }: Extract<SetUpStep, { plan: unknown }>, io: Io, dryRun: boolean): readonly string[] {
  if (run !== undefined) {
    const { workflow, id, outcome } = run;
    const did = { submitted: "created by", again: "created by, once more,", found: "had been created by" }[outcome];
    return [`${did} the workflow ${workflow}, ${id}`];
  }
  if (plan === undefined) return ["HiveServer2 was not asked"];
  // What is refused is told as errors at the end.
  if (dryRun) return planLines({ ...plan, refused: [] }, io).concat(plan.refused.length > 0 ? [] : [sameLine(plan)]);
  return plan.refused.length > 0
    ? [`${countText(plan.refused.length, "difference")} that cannot be mended; none was touched`]
    : [sameLine(plan)];
}

function requestLines(requests: readonly AdministratorRequest[], { colors }: Io): readonly string[] {
  if (requests.length === 0) return [];
  return [
    "",
    colors.bold("An administrator has to do this; howdah setup then does the rest:"),
    ...requests.flatMap(({ why, commands }) => ["", `# ${why}`, ...commands]),
  ];
}

function facts({ steps, administrator, errors, changed }: SetUpDone): object {
  return {
    changed,
    steps: steps.map((step) =>
      step.step === "tables" && "plan" in step && step.plan !== undefined
        ? { ...step, plan: planFacts(step.plan) }
        : step,
    ),
    administrator,
    ...(errors.length === 0 ? {} : { errors: errors.map(errorFacts) }),
  };
}
