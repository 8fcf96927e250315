#!/usr/bin/env node
// The command of dist/, module by module; the package's own is bundled.ts.
import { start } from "./start.ts";

await start(new URL("../../package.json", import.meta.url), async () => (await import("./main.ts")).main);
