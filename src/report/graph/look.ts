/** The colours of a drawing: on light pages, and on dark ones. */
const light = {
  page: "#ffffff",
  ink: "#1f2328",
  muted: "#59636e",
  line: "#6e7781",
  group: "#f6f8fa",
  groupLine: "#d1d9e0",
  data: "#ddf4ff",
  dataLine: "#0969da",
  raw: "#fff8c5",
  rawLine: "#9a6700",
  work: "#dafbe1",
  workLine: "#1a7f37",
  clock: "#fbefff",
  clockLine: "#8250df",
  choice: "#fff1e5",
  choiceLine: "#bc4c00",
  bad: "#ffebe9",
  badLine: "#cf222e",
  plain: "#ffffff",
  plainLine: "#59636e",
};
const dark: typeof light = {
  page: "#0d1117",
  ink: "#f0f6fc",
  muted: "#9198a1",
  line: "#8b949e",
  group: "#151b23",
  groupLine: "#3d444d",
  data: "#0c2d6b",
  dataLine: "#58a6ff",
  raw: "#3b2300",
  rawLine: "#d29922",
  work: "#033a16",
  workLine: "#3fb950",
  clock: "#3c1e70",
  clockLine: "#bc8cff",
  choice: "#5a1e02",
  choiceLine: "#f0883e",
  bad: "#67060c",
  badLine: "#ff7b72",
  plain: "#212830",
  plainLine: "#9198a1",
};

function variables(colors: typeof light): string {
  return Object.entries(colors)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");
}

const fills = ["data", "raw", "work", "clock", "choice", "bad", "plain"];

/** The colours for a page that lets its reader choose: `<html data-theme="dark">`. */
export const chosenThemes = [
  `:root[data-theme="light"] .howdah-graph{${variables(light)}}`,
  `:root[data-theme="dark"] .howdah-graph{${variables(dark)}}`,
].join("\n");

/** The rules of a drawing; all below its own class, since a page may hold it among others. */
export const styleSheet = [
  `.howdah-graph{${variables(light)};font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}`,
  `@media (prefers-color-scheme:dark){.howdah-graph{${variables(dark)}}}`,
  ".howdah-graph .page{fill:var(--page)}",
  ".howdah-graph text{fill:var(--ink);font-size:13px}",
  ".howdah-graph .title{font-size:16px;font-weight:600}",
  ".howdah-graph .name{font-weight:600}",
  ".howdah-graph .small{font-size:11px;fill:var(--muted)}",
  ".howdah-graph .failure{font-size:11px;fill:var(--badLine)}",
  ".howdah-graph .group rect{fill:var(--group);stroke:var(--groupLine)}",
  ".howdah-graph .shape{stroke-width:1.4}",
  ".howdah-graph .inner{fill:none;stroke-width:1.4}",
  ...fills.map(
    (name) =>
      `.howdah-graph .${name} .shape{fill:var(--${name});stroke:var(--${name}Line)}.howdah-graph .${name} .inner{stroke:var(--${name}Line)}`,
  ),
  ".howdah-graph .bar{fill:var(--line)}",
  ".howdah-graph .dashed .shape{stroke-dasharray:4 3}",
  ".howdah-graph .edge path{fill:none;stroke:var(--line);stroke-width:1.3}",
  ".howdah-graph .edge polygon{fill:var(--line);stroke:none}",
  ".howdah-graph .edge text{font-size:11px;fill:var(--muted)}",
  ".howdah-graph .label{font-size:11px;fill:var(--muted);paint-order:stroke;stroke:var(--page);stroke-width:3px;stroke-linejoin:round}",
  ".howdah-graph .group text{paint-order:stroke;stroke:var(--group);stroke-width:4px;stroke-linejoin:round}",
  ".howdah-graph .awaited path{stroke-width:2.6}",
  ".howdah-graph .state path{stroke-dasharray:7 4;stroke:var(--clockLine)}.howdah-graph .state polygon{fill:var(--clockLine)}",
  ".howdah-graph .waits path{stroke-dasharray:1.5 4;stroke-width:2;stroke-linecap:round}",
  ".howdah-graph .error path{stroke:var(--badLine);stroke-dasharray:4 3}.howdah-graph .error polygon{fill:var(--badLine)}",
].join("\n");
