// Writes the pages of docs/ that follow from the code: `npm run docs`. With `--check` it only says which are not as the
// code would have them.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chapters, examplesUse } from "../dist/oozie/checks/codes.js";
import { elFunctions } from "../dist/oozie/el/functions.js";
import { profiles } from "../dist/oozie/profiles.js";
import { loadDefinitions } from "../dist/project/load.js";
import { graphOf, renderSvg } from "../dist/report/graph/index.js";
import { commandsPage } from "./generator/commands.mjs";
import { settingsTable } from "./generator/configuration.mjs";
import { errorTables } from "./generator/errors.mjs";
import { code, note, row } from "./generator/markdown.mjs";

const phases = [
  [
    "frequency",
    "how often a coordinator acts: `every`",
    "minutes, hours, days, months, endOfDays, endOfWeeks, endOfMonths, cron; `every(unit, parameter)`",
  ],
  ["timeout", "how long an action waits: `timeout`", "minutes, hours, days, months; `every(unit, parameter)`"],
  ["initial", "a data set's first instance: `initial`", ""],
  [
    "instances",
    "which instances a coordinator reads or writes",
    "`current`, `currentRange`, `latest`, `latestRange`, `future`, `futureRange`, `offset`, `offsetRange`, `since`, `sinceStartOf` of a data set",
  ],
  ["uri", "a data set's `uri`", ""],
  ["action", "what a coordinator tells its workflow: `run`", ""],
  ["sla", "what is promised about an action: `sla` of a coordinator", ""],
  ["promise", "what is promised of a workflow or its actions: `sla` of these", "inputs and parameters alone"],
  ["workflow", "everything else inside of a workflow", ""],
];
const titles = {
  uri: "In a data set's URI",
  initial: "For a first instance",
  instances: "Where instances are chosen",
  action: "When a coordinator creates a workflow",
  sla: "In a coordinator's promises",
  workflow: "While a workflow runs",
};

function elPage() {
  const facts = Object.entries(elFunctions);
  const everywhere = facts.filter(([, { phases }]) => phases.includes("frequency"));
  const tables = Object.entries(titles).flatMap(([phase, title]) => [
    `## ${title}`,
    "",
    row("howdah", "Oozie", "gives", "what it is"),
    "|---|---|---|---|",
    ...facts
      .filter((fact) => fact[1].phases.includes(phase) && !everywhere.includes(fact))
      .map(([name, { spelled, result, describe }]) => row(code(spelled), code(name), result, describe)),
    "",
  ]);
  return [
    "# Expressions by phase",
    "",
    note("src/oozie/el/functions.ts"),
    "",
    "Oozie resolves each text of a definition at one of several moments, its phases, and offers other functions at each. In",
    "howdah an expression is a value whose type says in which phases it may stand: what Oozie would refuse with E1004 does",
    "not compile. A parameter, a plain value, and what follows from them alone may stand everywhere.",
    "",
    row("phase", "where", "there you write"),
    "|---|---|---|",
    ...phases.map((cells) => row(code(cells[0]), cells[1], cells[2])),
    "",
    "`${coord:conf('x')}` and `${x}` are `p.x`, a declared parameter. Texts are put together by `` text`…${p.x}…` ``, paths by",
    "`` path`${p.data}/x` ``; in a workflow's functions Oozie joins them with `concat`, in a coordinator's it cannot.",
    "",
    "## Everywhere",
    "",
    row("howdah", "EL", "gives", "what it is"),
    "|---|---|---|---|",
    ...everywhere.map(([name, { spelled, operator, result, describe }]) =>
      row(code(spelled), code(operator ?? name), result, describe),
    ),
    "",
    "## Resolved before anything is written",
    "",
    "Oozie has no such functions. With constants their value is written; with parameters `job.properties` has a property for",
    "it, such as `startOfDay_first_hour`.",
    "",
    row("howdah", "gives", "what it is"),
    "|---|---|---|",
    ...facts
      .filter(([name]) => name.startsWith("howdah:"))
      .map(([, { spelled, result, describe }]) => row(code(spelled), result, describe)),
    "",
    ...tables,
  ];
}

