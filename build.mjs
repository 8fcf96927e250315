// Builds dist/ (the typed library), bundle/ (the command) and, with --tests, build/test/ (the compiled tests); with
// --unless-built only what is not made of these sources yet: npm prepares the package when it is installed, and npx once
// more as soon as it meets this folder.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

function tsc(project) {
  const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", project], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
}

/** Has the hash of the sources that the last whole build was made of. */
const stampFile = "build/made-of";

function sourcesHash() {
  const files = readdirSync("src", { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && !one.parentPath.includes("__pycache__"))
    .map((one) => join(one.parentPath, one.name));
  const hash = createHash("sha256");
  for (const file of [
    ...files.sort(),
    "build.mjs",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "tsconfig.build.json",
  ])
    hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

async function makeAll(hash) {
  mkdirSync("build", { recursive: true });
  rmSync(stampFile, { force: true });
  // tsc's record of what it built is worth nothing once the output is gone.
  for (const [out, info] of [
    ["dist", "build/dist.tsbuildinfo"],
    ["build/test", "build/test.tsbuildinfo"],
  ])
    if (!existsSync(out)) rmSync(info, { force: true });

  tsc("tsconfig.build.json");
  tsc("src/report/browser/tsconfig.json");
  cpSync("src/jobs/spark", "dist/jobs/spark", { recursive: true, filter: (path) => !path.includes("__pycache__") });
  cpSync("src/release/bin", "dist/release/bin", { recursive: true });

  // The script and the style of reports' pages, each one text that the page holds.
  rmSync("dist/report/assets", { recursive: true, force: true });
  await build({
    entryPoints: ["src/report/browser/page.ts", "src/report/browser/page.css"],
    outdir: "dist/report/assets",
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2022", "chrome123", "firefox120", "safari17.5"],
    legalComments: "none",
    logLevel: "warning",
  });

  rmSync("bundle", { recursive: true, force: true });
  const bundled = {
    outdir: "bundle",
    bundle: true,
    platform: "node",
    target: "node20",
    charset: "ascii",
    legalComments: "none",
    logLevel: "warning",
  };
  await build({
    ...bundled,
    entryPoints: { howdah: "src/cli/bundled.ts" },
    format: "esm",
  });
  // A script whose value is a function, so that V8's code for it can be kept: src/cli/bundled.ts.
  await build({
    ...bundled,
    entryPoints: ["src/cli/main.ts"],
    format: "cjs",
    // Native code and jiti's own files cannot be bundled, and Node warns of what Thrift's, beneath hive-driver, still use
    // (`new Buffer`) unless it lies in node_modules. Graphviz is a megabyte that would lie there twice. All load only when used.
    external: ["@duckdb/node-bindings", "@hpcc-js/*", "jiti", "hive-driver"],
    define: { "import.meta.url": "howdahUrl" },
    banner: { js: "(function (require, module, howdahImport, howdahUrl) {" },
    footer: { js: "})" },
  });
  // A script made of kept code has nobody who imports for it.
  const script = readFileSync("bundle/main.js", "utf8").replace(/(?<=\b(?:await|return) )import\(/g, "howdahImport(");
  writeFileSync("bundle/main.js", script);
  // bundled.ts reads it as latin1. Comments stay as they are.
  const wrong = /^(?!\s*\*)(?:(?!\/[/*]).)*(?:[^\x00-\x7f]|(?<![#.\w])import\().*/m.exec(script);
  if (wrong !== null) throw new Error(`bundle/main.js is not all ASCII, or imports: ${wrong[0]}`);
  cpSync("src/jobs/spark", "bundle/spark", { recursive: true, filter: (path) => !path.includes("__pycache__") });
  cpSync("src/release/bin", "bundle/bin", { recursive: true });
  cpSync("dist/report/assets", "bundle/report/assets", { recursive: true });
  chmodSync("bundle/howdah.js", 0o755);
  writeFileSync(stampFile, hash);
}

const hash = sourcesHash();
const isBuilt =
  ["dist/index.js", "bundle/main.js", stampFile].every(existsSync) && readFileSync(stampFile, "utf8") === hash;
if (!isBuilt || !process.argv.includes("--unless-built")) await makeAll(hash);
// Where npx looks first, or scripts that have this folder's commands on their path.
if (existsSync("node_modules/.bin")) {
  rmSync("node_modules/.bin/howdah", { force: true });
  symlinkSync("../../bundle/howdah.js", "node_modules/.bin/howdah");
}

if (process.argv.includes("--tests")) tsc("tsconfig.test.json");
