import type { CodeFacts } from "./facts.ts";

export const workflowCodes = {
  PARALLEL_BRANCHES: {
    severity: "error",
    title: "a parallel with fewer than two branches",
    why: "Oozie's schema asks for two paths at least (E0701).",
    example: 'parallel("both", shell("load", { command: "load" })) // one',
    fix: 'parallel("both", shell("load", { command: "load" }), shell("check", { command: "check" }))',
  },
  PARALLEL_EMPTY: {
    severity: "warning",
    title: "a branch of a parallel in which nothing is done",
    why: "Its path leads straight to the join.",
    example: `parallel("both", shell("load", { command: "load" }), shell("check", { command: "check" }), nothing) // three`,
    fix: `parallel("both", shell("load", { command: "load" }), shell("check", { command: "check" }))`,
  },
  PARALLEL_NEVER_JOINS: {
    severity: "error",
    title: "a parallel all of whose branches end the workflow",
    why: "No transition leads to the join, and Oozie refuses the workflow (E0730).",
    example: `workflow("never", {}, () =>
  parallel("both", kill("a", "failed"), kill("b", "failed")), // both kill
  { accept: { ALWAYS_FAILS: "a drill" } },
)`,
    fix: `workflow("never", {}, () =>
  sequence(
    parallel("both", shell("a", { command: "a" }), shell("b", { command: "b" })),
    kill("over", "failed"),
  ),
  { accept: { ALWAYS_FAILS: "a drill" } },
)`,
  },
  PARALLEL_FAILS: {
    severity: "warning",
    title: "a parallel that can only fail",
    why: "Each of its branches comes to a kill, which ends the workflow with all that runs in it. Oozie takes it: a parallel inside of a branch has a way to its join.",
    example: `workflow("never", {}, () =>
  parallel("both", kill("a", "failed"), parallel("more", kill("b", "failed"), shell("c", { command: "c" }))), // both kill
  { accept: { ALWAYS_FAILS: "a drill" } },
)`,
    fix: `workflow("never", {}, () =>
  sequence(
    parallel("both", shell("a", { command: "a" }), shell("c", { command: "c" })),
    kill("over", "failed"),
  ),
  { accept: { ALWAYS_FAILS: "a drill" } },
)`,
  },
  DECISION_CASES: {
    severity: "error",
    title: "a decision without a case",
    why: "Oozie's schema asks for one case at least (E0701).",
    example: 'decide("which", [], shell("load", { command: "load" })) // no case',
    fix: 'shell("load", { command: "load" })',
  },
  DEAD_STEP: {
    severity: "warning",
    title: "a step that is never reached",
    why: "What stands before it ends the workflow in every case.",
    example: `workflow("drill", {}, () =>
  sequence(
    kill("over", "failed"),
    shell("load", { command: "load" }), // behind a kill
  ),
  { accept: { ALWAYS_FAILS: "a drill" } },
)`,
    fix: `workflow("drill", {}, () =>
  sequence(
    shell("load", { command: "load" }),
    kill("over", "failed"),
  ),
  { accept: { ALWAYS_FAILS: "a drill" } },
)`,
  },
  ALWAYS_FAILS: {
    severity: "warning",
    title: "a workflow that can only end as failed",
    why: "Every way through it ends in a kill.",
    example: `workflow("check", {}, () => // both cases kill
  decide("is-there", [when(fileSystem.exists(path\`/a\`), kill("there", "it is there"))], kill("gone", "it is gone")),
)`,
    fix: `workflow("check", {}, () =>
  decide("is-there", [when(fileSystem.exists(path\`/a\`), nothing)], kill("gone", "it is gone")),
)`,
  },
  WORKFLOW_CYCLE: {
    severity: "error",
    title: "workflows that run each other for ever",
    why: "Oozie starts one sub-workflow after the other and fails at a depth of 50 (SUBWF001).",
    example: `let a;
const b = workflow("b", {}, () =>
  subWorkflow("run-a", { // a runs b again
    values: {},
    get workflow() {
      return a;
    },
  }),
);
a = workflow("a", {}, () => subWorkflow("run-b", b.with({})))`,
    fix: `const b = workflow("b", {}, () => nothing);
workflow("a", {}, () => subWorkflow("run-b", b.with({})))`,
  },
  WORKFLOW_DEPTH: {
    severity: "error",
    title: "sub-workflows more than 50 deep",
    why: "Oozie fails at a depth of 50 (SUBWF001, `oozie.action.subworkflow.max.depth`).",
    example: `let deep = workflow("level-0", {}, () => nothing);
for (let level = 1; level <= 51; level++) {
  const { with: inner } = deep;
  deep = workflow(\`level-\${level}\`, {}, () => subWorkflow("next", inner({}))); // 51 levels
}
deep`,
    fix: `let deep = workflow("level-0", {}, () => nothing);
for (let level = 1; level <= 50; level++) {
  const { with: inner } = deep;
  deep = workflow(\`level-\${level}\`, {}, () => subWorkflow("next", inner({})));
}
deep`,
  },
} as const satisfies Readonly<Record<string, CodeFacts>>;
