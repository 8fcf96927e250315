import { isAbsolute, join } from "node:path";
import { didYouMean, exitCodes, HowdahError, isHowdahError, ManyErrors } from "../../core/errors.ts";
import { codes, isCheckCode, type Problem, type Severity } from "../../oozie/checks/index.ts";
import type { ClusterTarget } from "../../project/config.ts";
import { examineProject, targetOf, type NamedTarget, type Project } from "../../project/load.ts";
import type { TargetFindings } from "../../project/checks/values.ts";
import { valuesOn, writtenFor } from "../../release/check.ts";
import type { Arguments } from "../command.ts";
import type { Io } from "../io.ts";
import { nearby } from "../nearby.ts";
import { rootOf } from "../project.ts";

/** `howdah validate` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const asked = args.text("explain");
  if (args.flag("codes")) {
    if (asked !== undefined)
      throw new HowdahError("--codes lists every code, and --explain tells of one", {
        code: "USAGE",
        next: "give one of the two",
      });
    return listCodes(io);
  }
  if (asked !== undefined) return explain(asked, io);
  const { entries: all, missing } = await entriesOf(rootOf(args, io), args.text("target"));
  const accepted = all.filter(isAccepted);
  const shown = args.flag("all") ? all : all.filter((entry) => !isAccepted(entry));
  const count = (severity: Severity): number =>
    all.filter((entry) => entry.severity === severity && !isAccepted(entry)).length;
  const counts = { errors: count("error"), warnings: count("warning"), accepted: accepted.length };
  if (io.json) io.out(JSON.stringify({ problems: shown.map((entry) => facts(entry, io)), counts, missing }));
  else {
    render(shown, counts, io);
    for (const [name, parameters] of Object.entries(missing))
      io.out(
        io.colors.dim(
          `${name}: ${parameters.join(", ")} ${parameters.length === 1 ? "has" : "have"} no value yet, which a job needs when it is submitted`,
        ),
      );
  }
  return counts.errors > 0 || (args.flag("strict") && counts.warnings > 0) ? exitCodes.usage : exitCodes.done;
}

/** A problem as it is shown: of the checks, or of what was read before them. */
interface Entry {
  readonly code: string;
  readonly severity: Severity;
  readonly path?: string;
  /** In full; undefined where a problem has no place. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly message: string;
  readonly next?: string | undefined;
  readonly accepted?: string | undefined;
}

const isAccepted = ({ accepted }: Entry): boolean => accepted !== undefined;

interface Examined {
  readonly entries: readonly Entry[];
  /** By cluster, the parameters that have no value on it. */
  readonly missing: Readonly<Record<string, readonly string[]>>;
}

/** Everything that is wrong with a project, by file and line. */
async function entriesOf(root: string, target: string | undefined): Promise<Examined> {
  try {
    const { project, errors } = await examineProject(root);
    const clusters = clustersOf(project, target);
    const own = [...project.problems.map(problemEntry), ...errors.map((error) => errorEntry(error, root))];
    // What is wrong anyway would be found once more in what is written for a server, if it can be written at all.
    const writable = own.every(({ severity }) => severity !== "error");
    const missing: Record<string, readonly string[]> = {};
    const ofClusters = clusters.flatMap((cluster) => {
      const found = writable ? writtenFor(project, cluster) : valuesOn(project, cluster);
      if (found.missing.length > 0) missing[cluster.name] = found.missing;
      return foundEntries(found, root, clusters.length > 1 ? cluster.name : undefined);
    });
    const ofFolders = foldersOf(project, target).flatMap((folder) =>
      foundEntries(valuesOn(project, folder), root, undefined),
    );
    return { entries: inOrder([...own, ...ofClusters, ...ofFolders]), missing };
  } catch (error) {
    // Without its configuration nothing more is known of a project, but that is told like everything else.
    if (!isHowdahError(error) || !["CONFIG", "DEFINITION", "MANY"].includes(error.code)) throw error;
    const errors = error instanceof ManyErrors ? error.problems : [error];
    return { entries: inOrder(errors.map((one) => errorEntry(one, root))), missing: {} };
  }
}

type Cluster = NamedTarget<ClusterTarget>;

/** The clusters to check for: the named one, or all. A folder has no server to refuse anything. */
function clustersOf(project: Project, name: string | undefined): readonly Cluster[] {
  const { targets } = project.config;
  if (name !== undefined) return targets[name]?.kind === "folder" ? [] : [targetOf(project, "cluster", name)];
  return Object.entries(targets).flatMap(([one, target]) => (target.kind === "cluster" ? [{ name: one, target }] : []));
}

/** The folders whose values are checked: the named one, or all. */
function foldersOf(project: Project, name: string | undefined): readonly NamedTarget[] {
  const named = Object.entries(project.config.targets).map(([one, target]) => ({ name: one, target }));
  return named.filter((one) => one.target.kind === "folder" && (name === undefined || one.name === name));
}

