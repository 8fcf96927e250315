import { parseOozieTime } from "../../core/time.ts";
import { zoneProblem } from "../../core/zone.ts";
import type { DataSet } from "../dataset.ts";
import { callsIn, constantOf, type ElFunction, type Expr } from "../el/index.ts";
import { scopeOfDataSet, type Checked } from "./definitions.ts";
import { headOf } from "./events.ts";
import { allUnits, checkLength } from "./frequencies.ts";
import type { Findings, Scope } from "./problem.ts";

/** What is wrong with each data set by itself. */
export function checkDataSets({ dataSets }: Checked, findings: Findings): void {
  for (const dataSet of dataSets) {
    const scope = scopeOfDataSet(dataSet);
    const isLength = checkLength("its frequency", dataSet.every, allUnits, scope, findings);
    checkZone(dataSet.timezone, scope, findings);
    checkInitial(dataSet, scope, findings);
    checkUri(dataSet, scope, findings);
    if (isLength) checkFields(dataSet, scope, findings);
    const { doneFlag } = dataSet;
    if (doneFlag.includes("/") || doneFlag !== doneFlag.trim())
      findings.add(
        "DONE_FLAG",
        scope,
        `${scope.label}: ${JSON.stringify(doneFlag)} is no name of a file in its folders`,
        { key: ["doneFlag"], next: 'name a file such as _SUCCESS, or "" for the folder itself' },
      );
  }
}

export function checkZone(zone: string, scope: Scope, findings: Findings): void {
  const problem = zoneProblem(zone);
  if (problem !== undefined)
    findings.add("ZONE", scope, `${scope.label}: ${problem}`, {
      key: ["timezone"],
      next: "name one as Europe/Berlin, or UTC",
    });
}

/** The moment of an expression that is a constant; undefined for any other, and for a text that is no time. */
export function momentOf(value: Expr): ReturnType<typeof parseOozieTime> {
  try {
    const constant = constantOf(value);
    return constant === undefined ? undefined : parseOozieTime(String(constant));
  } catch {
    return undefined;
  }
}

function checkInitial({ initial }: DataSet, scope: Scope, findings: Findings): void {
  const moment = momentOf(initial);
  if (moment !== undefined && moment < 0)
    findings.add("INITIAL_INSTANCE", scope, `${scope.label}: its first instance is before 1970-01-01T00:00Z`, {
      at: initial.at,
      key: ["initial"],
      next: "begin in 1970 or later",
    });
}

function checkUri({ uri }: DataSet, scope: Scope, findings: Findings): void {
  const head = headOf(uri);
  if (
    head !== undefined &&
    !head.startsWith("/") &&
    !/^[a-z][a-z0-9+.-]*:/i.test(head) &&
    !/^[a-z0-9+.-]*$/i.test(head)
  )
    findings.add("URI_RELATIVE", scope, `${scope.label}: its path ${JSON.stringify(head)}… is relative`, {
      at: uri.at,
      next: "begin it with a slash, or with a scheme such as hdfs://",
    });
  if (literalsIn(uri).some((text) => text.includes("#")))
    findings.add("URI_CHARACTER", scope, `${scope.label}: its path has a #, by which Oozie divides instances`, {
      at: uri.at,
      next: "leave it out",
    });
}

export function literalsIn({ node }: Expr): readonly string[] {
  if (node.is === "literal") return [String(node.value)];
  return node.is === "join" ? node.parts.flatMap(literalsIn) : [];
}

type Field = Extract<ElFunction, "YEAR" | "MONTH" | "DAY" | "HOUR" | "MINUTE">;
const fields: readonly Field[] = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE"];

/** How many of the fields tell two neighbouring instances apart. */
function fieldsOf({ every: { unit, count } }: DataSet): number {
  switch (unit) {
    case "months":
    case "endOfMonths":
      return count % 12 === 0 ? 1 : 2;
    case "days":
    case "endOfDays":
    case "endOfWeeks":
      return 3;
    case "hours":
      return count % 24 === 0 ? 3 : 4;
    case "minutes":
      return count % 1440 === 0 ? 3 : count % 60 === 0 ? 4 : 5;
  }
}

function checkFields(dataSet: DataSet, scope: Scope, findings: Findings): void {
  const used = new Set<ElFunction>(callsIn(dataSet.uri).map(({ node }) => node.fn));
  const missing = fields.slice(0, fieldsOf(dataSet)).filter((field) => !used.has(field));
  if (missing.length === 0) return;
  const { unit, count } = dataSet.every;
  findings.add(
    "SAME_PATH",
    scope,
    `${scope.label}: several of its instances are one path, for it has one every ${unit}(${count}) and no ${missing.join(", ")}`,
    { at: dataSet.uri.at, next: `put ${missing.join(", ")} into the path` },
  );
}
