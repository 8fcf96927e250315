import type { Command } from "../command.ts";

export const completionCommand: Command = {
  name: "completion",
  usage: "completion bash|zsh|fish",
  describe: "print what makes a shell complete commands, options and the project's names",
  // All behind `suggest` is the command line that is being written.
  passes: true,
  positionals: { min: 1, max: Infinity },
  options: {},
  examples: [
    ["howdah completion bash >> ~/.bashrc", "for bash, from the next shell on"],
    ["howdah completion zsh >> ~/.zshrc", "for zsh, below the line with compinit"],
    ["howdah completion fish > ~/.config/fish/completions/howdah.fish", "for fish"],
  ],
  notes: [
    "The project's own howdah, in node_modules/.bin, is asked before one of the PATH: with alias howdah='npx howdah' nothing\nhas to be installed besides. What is printed asks howdah completion suggest WORD…, which says nothing of errors.",
  ],
  run: async (args, io) => (await import("../handlers/completion.ts")).handle(args, io),
};