/** What is wrong with a target; with its name where there are several. */
function foundEntries(
  { problems, errors }: Pick<TargetFindings, "problems" | "errors">,
  root: string,
  name: string | undefined,
): readonly Entry[] {
  const entries = [...problems.map(problemEntry), ...errors.map((error) => errorEntry(error, root))];
  if (name === undefined) return entries;
  return entries.map((entry) =>
    entry.message.startsWith(`target ${name}`) ? entry : { ...entry, message: `${name}: ${entry.message}` },
  );
}

function problemEntry({ at, ...problem }: Problem): Entry {
  return { ...problem, file: at.file, line: at.line };
}

function errorEntry({ code, message, where, next }: HowdahError, root: string): Entry {
  const [, path = where, line] = /^(.*):(\d+)$/.exec(where ?? "") ?? [];
  const file = path === undefined || isAbsolute(path) ? path : join(root, path);
  return { code, severity: "error", file, line: line === undefined ? undefined : Number(line), message, next };
}

function inOrder(entries: readonly Entry[]): readonly Entry[] {
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...entries].sort((a, b) => compare(a.file ?? "", b.file ?? "") || (a.line ?? 0) - (b.line ?? 0));
}

/** Paths in a text as one would type them here. */
function nearbyIn(text: string, io: Io): string {
  return text.replaceAll(`${io.cwd}/`, "");
}

function facts({ code, severity, path, file, line, message, next, accepted }: Entry, io: Io): object {
  return { code, severity, path, file: file && nearby(file, io), line, message: nearbyIn(message, io), next, accepted };
}

interface Counts {
  readonly errors: number;
  readonly warnings: number;
  readonly accepted: number;
}

function render(entries: readonly Entry[], { errors, warnings, accepted }: Counts, io: Io): void {
  const { colors } = io;
  const width = Math.max(0, ...entries.map(({ code }) => code.length));
  const places = entries.map(({ file, line }) => {
    if (file === undefined) return "";
    return line === undefined ? nearby(file, io) : `${nearby(file, io)}:${line}`;
  });
  const placeWidth = Math.max(0, ...places.map(({ length }) => length));
  let before: string | undefined;
  for (const [i, { code, severity, file, message, next, accepted: reason }] of entries.entries()) {
    if (i > 0 && file !== before) io.out("");
    before = file;
    const word = reason === undefined ? severity : "accepted";
    const colored = (severity === "error" ? colors.red : reason === undefined ? colors.yellow : colors.dim)(
      word.padEnd(8),
    );
    io.out(`${places[i]!.padEnd(placeWidth)}  ${colored}  ${code.padEnd(width)}  ${nearbyIn(message, io)}`);
    const more = reason === undefined ? next && `→ ${next}` : `because ${reason.trim() || "(no reason)"}`;
    if (more !== undefined) io.out(`${" ".repeat(placeWidth)}  ${colors.dim(more)}`);
  }
  if (entries.length > 0) io.out("");
  const parts = [
    ...(errors > 0 ? [colors.red(counted(errors, "error"))] : []),
    ...(warnings > 0 ? [colors.yellow(counted(warnings, "warning"))] : []),
  ];
  const found = parts.length === 0 ? colors.green("no problems") : parts.join(", ");
  io.out(accepted > 0 ? `${found}; ${counted(accepted, "warning")} accepted` : found);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function listCodes(io: Io): number {
  const rows = Object.entries(codes).map(([code, { severity, title }]) => ({ code, severity, title }));
  if (io.json) io.out(JSON.stringify(rows));
  else {
    const width = Math.max(...rows.map(({ code }) => code.length));
    for (const { code, severity, title } of rows) io.out(`${code.padEnd(width)}  ${severity.padEnd(7)}  ${title}`);
  }
  return exitCodes.done;
}

function explain(code: string, io: Io): number {
  if (!isCheckCode(code))
    throw new HowdahError(`there is no code ${code}${didYouMean(code, Object.keys(codes))}`, {
      code: "USAGE",
      next: "howdah validate --codes",
    });
  const { severity, title, why, example, fix, profile } = codes[code];
  if (io.json) {
    io.out(JSON.stringify({ code, severity, title, why, example, fix, profile }));
    return exitCodes.done;
  }
  const indented = (text: string): readonly string[] => text.split("\n").map((line) => `    ${line}`);
  const lines = [
    `${io.colors.bold(code)} (${severity}): ${title}`,
    "",
    ...wrapped(why),
    "",
    `For example${profile === undefined ? "" : ` for ${profile}`}:`,
    "",
    ...indented(example),
    "",
    "Instead:",
    "",
    ...indented(fix),
    "",
    "docs/checks.md has the definitions that the examples use.",
  ];
  for (const line of lines) io.out(line);
  return exitCodes.done;
}

/** Lines of at most 100 characters. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 100) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
