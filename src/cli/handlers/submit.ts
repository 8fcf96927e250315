import { exitCodes } from "../../core/errors.ts";
import type { HowdahEvent } from "../../core/events.ts";
import type { SubmitWarning } from "../../operate/beginning.ts";
import type { SubmitRequest, ValueFacts } from "../../operate/prepare.ts";
import { submit, tryOut, type Submitted } from "../../operate/submit.ts";
import type { ScheduleFacts } from "../../operate/times.ts";
import type { Arguments } from "../command.ts";
import { followShown } from "../following.ts";
import type { Io } from "../io.ts";
import { projectOf, withCluster } from "../project.ts";
import { defines, durationOption, timeOption } from "../values.ts";

/** `howdah submit` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const project = await projectOf(args, io);
  const [start, end, release] = [timeOption(args, "start"), timeOption(args, "end"), args.text("release")];
  const request: SubmitRequest = {
    name: args.positionals[0]!,
    given: defines(args),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(release === undefined ? {} : { release }),
  };
  const [timeout, wait] = [durationOption(args, "timeout", Infinity), args.flag("wait")];
  const progress = new Progress(io);
  const options = {
    emit: (event: HowdahEvent) => progress.take(event),
    signal: io.signal,
    beside: args.flag("beside"),
  };
  return withCluster(args, project, async (cluster) => {
    if (args.flag("dry-run")) {
      renderDryRun(await tryOut(project, cluster, request, options), io);
      return exitCodes.done;
    }
    const submitted = await submit(project, cluster, request, options);
    io.status("");
    if (io.json) io.out(JSON.stringify({ ...submitted, ...progress.prepared }));
    else renderSubmitted(submitted, io);
    return wait ? await followShown(cluster, submitted.id, io, { timeout }) : exitCodes.done;
  });
}

/** Says with which values something is submitted, and what stands in the way. */
class Progress {
  readonly #io: Io;
  prepared: {
    readonly values?: readonly ValueFacts[];
    readonly schedules?: readonly ScheduleFacts[];
    readonly warnings?: readonly SubmitWarning[];
  } = {};

  constructor(io: Io) {
    this.#io = io;
  }

  take(event: HowdahEvent): void {
    const { json, say, status, colors } = this.#io;
    switch (event.event) {
      case "submit.prepared": {
        const [values, schedules] = [event["values"] as ValueFacts[], event["schedules"] as ScheduleFacts[]];
        const warnings = event["warnings"] as SubmitWarning[];
        this.prepared = { values, schedules, warnings };
        if (json) return;
        for (const { name, value, from } of values) say(colors.dim(`${name} ${value ?? "******"} (${fromText(from)})`));
        for (const schedule of schedules) say(scheduleText(schedule));
        for (const { message, where, next } of warnings) {
          say(`${colors.yellow("warning:")} ${message}`);
          say(`  at ${where}`);
          say(`  ${colors.dim("→")} ${next}`);
        }
        return;
      }
      case "submit.earlier":
        if (!json) say(`attempt ${String(event["attempt"])}, ${String(event["id"])}, is ${String(event["status"])}`);
        return;
      case "submit.unsure":
        if (!json) say(`${colors.yellow("not known whether it arrived")}: ${String(event["why"])}; looking for it`);
        return;
      case "lock.waiting":
        status(`waiting for ${String(event["for"])} (${String(event["doing"])})`);
        return;
      case "lock.taken-over":
        if (!json) say(`took over the lock of ${String(event["from"])}, who is gone`);
    }
  }
}

function fromText(from: ValueFacts["from"]): string {
  return from.startsWith("file ") ? `from ${from.slice("file ".length)}` : from;
}

function scheduleText({ coordinator, start, end, passed, throttle, concurrency }: ScheduleFacts): string {
  const span = `${coordinator}: ${start} to ${end}`;
  if (passed === 0) return span;
  const times = passed === 1 ? "1 nominal time has" : `${passed} nominal times have`;
  const made = passed <= throttle ? "made at once" : `made at once, ${throttle} at a time`;
  const running = concurrency < 0 ? "any number may run" : `${concurrency} may run`;
  return `${span}; ${times} passed: ${passed === 1 ? "its action is" : "their actions are"} ${made}, ${running} side by side`;
}

function renderSubmitted({ outcome, kind, name, id, status, release, attempt }: Submitted, io: Io): void {
  const { green, yellow, dim } = io.colors;
  const facts = `${kind} ${name} ${id}  ${status ?? ""}  release ${release}${attempt > 1 ? `  attempt ${attempt}` : ""}`;
  io.out(`${outcome === "found" ? yellow("was submitted already:") : green("submitted")} ${facts}`);
  io.say(dim(`→ howdah status ${id}; howdah watch ${id}`));
}

function renderDryRun({ submission, warnings, answer }: Awaited<ReturnType<typeof tryOut>>, io: Io): void {
  const { application, release, properties, secret, values, schedules } = submission;
  const shown = Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, secret.has(name) ? "******" : value]),
  );
  if (io.json) {
    io.out(JSON.stringify({ ...application, release, properties: shown, values, schedules, warnings, answer }));
    return;
  }
  for (const [name, value] of Object.entries(shown)) io.out(`${name}=${value}`);
  io.out("");
  io.out(`${io.colors.green("the server would take it")}, and nothing was submitted. It says:`);
  io.out(answer.trim());
}
