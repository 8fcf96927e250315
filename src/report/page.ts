import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { libraryFolder } from "../core/source.ts";
import { states, type DataSetFacts, type ReportFacts, type State } from "./facts.ts";
import { escaped, packed, tableHtml } from "./html.ts";
import { chosenThemes } from "./graph/index.ts";
import { insightHtml } from "./plots.ts";

/** What the build makes of `browser/`. */
const assets = join(libraryFolder, "report", "assets");

/** The page of a report: one file that asks for nothing outside of it. `lineage` is a drawing of what is made of what, as SVG. */
export function pageOf(facts: ReportFacts, lineage: string): string {
  const script = readFileSync(join(assets, "page.js"), "utf8").replaceAll("</script", "<\\/script");
  const style = readFileSync(join(assets, "page.css"), "utf8");
  const { title, from, until, dataSets } = facts;
  // Styles may stand inline, since nothing they could name can be fetched; of scripts this one alone runs.
  const policy = `default-src 'none'; script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${style}
${chosenThemes}</style>
</head>
<body>
${headerHtml(facts)}
<main>
${hoursHtml(facts)}
${insightsHtml(facts)}
${lineageHtml(facts, lineage)}
${valuesHtml(facts)}
</main>
<script type="application/gzip" id="facts">${packed({ from, until, dataSets })}</script>
<script>${script}</script>
</body>
</html>
`;
}

function headerHtml({ title, folder, from, until, asOf, notices, atWork }: ReportFacts): string {
  const time = (text: string): string =>
    `<time datetime="${escaped(text)}">${escaped(text.slice(0, 16).replace("T", " "))}</time>`;
  return `<header>
<h1>${escaped(title)}</h1>
<p class="quiet">${escaped(folder)} · ${time(from)} to ${time(until)} UTC · looked at ${time(asOf)} UTC</p>
<button type="button" id="theme" hidden></button>
${notices.map((notice) => `<p class="notice" role="note"><strong>Note:</strong> ${escaped(notice)}</p>`).join("\n")}
${atWork.length === 0 ? "" : `<p class="notice" role="note"><strong>At work:</strong> ${atWork.map(escaped).join("; ")}</p>`}
</header>`;
}

const legend: Readonly<Record<State, readonly [sign: string, meaning: string]>> = {
  failed: ["✕", "the last try failed"],
  running: ["▸", "being made now"],
  partial: ["◐", "not complete"],
  stale: ["↻", "would be made otherwise now"],
  missing: ["–", "nothing is there"],
  pruned: ["▽", "rows cleaned away; counts as done"],
  empty: ["○", "complete, no rows"],
  done: ["✓", "complete"],
};

function countOf(dataSets: readonly DataSetFacts[], state: State): number {
  return dataSets.reduce((sum, { instances }) => sum + instances.filter((one) => one.state === state).length, 0);
}

function hoursHtml({ dataSets }: ReportFacts): string {
  const keys = [...states].reverse().map((state) => {
    const [sign, meaning] = legend[state];
    const count = countOf(dataSets, state);
    return `<li${count === 0 ? ' class="zero"' : ""}><span class="glyph ${state}" aria-hidden="true">${sign}</span><strong>${count.toLocaleString("en")} ${state}</strong> <span class="quiet">${meaning}</span></li>`;
  });
  const shown = [...states].reverse().filter((state) => countOf(dataSets, state) > 0);
  const rows = dataSets.map((dataSet) => [
    dataSet.name,
    dataSet.table ?? "",
    ...shown.map((state) => countOf([dataSet], state).toLocaleString("en")),
  ]);
  const numbers = new Set(shown.map((_, i) => i + 2));
  return `<section aria-labelledby="hours-title">
<h2 id="hours-title">Hours</h2>
<ul class="legend">${keys.join("")}</ul>
<div class="bar-of-tools"><div id="toolbar" class="toolbar"></div><p id="view" aria-live="polite"></p></div>
<div class="sides"><div id="grid" class="scroll"></div><aside id="details" aria-labelledby="details-title" hidden></aside></div>
<p class="quiet keys-help">Arrow keys move, Enter opens a cell, Escape closes it, + and − zoom, Page up and Page down turn pages.</p>
<noscript><p class="notice">The grid needs JavaScript; the counts below do not.</p></noscript>
<details><summary>Counts by data set</summary>${tableHtml(["data set", "table", ...shown], rows, numbers)}</details>
</section>`;
}

function insightsHtml({ insights }: ReportFacts): string {
  if (insights.length === 0) return "";
  return `<section aria-labelledby="insights-title">
<h2 id="insights-title">Insights</h2>
<p class="quiet">Answers of the project's queries, over all that the tables hold.</p>
<div class="figures">${insights.map(insightHtml).join("\n")}</div>
</section>`;
}

function lineageHtml({ lineage }: ReportFacts, drawing: string): string {
  const rows = lineage.map(({ job, coordinators, reads, writes }) => [
    job,
    coordinators.join(", "),
    reads.join(", "),
    writes.join(", "),
  ]);
  return `<section aria-labelledby="lineage-title">
<h2 id="lineage-title">Lineage</h2>
<div class="scroll lineage" tabindex="0" role="region" aria-label="Drawing of the lineage">${drawing}</div>
${tableHtml(["job", "run by", "reads", "writes"], rows)}
</section>`;
}

function valuesHtml({ values }: ReportFacts): string {
  if (values.length === 0) return "";
  const rows = values.map(({ name, value, origin }) => [name, value, origin]);
  return `<section aria-labelledby="values-title">
<h2 id="values-title">Values</h2>
${tableHtml(["parameter", "value", "from"], rows)}
</section>`;
}
