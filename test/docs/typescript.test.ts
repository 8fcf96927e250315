import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { startProgram, writeFile } from "../support/command.js";
import { freshFolders } from "../support/folders.js";
import { projectRoot } from "../support/project.js";
import { blocksOf, pages, type Block } from "./blocks.js";

/** Those of docs/checks.md are run one by one, with what they are examples of, by checks-codes.test.ts. */
const examples = pages
  .filter((page) => page !== "docs/checks.md")
  .flatMap(blocksOf)
  .filter(({ language }) => /^ts\b/.test(language));

/** Where names come from that an example uses and does not define: howdah, the small project, the reference project. */
const sources = [
  "howdah",
  "./sensors/definitions.ts",
  "./oozie/coordinators.ts",
  "./oozie/workflows.ts",
  "./oozie/data.ts",
  "./oozie/parameters.ts",
  "./hive/tables.ts",
];

/** An example as a module: settings alone stand in the configuration to which they belong. */
function moduleOf({ text }: Block): string {
  const config = (settings: string): string =>
    `export default defineConfig({ name: "x", definitions: [], ${settings} });`;
  if (text.startsWith("targets: ")) return config(text);
  return /^\w+: \w+\(/.test(text) ? config(`targets: { ${text} }`) : `${text}\nexport {};`;
}

describe("the TypeScript of the documentation", function () {
  this.timeout(120_000);
  const fresh = freshFolders();

  it("compiles", () => {
    const folder = fresh();
    for (const name of ["oozie", "hive"]) cpSync(join(projectRoot, name), join(folder, name), { recursive: true });
    cpSync(join(projectRoot, "test/fixtures/sensors"), join(folder, "sensors"), { recursive: true });
    symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
    writeFile(join(folder, "package.json"), '{ "type": "module" }');
    const { config } = ts.readConfigFile(join(projectRoot, "tsconfig.json"), (path) => readFileSync(path, "utf8")) as {
      readonly config: object;
    };
    const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, folder);
    // The package by its own name, as in an installation.
    const names = ["", "/testing", "/webhdfs", "/oozie", "/hiveserver2", "/livy", "/yarn", "/auth"];
    const { exports } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
      readonly exports: Readonly<Record<string, { readonly types: string }>>;
    };
    const paths = Object.fromEntries(
      names.map((name) => [`howdah${name}`, [join(projectRoot, exports[`.${name}`]!.types)]]),
    );
    const files = examples.map((block, i) => [join(folder, `example-${i}.ts`), block] as const);
    const compile = (): readonly ts.Diagnostic[] => {
      const program = ts.createProgram(
        files.map(([file]) => file),
        { ...options, paths, noUnusedLocals: false, noUnusedParameters: false },
      );
      return ts.getPreEmitDiagnostics(program);
    };

    for (const [file, block] of files) writeFile(file, moduleOf(block));
    // What an example takes as known is imported for it.
    const exported = exportsOf(folder, { ...options, paths });
    for (const diagnostic of compile()) {
      const [, name] =
        /^(?:Cannot find name|No value exists in scope for the shorthand property) '(\w+)'/.exec(
          ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"),
        ) ?? [];
      const source = name === undefined ? undefined : sources.find((one) => exported.get(one)!.has(name));
      const file = diagnostic.file?.fileName;
      if (source === undefined || file === undefined) continue;
      const line = `import { ${name} } from "${source}";\n`;
      const text = readFileSync(file, "utf8");
      if (!text.includes(line)) writeFile(file, line + text);
    }
    const wrong = compile().map(({ file, start, messageText }) => {
      const block = files.find(([path]) => path === file?.fileName)?.[1];
      const place = block === undefined ? file?.fileName : `${block.page}:${block.line}`;
      const code = file?.text.slice(start).split("\n")[0];
      return `${place}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}: ${code}`;
    });
    assert.deepEqual(wrong, []);
    assert.ok(files.length >= 10);
  });

  for (const block of examples.filter(({ language }) => language === "ts run"))
    it(`runs where it says so: ${block.page}:${block.line}`, async () => {
      const folder = fresh();
      for (const name of ["oozie", "hive", "spark-jobs", "howdah.config.ts"])
        cpSync(join(projectRoot, name), join(folder, name), { recursive: true });
      symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
      // By its own name the package is found from its own folder alone.
      const file = writeFile(join(folder, "example.ts"), block.text);
      const alias = JSON.stringify({ howdah: join(projectRoot, "dist/index.js") });
      const jiti = join(projectRoot, "node_modules/.bin/jiti");
      const ended = await startProgram(process.execPath, [jiti, file], folder, { JITI_ALIAS: alias }).ended;
      assert.equal(ended.code, 0, ended.err);
      for (const [, name] of block.text.matchAll(/writeFileSync\("([^"]+)"/g))
        assert.ok(existsSync(join(folder, name!)));
    });
});

/** The names that each source exports. */
function exportsOf(folder: string, options: ts.CompilerOptions): ReadonlyMap<string, ReadonlySet<string>> {
  const file = join(folder, "sources.ts");
  writeFile(file, sources.map((source, i) => `import * as s${i} from "${source}"; void s${i};`).join("\n"));
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const names = new Map<string, ReadonlySet<string>>();
  for (const statement of program.getSourceFile(file)!.statements)
    if (ts.isImportDeclaration(statement)) {
      const symbol = checker.getSymbolAtLocation(statement.moduleSpecifier)!;
      const source = (statement.moduleSpecifier as ts.StringLiteral).text;
      names.set(source, new Set(checker.getExportsOfModule(symbol).map(({ name }) => name)));
    }
  return names;
}
