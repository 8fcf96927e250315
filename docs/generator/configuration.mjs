import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { code, row } from "./markdown.mjs";

const root = join(import.meta.dirname, "../..");

/** The settings of an interface, from its doc comments: a table in the order in which they are written. */
export function settingsTable(file, name) {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
  const found = source.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name);
  if (found === undefined) throw new Error(`there is no interface ${name} in ${file}`);
  return [
    row("setting", "type", "what it is", "default"),
    "|---|---|---|---|",
    ...found.members.map((member) => {
      const [comment] = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
      const text = textOf(comment?.comment);
      const defaultTag = comment?.tags?.find((tag) => tag.tagName.text === "default");
      const optional = member.questionToken === undefined ? "needed" : textOf(defaultTag?.comment) || "none";
      const type = member.type.getText(source).replaceAll("readonly ", "").replace(/\s+/g, " ");
      return row(code(member.name.getText(source)), code(type), text, optional);
    }),
  ].join("\n");
}

function textOf(comment) {
  return (ts.getTextOfJSDocComment(comment) ?? "")
    .replace(/\s+/g, " ")
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")
    .trim();
}
