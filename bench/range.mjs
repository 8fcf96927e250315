// Runs the marketing pipeline over a data folder as one range, in a process of its own: `range.mjs FOLDER FROM UNTIL [--without-checks]`.
import { join } from "node:path";
import { run } from "../dist/local/run.js";
import { openTarget } from "../dist/local/target.js";
import { loadProject, targetOf } from "../dist/project/load.js";
import { parseOozieTime } from "../dist/core/time.js";

const [folder, from, until, without] = process.argv.slice(2);
const loaded = await loadProject(join(import.meta.dirname, ".."));
const bare = ({ checks, ...compiled }) => ({
  ...compiled,
  checks: { ...checks, duckdb: { ...checks.duckdb, checks: [] } },
});
const jobs = new Map([...loaded.jobs].map(([name, job]) => [name, without === undefined ? job : bare(job)]));
const project = { ...loaded, jobs };
const target = openTarget(project, targetOf(project, "folder").target, { folder });
try {
  await run(target, { from: parseOozieTime(from), until: parseOozieTime(until), asRange: true });
} finally {
  await target.close();
}
