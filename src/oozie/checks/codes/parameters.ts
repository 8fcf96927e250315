import type { CodeFacts } from "./facts.ts";

export const parameterCodes = {
  PARAMETER_VALUE: {
    severity: "error",
    title: "a default, or a target's value, that the parameter does not accept",
    why: "Values are checked by the parameter's type, its bounds and its choices; on a cluster a path must be absolute too. One that does not fit is refused as soon as it is used.",
    example: `const own = parameters({
  share: decimalParameter({ default: "1.5", max: 1 }), // above its own maximum
});
shell("load", { command: "load", arguments: [own.share] })`,
    fix: `const own = parameters({
  share: decimalParameter({ default: "0.5", max: 1 }),
});
shell("load", { command: "load", arguments: [own.share] })`,
  },
  PARAMETER_UNUSED: {
    severity: "warning",
    title: "a declared parameter that no definition uses",
    why: "Its value changes nothing, and `-D` and targets refuse to give it one. It is known from the others of its `parameters({…})`.",
    example: `const own = parameters({
  rows: intParameter({ default: 5 }),
  columns: intParameter({ default: 5 }), // used nowhere
});
shell("load", { command: "load", arguments: [own.rows] })`,
    fix: `const own = parameters({
  rows: intParameter({ default: 5 }),
});
shell("load", { command: "load", arguments: [own.rows] })`,
  },
  PARAMETER_UNDECLARED: {
    severity: "error",
    title: "a parameter that is declared nowhere, or an input of another workflow",
    why: "Nobody gives it a value: Oozie cannot resolve it (E0738, E1004), and an action that needs it fails.",
    example: `let other;
workflow("first", { day: "string" }, ({ day }) => {
  other = day;
  return nothing;
});
workflow("second", {}, () =>
  shell("load", { command: "load", arguments: [text\`day=\${other}\`] }), // the day of first
)`,
    fix: `workflow("second", { day: "string" }, ({ day }) =>
  shell("load", { command: "load", arguments: [text\`day=\${day}\`] }),
)`,
  },
  INPUT_UNUSED: {
    severity: "warning",
    title: "an input that its workflow does not use",
    why: "Whoever starts the workflow must give it a value (E0738) for nothing.",
    example: `workflow("load-day", { day: "string" }, () => // day is not used
  shell("load", { command: "load" }),
)`,
    fix: `workflow("load-day", { day: "string" }, ({ day }) =>
  shell("load", { command: "load", arguments: [day] }),
)`,
  },
  INPUT_MISSING: {
    severity: "error",
    title: "a workflow is started without a value for an input",
    why: "Oozie refuses to start it (E0738). TypeScript finds it first, unless a cast hides it.",
    example: `coordinator("load-hourly", {
  ...hourly,
  run: () => load.with({}), // hour is missing
})`,
    fix: 'coordinator("load-hourly", hourly)',
  },
  INPUT_UNKNOWN: {
    severity: "warning",
    title: "a workflow is given a value that it does not ask for",
    why: "It becomes a property that nothing reads.",
    example: `coordinator("load-hourly", {
  ...hourly,
  run: () => load.with({ hour: "20120301_00", day: "20120301" }), // load has no day
})`,
    fix: `coordinator("load-hourly", {
  ...hourly,
  run: () => load.with({ hour: "20120301_00" }),
})`,
  },
  INPUT_SHADOWS: {
    severity: "warning",
    title: "an input of the name of a parameter that its workflow uses too",
    why: "A job has one property of each name: within the workflow the parameter has the input's value.",
    example: `workflow("show", { data: "string" }, ({ data }) => // p.data is used below
  shell("list", { command: "ls", arguments: [data, path\`\${p.data}/hits\`] }),
)`,
    fix: `workflow("show", { folder: "string" }, ({ folder }) =>
  shell("list", { command: "ls", arguments: [folder, path\`\${p.data}/hits\`] }),
)`,
  },
} as const satisfies Readonly<Record<string, CodeFacts>>;
