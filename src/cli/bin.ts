#!/usr/bin/env node
import { readFileSync } from "node:fs";

const [first] = process.argv.slice(2);
if (first === "--version" || first === "-V") {
  // Asked for by scripts that wait: nothing else is loaded. Both dist/cli and the bundle's folder stand one below.
  const folder = import.meta.url.includes("/dist/cli/") ? "../../" : "../";
  const file = readFileSync(new URL(`${folder}package.json`, import.meta.url), "utf8");
  process.stdout.write(`${(JSON.parse(file) as { version: string }).version}\n`);
} else {
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
  // Interrupted: whatever has not heard of it, such as an action's command, is not waited for.
  if (process.exitCode === 130) process.exit();
}
