import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startProgram, writeFile, type Ended } from "../support/command.js";
import { freshFolders } from "../support/folders.js";
import { projectRoot } from "../support/project.js";

/** The numbered scripts in a checkout whose howdah, and whose scripts in TypeScript, say what they were called with. */
describe("scripts: the steps of the deployment", () => {
  const fresh = freshFolders();

  function checkout(): string {
    const folder = fresh();
    const scripts = join(projectRoot, "scripts");
    for (const name of readdirSync(scripts).filter((one) => /\.(sh|properties)$/.test(one)))
      chmodSync(writeFile(join(folder, "scripts", name), readFileSync(join(scripts, name), "utf8")), 0o755);
    writeFile(join(folder, "dist/index.js"), "");
    writeFile(join(folder, "package.json"), "{}");
    writeFile(join(folder, "bundle/howdah.js"), "console.log(JSON.stringify(process.argv.slice(2)));");
    const jiti = `#!/usr/bin/env node\nconsole.log(JSON.stringify(["script", ...process.argv.slice(3)]));\n`;
    chmodSync(writeFile(join(folder, "node_modules/.bin/jiti"), jiti), 0o755);
    return folder;
  }

  const run = (folder: string, name: string, ...words: readonly string[]): Promise<Ended> =>
    startProgram(join(folder, "scripts", `${name}.sh`), words, folder).ended;

  /** What was called, without the project's folder. */
  async function called(folder: string, name: string, ...words: readonly string[]): Promise<readonly string[]> {
    const { code, out, err } = await run(folder, name, ...words);
    assert.equal(code, 0, err);
    const lines = out.trim().split("\n");
    return lines.map((line) =>
      (JSON.parse(line) as string[])
        .join(" ")
        .replace(/ --project \S+/, "")
        .replaceAll(/\/\S*\/data/g, "data"),
    );
  }

  it("are calls of howdah each", async () => {
    const folder = checkout();
    assert.deepEqual(await called(folder, "00_deploy", "--target", "vm"), ["deploy --target vm"]);
    assert.deepEqual(await called(folder, "05_set_up", "--through-oozie"), ["setup --through-oozie"]);
    const range = ["--from", "2012-03-01T00:00Z"];
    assert.deepEqual(await called(folder, "20_prepare", ...range), [`run prepare --as-range ${range.join(" ")}`]);
    assert.deepEqual(await called(folder, "22_daily_top_spenders", "--target=vm", ...range), [
      `spark submit daily-top-spenders --target=vm ${range.join(" ")}`,
    ]);
  });

  it("submit with start and end of the properties file, unless they are given", async () => {
    const folder = checkout();
    const file = join(folder, "scripts/oozie_coordinator.properties");
    writeFile(file, "# edited by hand\n start = 2012-03-01T00:00Z\r\nend=2012-03-02T00:00Z\n\nlink = a=b c");
    assert.deepEqual(await called(folder, "10_submit", "--target", "vm"), [
      "submit marketing --target vm --start 2012-03-01T00:00Z --end 2012-03-02T00:00Z -D link=a=b c",
    ]);
    assert.deepEqual(await called(folder, "10_submit", "hourly", "--end", "2013-01-01T00:00Z", "-D", "link=x"), [
      "submit hourly --end 2013-01-01T00:00Z -D link=x --start 2012-03-01T00:00Z",
    ]);
    const other = writeFile(join(folder, "other"), "");
    assert.deepEqual(await called(folder, "10_submit", "--properties", other), ["submit marketing"]);
    writeFile(other, "start 2012\n");
    const { code, err } = await run(folder, "10_submit", "--properties", other);
    assert.equal(code, 2);
    assert.match(err, /^error: \S+other:1: start 2012 is no name=value\n {2}next: /);
    assert.equal((await run(folder, "10_submit", "--properties", "gone")).code, 2);
  });

  it("land, and with a target put what has landed there", async () => {
    const folder = checkout();
    const files = ["--web-logs", "a.tsv"];
    const land = "script --data data --web-logs a.tsv";
    const put = "ingest --target vm --from-folder data/landing";
    assert.deepEqual(await called(folder, "15_ingest_data", ...files), [land]);
    assert.deepEqual(await called(folder, "15_ingest_data", ...files, "--target", "vm"), [land, put]);
    assert.deepEqual(await called(folder, "15_ingest_data", "--target=vm"), [put]);
  });
});
