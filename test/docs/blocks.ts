import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../support/project.js";

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  readonly line: number;
  /** What stands behind the fence: `sh`, `ts`, `ts run`. */
  readonly language: string;
  readonly text: string;
}

/** The pages that people read, the README first. */
export const pages: readonly string[] = [
  "README.md",
  ...readdirSync(join(projectRoot, "docs"))
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => `docs/${name}`),
];

/** The fenced blocks of a page. */
export function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(projectRoot, page), "utf8");
  return [...text.matchAll(/^```([^\n]*)\n([^]*?)^```$/gm)].map(({ 1: language, 2: body, index }) => ({
    page,
    line: text.slice(0, index).split("\n").length,
    language: language!,
    text: body!,
  }));
}

/** The commands of a page's `sh` blocks, each in one line and without its comment. */
export function commandsOf(page: string): readonly string[] {
  return blocksOf(page)
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, "").split("\n"))
    .map((line) => line.replace(/(?:^|\s+)#.*$/, "").trim())
    .filter((line) => line !== "");
}

/** The words of a command as a shell reads them, up to where its output goes; brackets say that something may be left out. */
export function wordsOf(command: string): readonly string[] {
  const [own] = command.split(/ >>? /);
  return [...own!.matchAll(/"([^"]*)"|'([^']*)'|[^\s[\]"']+/g)].map(
    ([word, double, single]) => double ?? single ?? word,
  );
}
