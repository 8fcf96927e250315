// Builds dist/ (the typed library), bundle/ (the command) and, with --tests, build/test/ (the compiled tests).
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { build } from "esbuild";

function tsc(project) {
  const { status } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", project], {
    stdio: "inherit",
  });
  if (status !== 0) process.exit(1);
}

mkdirSync("build", { recursive: true });
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
await build({
  entryPoints: { howdah: "src/cli/bin.ts", index: "src/index.ts", sumthread: "src/connect/webhdfs/sumthread.ts" },
  outdir: "bundle",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // Native code and jiti's own files cannot be bundled, and Node warns of what Thrift's, beneath hive-driver, still use
  // (`new Buffer`) unless it lies in node_modules. Graphviz is a megabyte that would lie there twice. All load only when used.
  external: ["@duckdb/*", "@hpcc-js/*", "jiti", "hive-driver"],
  banner: {
    // yargs' CommonJS parts ask for `require`; the name must not collide with theirs.
    js: 'import { createRequire as __howdahRequire } from "node:module"; const require = __howdahRequire(import.meta.url);',
  },
  legalComments: "none",
  logLevel: "warning",
});
cpSync("src/jobs/spark", "bundle/spark", { recursive: true, filter: (path) => !path.includes("__pycache__") });
cpSync("src/release/bin", "bundle/bin", { recursive: true });
cpSync("dist/report/assets", "bundle/report/assets", { recursive: true });
chmodSync("bundle/howdah.js", 0o755);
// npx looks here first; without it, it would make an installation of this folder in its cache, which takes the network.
if (existsSync("node_modules/.bin")) {
  rmSync("node_modules/.bin/howdah", { force: true });
  symlinkSync("../../bundle/howdah.js", "node_modules/.bin/howdah");
}

if (process.argv.includes("--tests")) tsc("tsconfig.test.json");
