import assert from "node:assert/strict";
import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { XmlDocument } from "libxml2-wasm";
import * as h from "#src/index.js";
import {
  graphOf,
  lineage,
  renderDot,
  renderMermaid,
  renderSvg,
  renderText,
  workflowGraph,
  type Graph,
} from "#src/report/graph/index.js";
import { loadOwnProject } from "../support/project.js";
import { chain, everything } from "./project.js";

/** The texts of all elements of a name. */
function textsOf(svg: string, name: string): readonly string[] {
  using document = XmlDocument.fromString(svg);
  return document.find(`//*[local-name()='${name}']`).map((element) => element.content);
}

/** What a graph holds that must show, whatever the format. */
function shows(text: string, { nodes }: Graph, but: readonly string[] = []): void {
  for (const { kind, label } of nodes) if (!but.includes(kind)) assert.ok(text.includes(label), `${kind} ${label}`);
}

/** A graph whose names are what formats trip over. */
function nasty(): Graph {
  const odd = 'a"b<c>&d|e]f}g\\h#i;j`k_*\u001b[2J\u202e\n-->';
  const flow = h.workflow("w", {}, () =>
    h.sequence(h.shell("first", { command: odd }), h.shell("end2", { command: "x" })),
  );
  const graph = workflowGraph(flow);
  return { ...graph, title: odd, nodes: graph.nodes.map((node) => ({ ...node, label: `${odd}${node.label}` })) };
}

const unreadable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

