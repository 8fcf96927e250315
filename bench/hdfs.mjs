// Files onto HDFS, on the sandbox that is up: howdah against curl, the `hdfs` command and the package webhdfs.
import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { loadavg, userInfo } from "node:os";
import { join } from "node:path";
import { simpleAuth } from "../dist/connect/auth/index.js";
import { WebHdfs } from "../dist/connect/webhdfs/index.js";
import { openSandbox, usualName } from "../dist/sandbox/folder.js";
import { inTurn, measure, median, spread } from "./measure.mjs";

const user = userInfo().username;

/** Runs a client of the sandbox. */
function client(howdah, ...words) {
  return measure(process.execPath, [howdah, "sandbox", "sh", "--", ...words]);
}

/** Does something with a folder of HDFS, which is gone afterwards. */
async function withFolder(work) {
  const port = openSandbox(usualName()).ports["namenode-web"];
  const url = `http://localhost:${port}`;
  const hdfs = new WebHdfs({ url, auth: simpleAuth(user) });
  const folder = `/tmp/howdah-bench-${process.pid}`;
  try {
    await hdfs.mkdir(folder);
    await work({ url, port, hdfs, folder });
  } finally {
    await hdfs.rm(folder, { recursive: true, force: true });
    hdfs.close();
  }
}

function fill(path, megabytes) {
  const file = openSync(path, "w");
  const chunk = randomBytes(1 << 20);
  for (let i = 0; i < megabytes; i++) {
    chunk.writeUInt32BE(i);
    writeSync(file, chunk);
  }
  closeSync(file);
}

function tell(say, results, first) {
  say(
    `  load afterwards, our own included: ${loadavg()
      .map((one) => one.toFixed(1))
      .join(" ")}`,
  );
  const seconds = (name) => median(results.get(name).map((one) => one.seconds));
  for (const [name, runs] of results) {
    const megabytes = Math.max(...runs.map((one) => one.megabytes));
    const ratio = (seconds(name) / seconds(first)).toFixed(2);
    say(`  ${name.padEnd(34)} ${spread(runs.map((one) => one.seconds))} s, ${megabytes} MB; ${ratio} times the first`);
  }
}

/** One file of a gigabyte: the same two steps by each, to the same DataNode. */
export async function upload(say, root, work) {
  const file = join(work, "big");
  fill(file, Number(process.env.HOWDAH_BENCH_MEGABYTES ?? 1024));
  await withFolder(async ({ url, port, folder }) => {
    const howdah = join(root, "bundle", "howdah.js");
    const twoSteps = `set -e
place=$(curl -sS -o /dev/null -w '%{redirect_url}' -X PUT "${url}/webhdfs/v1${folder}/curl?op=CREATE&overwrite=true&user.name=${user}")
curl -sS -f -o /dev/null -X PUT -T "${file}" -H 'Content-Type: application/octet-stream' -H 'Expect:' "$place"`;
    const results = await inTurn(Number(process.env.HOWDAH_BENCH_RUNS ?? 5), [
      ["curl, in two steps", () => measure("bash", ["-c", twoSteps])],
      [
        "howdah hdfs put -f",
        () =>
          measure(process.execPath, [
            howdah,
            "hdfs",
            "put",
            "-f",
            file,
            `${folder}/howdah`,
            "--url",
            url,
            "--user",
            user,
          ]),
      ],
      [
        "the package webhdfs",
        () =>
          measure(process.execPath, [join(root, "bench", "peer.mjs"), String(port), user, file, `${folder}/webhdfs`]),
      ],
      ["hdfs dfs -put -f", () => client(howdah, "hdfs", "dfs", "-put", "-f", file, `${folder}/hdfs`)],
    ]);
    tell(say, results, "curl, in two steps");
  });
}

/** A release of a thousand small files, all of it new; then the same again. */
export async function deploy(say, root, work) {
  const howdah = join(root, "bundle", "howdah.js");
  const project = join(work, "deploy");
  mkdirSync(join(project, "files"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
  for (let i = 0; i < 1000; i++) writeFileSync(join(project, "files", `${i}`), randomBytes(500 + i).toString("hex"));
  await withFolder(async ({ url, hdfs, folder }) => {
    writeFileSync(
      join(project, "howdah.config.ts"),
      `import * as h from "howdah";
const w = h.workflow("many", {}, () => h.shell("many", { command: "true", files: Array.from({ length: 1000 }, (_, i) => \`files/\${i}\`) }));
export default h.defineConfig({ name: "bench", definitions: [w], targets: { there: h.sandbox({ root: "${folder}/howdah", webHdfs: "${url}" }) } });
`,
    );
    const deployed = () => measure(process.execPath, [howdah, "deploy"], { cwd: project });
    const put = (...options) =>
      client(howdah, "hdfs", "dfs", "-put", ...options, join(project, "files"), `${folder}/hdfs`);
    await deployed();
    const anew = async (name, task) => {
      await hdfs.rm(`${folder}/${name}`, { recursive: true, force: true });
      if (name === "hdfs") await hdfs.mkdir(`${folder}/hdfs`);
      return task();
    };
    const results = await inTurn(Number(process.env.HOWDAH_BENCH_RUNS ?? 3), [
      ["hdfs dfs -put, all new", () => anew("hdfs", () => put())],
      ["howdah deploy, all new", () => anew("howdah", deployed)],
      ["hdfs dfs -put -f, unchanged", () => put("-f")],
      ["howdah deploy, unchanged", deployed],
    ]);
    tell(say, results, "hdfs dfs -put, all new");
    const seconds = (name) => median(results.get(name).map((one) => one.seconds));
    const times = seconds("hdfs dfs -put -f, unchanged") / seconds("howdah deploy, unchanged");
    say(`  unchanged: ${times.toFixed(1)} times faster than hdfs dfs -put -f`);
    rmSync(project, { recursive: true, force: true });
  });
}
