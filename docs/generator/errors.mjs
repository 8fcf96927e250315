import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { errorCodes } from "../../dist/core/errorcodes.js";
import { codes as checkCodes } from "../../dist/oozie/checks/index.js";
import { code, row } from "./markdown.mjs";

const root = join(import.meta.dirname, "../..");
const exitOf = { user: 2, run: 1, server: 5, bug: 70 };
const named = { usage: 2, failed: 1, waiting: 3, administrator: 4, server: 5, bug: 70, interrupted: 130 };

/** The tables of docs/errors.md. Fails where the code has codes that the table has not, or the other way round. */
export function errorTables() {
  const { thrown, written } = codesOfTheCode();
  const listed = new Set(Object.values(errorCodes).flatMap(Object.keys));
  const problems = [
    ...[...thrown.keys()]
      .filter((one) => !listed.has(one) && !Object.hasOwn(checkCodes, one))
      .map((one) => `${one} is thrown, and not in src/core/errorcodes.ts`),
    ...[...listed]
      .filter((one) => !written.has(one))
      .map((one) => `${one} is in src/core/errorcodes.ts, and nowhere else`),
  ];
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return Object.entries(errorCodes)
    .flatMap(([chapter, own]) => [
      `## ${chapter}`,
      "",
      row("code", "when", "what to do", "exit"),
      "|---|---|---|---|",
      ...Object.entries(own).map(([name, { when, next, exit }]) => {
        const exits = [...(thrown.get(name) ?? []), ...(exit === undefined ? [] : [exit])];
        return row(code(name), when, next, exits.sort((a, b) => a - b).join(", ") || "–");
      }),
      "",
    ])
    .join("\n")
    .trimEnd();
}

/** The codes in objects like an error's details, with the exit codes that follow; and all texts that look like one. */
function codesOfTheCode() {
  const thrown = new Map();
  const written = new Set();
  for (const folder of ["src", "scripts"])
    for (const name of readdirSync(join(root, folder), { recursive: true })) {
      const file = join(root, folder, name);
      if (
        !file.endsWith(".ts") ||
        file.endsWith("core/errorcodes.ts") ||
        file.endsWith("core/events.ts") ||
        file.includes("/oozie/checks/")
      )
        continue;
      const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
      const visit = (node) => {
        if (ts.isStringLiteral(node) && /^[A-Z][A-Z_]+$/.test(node.text)) written.add(node.text);
        if (ts.isPropertyAssignment(node) && /^[A-Z][A-Z_]+$/.test(node.name.getText(source)))
          written.add(node.name.text);
        if (ts.isObjectLiteralExpression(node)) note(node, source, file);
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
  return { thrown, written };

  function note(node, source, file) {
    const own = new Map(node.properties.map((one) => [one.name?.getText(source), one.initializer]));
    for (const name of textsIn(own.get("code")).filter((text) => /^[A-Z][A-Z_]+$/.test(text))) {
      const given = own.get("exitCode")?.getText(source).replace("exitCodes.", "");
      const exits = given === undefined ? faultsOf(node, own, file) : [named[given] ?? Number(given)];
      const known = thrown.get(name) ?? new Set();
      for (const exit of exits) if (Number.isInteger(exit)) known.add(exit);
      thrown.set(name, known);
    }
  }

  /** The exit codes of an error's faults; a client's own is the server's unless it says otherwise. A warning has none. */
  function faultsOf(node, own, file) {
    if (ts.isCallExpression(node.parent) && node.parent.expression.getText() === "warnings.push") return [];
    const written = textsIn(own.get("fault"));
    if (written.length > 0) return written.map((fault) => exitOf[fault]);
    const maker = ts.isNewExpression(node.parent) ? node.parent.expression.getText() : "";
    const isServers = maker === "ConnectError" || (file.includes("/connect/") && maker !== "HowdahError");
    return [isServers ? exitOf.server : exitOf.user];
  }
}

/** The texts that an expression may be. */
function textsIn(node) {
  if (node === undefined) return [];
  if (ts.isStringLiteral(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...textsIn(node.whenTrue), ...textsIn(node.whenFalse)];
  if (ts.isBinaryExpression(node)) return [...textsIn(node.left), ...textsIn(node.right)];
  return [];
}
