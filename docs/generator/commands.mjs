import { commonOptions } from "../../dist/cli/command.js";
import { flags } from "../../dist/cli/help.js";
import { commands } from "../../dist/cli/main.js";
import { code, note, row } from "./markdown.mjs";

/** docs/commands.md: every command as its help has it. */
export async function commandsPage() {
  const all = await Promise.all(Object.values(commands).map(({ load }) => load()));
  const flat = all.flatMap((one) => ("verbs" in one ? Object.values(one.verbs) : [one]));
  const anchor = (name) => name.replaceAll(" ", "-");
  return [
    "# Commands",
    "",
    note("src/cli/commands"),
    "",
    "`howdah COMMAND --help` says the same. Every command takes `--json`, `--verbose` and `--help` too; their results go to",
    "stdout, everything else to stderr. [Exit codes](exit-codes.md) are the same for all.",
    "",
    row("command", "what it does"),
    "|---|---|",
    ...flat.map(({ name, describe }) => row(`[\`${name}\`](#${anchor(`howdah-${name}`)})`, describe)),
    ...all.flatMap((one) =>
      "verbs" in one ? [...group(one), ...Object.values(one.verbs).flatMap(section)] : section(one),
    ),
  ].join("\n");
}

function group({ name, describe, notes = [] }) {
  return ["", `## howdah ${name}`, "", `${capital(describe)}.`, ...paragraphs(notes)];
}

function section({ name, usage, describe, options, notes = [], examples }) {
  const own = Object.entries(options).filter(([option]) => !Object.hasOwn(commonOptions, option));
  return [
    "",
    `${name.includes(" ") ? "###" : "##"} howdah ${name}`,
    "",
    `${capital(describe)}.`,
    "",
    "```",
    `howdah ${usage}`,
    "```",
    ...(own.length === 0
      ? []
      : [
          "",
          row("option", ""),
          "|---|---|",
          ...own.map(([option, facts]) => row(code(flags(option, facts)), facts.describe)),
        ]),
    ...paragraphs(notes),
    "",
    ...examples.map(([example, what]) => `- ${code(example)}: ${what}`),
  ];
}

function capital(text) {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}

/** Notes of a help as paragraphs: what Markdown would read otherwise is escaped. */
function paragraphs(notes) {
  return notes.flatMap((text) => ["", ...text.replaceAll(/[*<_]/g, "\\$&").split("\n")]);
}