function profileTable() {
  const families = Object.keys(profiles[0].versions);
  const cell = (version) => version ?? "–";
  return [
    row("profile", "server", ...families.map((family) => family.replace("-action", ""))),
    `|---|---|${families.map(() => "---|").join("")}`,
    ...profiles.map(({ name, describe, versions }) =>
      row(code(name), describe, ...families.map((family) => cell(versions[family]))),
    ),
    "",
    row("profile", "YARN is", "launcher's queue by", "default timeout", "longest name", "EL functions missing"),
    "|---|---|---|---|---|---|",
    ...profiles.map(({ name, resourceManager, launcher, defaultTimeout, longestNodeName, onlyIn }) => {
      const missing = Object.entries(onlyIn).map(
        ([fn, only]) => `${code(fn)}${only.length === 0 ? "" : ` but in ${only.join(", ")}`}`,
      );
      return row(
        code(name),
        resourceManager ? "`resource-manager`" : "`job-tracker`",
        launcher === "element" ? "the element `launcher`" : "a property",
        defaultTimeout === 120 ? "2 hours" : `${defaultTimeout / 1440} days`,
        `${longestNodeName}`,
        missing.join(", ") || "–",
      );
    }),
  ];
}

function checksPage() {
  const entries = Object.entries(chapters).map(([chapter, codes]) =>
    [`## ${chapter}`, ...Object.entries(codes).map(([code, facts]) => entry(code, facts))].join("\n\n"),
  );
  return `# Checks

${note("src/oozie/checks/codes")}

\`howdah validate\` says all that is wrong with a project at once, each problem with its file and line; \`run\`, \`query\` and
the other commands refuse a project with errors in the same way. Nothing is asked of a server.

An **error** is something that Oozie refuses, or that can never work. A **warning** is something that Oozie takes and that
is probably not meant. One that is meant is accepted where it stands, with the reason:

\`\`\`ts
coordinator("hourly", { ...hourly, accept: { TIMEOUT_DEFAULT: "late hours are not worth waiting for" } })
\`\`\`

\`accept\` is an option of coordinators, data sets, workflows, actions and bundles; that of a workflow holds for its actions,
that of a coordinator for its inputs and outputs, that of a bundle for its coordinators. Accepted warnings are counted; \`--all\` shows them. \`--strict\` exits with 2
when there are warnings.

The examples use these definitions:

${fenced(examplesUse)}

${entries.join("\n\n")}`;
}

function entry(code, { severity, title, why, example, fix, profile }) {
  const server = profile === undefined ? "" : ` For example for \`${profile}\`:`;
  return `### ${code}

**${severity}**: ${title}. ${why}${server}

${fenced(example)}

Instead:

${fenced(fix)}`;
}

function fenced(code) {
  return `\`\`\`ts\n${code}\n\`\`\``;
}

/** What `howdah graph` draws of the reference project, by the drawing's file. */
const pictures = { "pictures/lineage.svg": undefined, "pictures/prepare-hour.svg": "prepare-hour" };

/** Pages that are all of them generated, and parts of pages between `<!-- name -->` and `<!-- /name -->`. */
const pages = { "checks.md": checksPage, "el.md": () => elPage().join("\n"), "commands.md": commandsPage };
const config = "src/project/config.ts";
const parts = {
  "targets.md": { profiles: () => profileTable().join("\n") },
  "errors.md": { codes: errorTables },
  "configuration.md": {
    settings: () => settingsTable(config, "Config"),
    values: () => settingsTable(config, "TargetValues"),
    cluster: () => settingsTable(config, "ClusterOptions"),
    login: () => settingsTable(config, "Login"),
    tls: () => settingsTable("src/connect/tls.ts", "TlsOptions"),
  },
};

const folder = import.meta.dirname;
let stale = 0;
function put(name, text) {
  const path = join(folder, name);
  const now = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (now === text) return;
  stale += 1;
  console.log(
    `docs/${name} ${process.argv.includes("--check") ? "is not as the code would have it: npm run docs" : "written"}`,
  );
  if (!process.argv.includes("--check")) writeFileSync(path, text);
}
for (const [name, page] of Object.entries(pages)) put(name, `${(await page()).trimEnd()}\n`);
for (const [name, own] of Object.entries(parts)) {
  let text = readFileSync(join(folder, name), "utf8");
  for (const [part, table] of Object.entries(own)) {
    const [open, close] = [`<!-- ${part} -->`, `<!-- /${part} -->`];
    const [before, rest] = text.split(open);
    text = `${before}${open}\n\n${table()}\n\n${close}${rest.split(close)[1]}`;
  }
  put(name, text);
}
const project = await loadDefinitions(join(folder, ".."));
for (const [name, drawn] of Object.entries(pictures)) put(name, await renderSvg(graphOf(project, drawn)));
if (process.argv.includes("--check") && stale > 0) process.exit(1);