describe("drawings of graphs", () => {
  it("are SVG that stands alone, is selectable, and says everything to screen readers", async () => {
    const graph = graphOf(await loadOwnProject());
    const svg = await renderSvg(graph);
    const titles = textsOf(svg, "title");
    assert.equal(titles[0], "marketing: who feeds whom");
    shows(titles.join("\n"), graph);
    const texts = textsOf(svg, "text");
    for (const { label } of graph.nodes) assert.ok(texts.includes(label.split(".").at(-1)!), label);
    assert.deepEqual(textsOf(svg, "desc"), ["2 coordinators, 2 raw files, 15 tables, 3 jobs, 1 workflow, 1 view"]);
    assert.match(svg, /@media \(prefers-color-scheme:dark\)/);
    assert.doesNotMatch(svg, /<script|<image|href=|url\(|@import/);
    assert.ok(texts.includes("the hour before") && texts.includes("24 hours"));
  });

  it("are the same bytes each time", async () => {
    const graph = workflowGraph(everything);
    const first = await renderSvg(graph);
    assert.equal(await renderSvg(workflowGraph(everything)), first);
  });

  it("keep all nodes inside of the picture and off one another", async () => {
    for (const graph of [workflowGraph(everything), lineage(chain(6, 3), "chain")]) {
      const svg = await renderSvg(graph);
      const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
      const [, left, top] = /<g transform="translate\(([\d.]+) ([\d.]+)\)"/.exec(svg)!.map(Number);
      const boxes = Array.from(
        svg.matchAll(/<rect class="(?:shape|bar)" x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"/g),
        ([, ...numbers]) => numbers.map(Number) as [number, number, number, number],
      );
      assert.ok(boxes.length >= 6);
      for (const [i, [x, y, w, t]] of boxes.entries()) {
        assert.ok(x >= 0 && y >= 0 && left! + x + w <= width! && top! + y + t <= height!);
        for (const [ox, oy, ow, ot] of boxes.slice(i + 1))
          assert.ok(x + w <= ox || ox + ow <= x || y + t <= oy || oy + ot <= y);
      }
    }
  });

  it("cut long names, and keep them whole for who asks", async () => {
    const name = "a-name-that-is-much-too-long-for-any-box-that-one-would-want-to-look-at";
    const svg = await renderSvg(workflowGraph(h.workflow("w", {}, () => h.shell(name, { command: "x" }))));
    assert.ok(textsOf(svg, "title").some((title) => title.includes(name)));
    const cut = textsOf(svg, "text").filter((text) => text.endsWith("…"));
    assert.equal(cut.length, 1);
    assert.ok(name.startsWith(cut[0]!.slice(0, -1)) && cut[0]!.length > 20);
  });

  it("say where many fail in the nodes, and by arrows where few do", async () => {
    const graph = workflowGraph(everything);
    const drawings = { svg: await renderSvg(graph), dot: renderDot(graph), mermaid: renderMermaid(graph) };
    for (const [format, text] of Object.entries(drawings))
      assert.equal(text.match(/✕ tell(?=[<"])/g)?.length, 4, format);
    assert.deepEqual(
      textsOf(drawings.svg, "title").filter((title) => title.includes("fails →")),
      ["tidy fails → own"],
    );
  });

  it("are DOT that Graphviz takes, with a node for each", async () => {
    const graphviz = await Graphviz.load();
    for (const graph of [graphOf(await loadOwnProject()), workflowGraph(everything), nasty()]) {
      const dot = renderDot(graph);
      assert.doesNotMatch(dot, unreadable);
      const laid = JSON.parse(graphviz.layout(dot, "json", "dot")) as {
        objects: readonly { name: string; nodes?: unknown }[];
      };
      const names = laid.objects.filter(({ name }) => !name.startsWith("cluster")).map(({ name }) => name);
      assert.deepEqual(names.sort(), graph.nodes.map(({ id }) => id).sort());
    }
  });

  it("are Mermaid, with every text in quotes", async () => {
    const node = /^ +[ng]\d+(\[\(|\[\/|\[\\|\[\[|\(\[|\{\{|\[|\(|>)"[^"\n]*"(\)\]|\/\]|\\\]|\]\]|\]\)|\}\}|\]|\))$/;
    const edge = /^ +[n]\d+ (-->|==>|-\.->)(\|"[^"\n]*"\|)? [ng]\d+$/;
    const subgraph = /^ +subgraph g\d+\["[^"\n]*"\]$/;
    for (const graph of [graphOf(await loadOwnProject()), workflowGraph(everything), nasty()]) {
      const text = renderMermaid(graph);
      assert.doesNotMatch(text, unreadable);
      const [open, title, close, kind, ...lines] = text.trimEnd().split("\n");
      assert.deepEqual([open, close], ["---", "---"]);
      assert.match(title!, /^title: ".*"$/);
      assert.match(kind!, /^flowchart (LR|TB)$/);
      for (const line of lines)
        assert.ok(node.test(line) || edge.test(line) || subgraph.test(line) || line === "  end", line);
      assert.equal(lines.filter((line) => node.test(line)).length, graph.nodes.length);
      assert.equal(lines.filter((line) => subgraph.test(line)).length, lines.filter((line) => line === "  end").length);
    }
  });

  it("are text that keeps to the terminal's width", async () => {
    const graph = graphOf(await loadOwnProject());
    for (const width of [60, 100]) {
      const text = renderText(graph, width);
      shows(text, graph);
      for (const line of text.split("\n")) assert.ok(line.length <= width, line);
    }
    assert.match(renderText(graph, 100), /^ {2}waits for warehouse\.hourly_top_spenders \(24 hours\)$/m);
    assert.doesNotMatch(renderText(nasty(), 80), unreadable);
  });

  it("are text in which a workflow reads from top to bottom", () => {
    assert.equal(
      renderText(workflowGraph(everything), 100),
      `workflow everything

start
count                   shell count.sh  ✕ tell
decision enough
  greater(outputOf(count, rows), 10) → sides
  fileSystem.exists(/force) → forced
  otherwise → tidy
  fork sides
    left                HiveQL, 1 statement  ✕ tell
    sub-workflow right  workflow inner  ✕ tell
    decision which
      equal(hour, x) → sides-join
      otherwise → stop
      kill stop         no such hour
  join sides-join
  forced                shell force.sh  ✕ tell
tidy                    files: delete  ✕ own
end

when an action has failed
  tell                  mail to ops@example.org  ✕ failed
  own                   shell own.sh  ✕ failed
  kill failed           the workflow ends as failed
`,
    );
  });

  it("draw names that formats trip over", async () => {
    const svg = await renderSvg(nasty());
    assert.equal(textsOf(svg, "title")[0]!.startsWith('a"b<c>&d|e]f}g\\h#i;j`k_*·[2J··-->'), true);
    assert.doesNotMatch(svg, unreadable);
  });

  it("draw two hundred nodes", async function () {
    this.timeout(60_000);
    const graph = lineage(chain(25, 6), "chain");
    assert.ok(graph.nodes.length >= 200);
    const svg = await renderSvg(graph);
    shows(textsOf(svg, "title").join("\n"), graph);
    assert.equal(svg.match(/class="edge /g)!.length >= graph.edges.filter(({ kind }) => kind !== "waits").length, true);
  });
});
