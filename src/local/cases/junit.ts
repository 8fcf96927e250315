import { escapeAttribute, escapeText } from "../../core/xml.ts";
import { shownCell } from "../../jobs/cases/cell.ts";
import type { Row } from "../../jobs/cases/difference.ts";
import type { CaseOutcome, TableDifference } from "./run.ts";

/** The outcome of cases as JUnit XML, which build servers read: a suite a job. */
export function junitXml(project: string, outcomes: readonly CaseOutcome[]): string {
  const jobs = [...new Set(outcomes.map(({ job }) => job))];
  const suites = jobs.map((job) => {
    const own = outcomes.filter((outcome) => outcome.job === job);
    return [`  <testsuite${attributes({ name: job, ...totals(own) })}>`, ...own.flatMap(testCase), "  </testsuite>"];
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: project, ...totals(outcomes) })}>`,
    ...suites.flat(),
    "</testsuites>",
    "",
  ].join("\n");
}

function totals(outcomes: readonly CaseOutcome[]): Readonly<Record<string, string | number>> {
  const time = outcomes.reduce((sum, { seconds }) => sum + seconds, 0);
  return { tests: outcomes.length, failures: outcomes.filter(({ passed }) => !passed).length, time: time.toFixed(3) };
}

function testCase({ job, name, file, line, seconds, passed, error, differences }: CaseOutcome): readonly string[] {
  const head = `    <testcase${attributes({ classname: job, name, file, line, time: seconds.toFixed(3) })}`;
  if (passed) return [`${head}/>`];
  const message =
    error === undefined ? `other rows in ${differences.map(({ table }) => table).join(", ")}` : error.message;
  const text = error === undefined ? differences.flatMap(rowsText).join("\n") : `${error.code} ${error.where ?? ""}`;
  return [
    `${head}>`,
    `      <failure${attributes({ message })}>${escapeText(legal(text))}</failure>`,
    "    </testcase>",
  ];
}

function rowsText({ table, columns, missing, unexpected, changed }: TableDifference): readonly string[] {
  const line = (sign: string, row: Row): string => `${sign} ${row.map(shownCell).join(" | ")}`;
  return [
    `${table}: ${columns.join(" | ")}`,
    ...changed.flatMap(({ expected, found }) => [line("-", expected), line("+", found)]),
    ...missing.map((row) => line("-", row)),
    ...unexpected.map((row) => line("+", row)),
  ];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeAttribute(legal(String(value)))}"`)
    .join("");
}

/** XML 1.0 has no control characters, nor halves of surrogate pairs. */
function legal(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}
