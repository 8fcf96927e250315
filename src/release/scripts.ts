import { hiveQl, isHiveStatement, type HiveStatement } from "../hive/statements.ts";
import type { Hive2Action } from "../oozie/actions/index.ts";
import { derivedName, propertiesIn } from "../oozie/app/context.ts";
import { constantOf, isOwn, type Expr } from "../oozie/el/index.ts";

/** HiveQL, and what stands for each `${variable}` in it. */
export interface HiveText {
  readonly text: string;
  readonly variables: ReadonlyMap<string, Expr>;
}

/** The HiveQL of an action. */
export function actionScript(action: Hive2Action): HiveText {
  return hiveText(action.run.filter(isHiveStatement));
}

/**
 * Statements as HiveQL. Parameters keep their names as variables; what only Oozie can work out becomes a variable of
 * its own.
 */
export function hiveText(statements: readonly HiveStatement[]): HiveText {
  const variables = new Map<string, Expr>();
  const properties = new Set(statements.flatMap(({ uses }) => uses.flatMap(propertiesIn)).map(derivedName));
  let count = 0;
  const freeName = (): string => {
    do count += 1;
    while (properties.has(`value_${count}`));
    return `value_${count}`;
  };
  const variable = (name: string, value: Expr): string => {
    variables.set(name, value);
    return `\${${name}}`;
  };
  const textOf = (value: Expr): string => {
    const constant = constantOf(value);
    if (constant !== undefined) return String(constant);
    const { node } = value;
    if (node.is === "parameter") return variable(node.name, value);
    if (node.is === "join") return node.parts.map(textOf).join("");
    const own = node.is === "call" && isOwn(node.fn) ? derivedName(value) : freeName();
    return variable(own, value);
  };
  const written = statements.map((statement) => {
    // Text of the user's own names its variables itself.
    if (statement.is === "script") statement.uses.forEach(textOf);
    return ended(hiveQl(statement, textOf));
  });
  return { text: written.join("\n"), variables };
}

/** Text of the user's own may bring its semicolon, or end with a comment that would hide ours. */
function ended(text: string): string {
  const whole = text.trimEnd();
  const lastLine = whole.slice(whole.lastIndexOf("\n") + 1);
  return `${whole}${lastLine.includes("--") ? "\n;" : whole.endsWith(";") ? "" : ";"}\n`;
}
