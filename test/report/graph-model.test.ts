import assert from "node:assert/strict";
import * as h from "#src/index.js";
import { byName, find } from "#src/project/definitions.js";
import { bundleGraph, coordinatorGraph, graphOf, lineage, workflowGraph } from "#src/report/graph/index.js";
import { loadOwnProject } from "../support/project.js";
import { chain, edgeText, everything } from "./project.js";

describe("graphs of definitions", () => {
  it("have a node or a group for every definition of the reference project", async () => {
    const project = await loadOwnProject();
    const { definitions } = project;
    const graph = lineage(definitions, "marketing");
    const labels = new Set([...graph.nodes, ...graph.groups].map(({ label }) => label));
    const details = graph.groups.map(({ detail }) => detail).join("\n");
    for (const { dataSets, tables, views, jobs, coordinators } of [definitions]) {
      for (const name of [...tables.keys(), ...views.keys(), ...jobs.keys(), ...coordinators.keys()])
        assert.ok(labels.has(name), name);
      for (const dataSet of dataSets.values())
        assert.ok(labels.has("table" in dataSet ? (dataSet.table as h.Table).fullName : dataSet.name), dataSet.name);
    }
    for (const name of definitions.workflows.keys())
      assert.ok(labels.has(name) || details.includes(`runs ${name}`), name);
    assert.equal(new Set(graph.nodes.map(({ id }) => id)).size, graph.nodes.length);
  });

  it("have the edges that jobs declare, and no others to or from a job", async () => {
    const { definitions } = await loadOwnProject();
    const graph = lineage(definitions, "marketing");
    const labelOf = new Map(graph.nodes.map(({ id, label }) => [id, label]));
    for (const job of definitions.jobs.values()) {
      const [node] = graph.nodes.filter(({ kind, label }) => kind === "job" && label === job.name);
      const nameOf = (dataSet: object & { name: string }): string =>
        "table" in dataSet ? (dataSet.table as h.Table).fullName : dataSet.name;
      const into = graph.edges.filter(({ to }) => to === node!.id);
      assert.deepEqual(
        into.map(({ from }) => labelOf.get(from)!).sort(),
        [...new Set(Object.values(job.reads).map(({ dataSet }) => nameOf(dataSet)))].sort(),
      );
      for (const { from, kind, label } of into) {
        const isState = job.writes.some((written) => nameOf(written) === labelOf.get(from));
        assert.equal(kind, isState ? "state" : "feeds");
        if (isState) assert.equal(label, "the hour before");
      }
      assert.deepEqual(
        graph.edges
          .filter(({ from }) => from === node!.id)
          .map(({ to }) => labelOf.get(to)!)
          .sort(),
        job.writes.map(nameOf).sort(),
      );
    }
    const waits = graph.edges.filter(({ kind }) => kind === "waits").map(edgeText);
    assert.ok(waits.includes("table warehouse.hourly_top_spenders waits coordinator daily: 24 hours"));
    assert.equal(waits.length, 5);
    const others = graph.edges.filter(({ from, to }) => /^(table|data set) /.test(from) && /^(table|view) /.test(to));
    assert.deepEqual(others.map(edgeText), [
      "data set web-logs feeds table raw.omniturelogs",
      "data set sales feeds table raw.sales",
      "table raw.omniturelogs feeds view raw.omniture",
    ]);
  });

  it("follow a workflow through forks, decisions, sub-workflows and failures", () => {
    const { nodes, edges } = workflowGraph(everything);
    assert.deepEqual(
      nodes.map(({ id, kind, depth, group }) => `${kind} ${id} ${depth!}${group === undefined ? "" : ` ${group}`}`),
      [
        "start :start: 0",
        "action count 0",
        "decision enough 0",
        "fork sides 1",
        "action left 2",
        "sub-workflow right 2",
        "decision which 2",
        "kill stop 3",
        "join sides-join 1",
        "action forced 1",
        "action tidy 0",
        "end end 0",
        "action tell 0 errors",
        "action own 0 errors",
        "kill failed 0 errors",
      ],
    );
    assert.deepEqual(edges.filter(({ kind }) => kind !== "error").map(edgeText), [
      ":start: ok count",
      "count ok enough",
      "enough case sides: greater(outputOf(count, rows), 10)",
      "sides ok left",
      "left ok sides-join",
      "sides ok right",
      "right ok which",
      "which case sides-join: equal(hour, x)",
      "which case stop: otherwise",
      "sides-join ok tidy",
      "enough case forced: fileSystem.exists(/force)",
      "forced ok tidy",
      "enough case tidy: otherwise",
      "tidy ok end",
      "tell ok failed",
      "own ok failed",
    ]);
    const failures = Object.fromEntries(edges.flatMap(({ from, to, kind }) => (kind === "error" ? [[from, to]] : [])));
    assert.deepEqual(failures, {
      count: "tell",
      left: "tell",
      right: "tell",
      forced: "tell",
      tidy: "own",
      tell: "failed",
      own: "failed",
    });
  });

  it("go past what does nothing, however it is nested", () => {
    const empty = h.workflow("empty", {}, () => h.sequence(h.nothing, h.sequence(h.nothing)));
    assert.deepEqual(workflowGraph(empty).edges.map(edgeText), [":start: ok end"]);
    const gaps = h.workflow("gaps", {}, () =>
      h.sequence(h.nothing, h.shell("a", { command: "a" }), h.sequence(h.nothing), h.shell("b", { command: "b" })),
    );
    assert.deepEqual(
      workflowGraph(gaps)
        .edges.filter(({ kind }) => kind === "ok")
        .map(edgeText),
      [":start: ok a", "a ok b", "b ok end"],
    );
  });

  it("show a bundle's coordinators and what goes between them", () => {
    const { bundles } = chain(2, 1);
    const { nodes, edges } = bundleGraph(bundles.get("all")!);
    assert.deepEqual(nodes.map(({ id }) => id).sort(), [
      "coordinator every-hour-0",
      "coordinator every-hour-1",
      "data set feed-0",
      "data set feed-1",
      "table lake.t_0_0",
      "table lake.t_1_0",
    ]);
    assert.deepEqual(edges.filter(({ kind }) => kind !== "waits").map(edgeText), [
      "data set feed-0 feeds coordinator every-hour-0",
      "table lake.t_0_0 state coordinator every-hour-0: the hour before",
      "coordinator every-hour-0 feeds table lake.t_0_0",
      "data set feed-1 feeds coordinator every-hour-1",
      "table lake.t_1_0 state coordinator every-hour-1: the hour before",
      "table lake.t_0_0 feeds coordinator every-hour-1: 4 hours",
      "coordinator every-hour-1 feeds table lake.t_1_0",
    ]);
  });

  it("show a coordinator with its neighbours alone", () => {
    const { coordinators } = chain(3, 1);
    const { nodes, groups } = coordinatorGraph(coordinators.get("every-hour-1")!, coordinators.values());
    assert.deepEqual(
      groups.map(({ id }) => id),
      ["coordinator every-hour-1"],
    );
    const neighbours = nodes.filter(({ kind }) => kind === "coordinator").map(({ label }) => label);
    assert.deepEqual(neighbours, ["every-hour-0", "every-hour-2"]);
    assert.ok(!nodes.some(({ id }) => id === "data set feed-0"));
  });

  it("draw a coordinator without jobs by its workflow", () => {
    const daily = { every: h.days(1), initial: "2020-01-01T00:00Z" };
    const [from, to] = ["in", "out"].map((name) => h.dataset(name, { ...daily, uri: h.path`/${name}/${h.DAY}` }));
    const copy = h.workflow("copy", {}, () => h.shell("copy", { command: "copy.sh" }));
    const nightly = h.coordinator("nightly", {
      every: h.days(1),
      start: "2020-01-01T00:00Z",
      end: "2021-01-01T00:00Z",
      reads: { from: from!.latest(0), own: to!.current(-1) },
      writes: { to: to!.current(0) },
      run: () => copy.with({}),
    });
    const { edges } = lineage(byName(find([nightly], [])), "x");
    assert.deepEqual(edges.filter(({ kind }) => kind !== "waits").map(edgeText), [
      "data set in feeds coordinator nightly › workflow copy: latest(0)",
      "data set out state coordinator nightly › workflow copy: the day before",
      "coordinator nightly › workflow copy feeds data set out",
    ]);
  });

  it("show what a table is made of and what comes of it", async () => {
    const project = await loadOwnProject();
    const ids = (name: string): readonly string[] => graphOf(project, name).nodes.map(({ label }) => label);
    const usage = ids("warehouse.daily_top_spenders_usage_logs");
    assert.ok(["web-logs", "sales", "processed.session_hits", "prepare"].every((one) => usage.includes(one)));
    assert.ok(!usage.includes("warehouse.session_mapped"));
    assert.deepEqual([...ids("raw.omniture")].sort(), ["raw.omniture", "raw.omniturelogs", "web-logs"]);
    assert.deepEqual(ids("raw.products"), ["raw.products"]);
  });

  it("refuse what there is not, and what holds nothing", async () => {
    const project = await loadOwnProject();
    assert.throws(
      () => graphOf(project, "prepare-huor"),
      (error: unknown) =>
        h.isHowdahError(error) && error.code === "NAME_UNKNOWN" && error.message.endsWith("did you mean prepare-hour?"),
    );
    const definitions = byName(find([h.bundle("none", [])], []));
    for (const name of [undefined, "none"])
      assert.throws(
        () => graphOf({ ...project, definitions }, name),
        (error: unknown) => h.isHowdahError(error) && error.code === "NOTHING_TO_DRAW",
      );
  });
});
