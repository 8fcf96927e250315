/**
 * Definitions as graphs: a model that pure functions make of them, and a renderer for each format. Nothing here reads
 * what a cluster or a folder holds.
 */
export { renderDot } from "./dot.ts";
export { chosenThemes } from "./look.ts";
export { warmUp } from "./layout.ts";
export { bundleGraph, coordinatorGraph, jobGraph, lineage } from "./lineage.ts";
export { renderMermaid } from "./mermaid.ts";
export * from "./model.ts";
export { graphOf } from "./select.ts";
export { renderSvg } from "./svg.ts";
export { renderText } from "./text.ts";
export { workflowGraph } from "./workflow.ts";
