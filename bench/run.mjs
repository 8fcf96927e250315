// `npm run bench [section…]`: startup, definitions, graph, simulate, xlsx, cases, checks, report, engines, hours, scale, and on a sandbox operate, hive, upload, deploy and pipeline. Side by side in one run, figures on stdout.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { findSpark } from "../build/test/support/spark.js";
import { jobSpec } from "../dist/jobs/compile.js";
import { openTarget } from "../dist/local/target.js";
import { openCluster } from "../dist/project/cluster.js";
import { loadProject, targetOf } from "../dist/project/load.js";
import { deploy, upload } from "./hdfs.mjs";
import { hive } from "./hive.mjs";
import { build } from "../dist/release/build.js";
import { writeCurrent } from "../dist/release/current.js";
import { inTurn, measure, median, spread } from "./measure.mjs";
import { pipeline } from "./pipeline.mjs";
import { writeCoordinator, writeLineage, writeProject } from "./project.mjs";
import * as trust from "./trust.mjs";
import { xlsx } from "./xlsx.mjs";

const root = join(import.meta.dirname, "..");
const howdah = join(root, "bundle", "howdah.js");
const jiti = join(root, "node_modules", ".bin", "jiti");
const work = mkdtempSync(join(process.env.HOWDAH_BENCH_FOLDER ?? tmpdir(), "howdah-bench-"));
const range = ["--from", "2012-03-01T00:00Z", "--until", "2012-03-16T01:00Z"];
const wanted = process.argv.slice(2);
const say = (line) => console.log(line);

/** The files that the sections work on: the public samples where `HOWDAH_SAMPLES` names them, else generated ones. */
async function inputs() {
  const samples = process.env.HOWDAH_SAMPLES;
  if (samples !== undefined)
    return {
      name: "the public samples",
      webLogs: join(samples, "Omniture.1.tsv.gz"),
      sales: join(samples, "online-retail.csv.gz"),
      shift: "455",
    };
  return { name: "generated data", ...(await generate(1)), shift: "0" };
}

async function generate(scale) {
  const out = join(work, `raw-${scale}`);
  await measure(jiti, [
    join(root, "scripts", "generate.ts"),
    "--out",
    out,
    "--days",
    "15",
    "--scale",
    `${scale}`,
    "--seed",
    "7",
  ]);
  return { webLogs: join(out, "web-logs.tsv.gz"), sales: join(out, "online-retail.csv.gz") };
}

async function land({ webLogs, sales, shift }, data) {
  const files = ["--web-logs", webLogs, "--sales", sales, "--sales-shift-days", shift, "--link", "demo"];
  return measure(jiti, [join(root, "scripts", "land.ts"), ...files, ...range, "--data", data], { cwd: root });
}

const runOn = (data, ...more) =>
  measure(process.execPath, [howdah, "run", "marketing", "--data", data, ...range, ...more], { cwd: root });

let made = 0;

/**
 * A data folder with the landing of another. None takes the place of an earlier one: ext4 looks long for an inode where
 * thousands have just been deleted, which made a run three times as slow as the first.
 */
function fresh(name, landed) {
  const folder = join(work, `${name}-${++made}`);
  mkdirSync(folder);
  cpSync(join(landed, "landing"), join(folder, "landing"), { recursive: true });
  return folder;
}

/** Only where servers are promised, as for the tests. */
async function onCluster(section) {
  if (process.env.HOWDAH_CLUSTER === "1") return section();
  say("  left out: it needs a sandbox that is up, and HOWDAH_CLUSTER=1");
}

const sections = {
  async startup() {
    const node = (...args) => measure(process.execPath, args).then(({ seconds }) => seconds * 1000);
    const results = await inTurn(21, [
      ["node -e 0", () => node("-e", "0")],
      ["howdah --version", () => node(howdah, "--version")],
      ["howdah --help", () => node(howdah, "--help")],
      ["howdah run --help", () => node(howdah, "run", "--help")],
    ]);
    const floor = median(results.get("node -e 0"));
    for (const [name, times] of results)
      say(`  ${name.padEnd(20)} ${spread(times, 0)} ms, ${(median(times) / floor).toFixed(2)} times the floor`);
  },

  // Beyond start-up: what the same commands take on a project of one action is taken off.
  async definitions() {
    const modules = join(root, "node_modules");
    const sizes = [
      [1, 1],
      [20, 50],
      [200, 50],
    ];
    const commands = ["validate", "build"];
    const tasks = sizes.flatMap(([workflows, actions]) => {
      const folder = writeProject(join(work, `definitions-${workflows * actions}`), workflows, actions, modules);
      return commands.map((command) => [
        `${command} ${workflows * actions}`,
        () => measure(process.execPath, [howdah, command], { cwd: folder }),
      ]);
    });
    // Compiled TypeScript is kept from the first run on.
    for (const [, task] of tasks) await task();
    const results = await inTurn(7, tasks);
    const seconds = (name) => results.get(name).map((one) => one.seconds);
    for (const [name, runs] of results) {
      const megabytes = Math.max(...runs.map((one) => one.megabytes));
      const beyond = median(seconds(name)) - median(seconds(`${name.split(" ")[0]} 1`));
      say(
        `  ${`${name} actions`.padEnd(24)} ${spread(seconds(name))} s, ${megabytes} MB; beyond start-up ${beyond.toFixed(2)} s`,
      );
    }
  },

  // Beyond start-up: what the same project takes as text, without Graphviz, is told too.
  async graph() {
    const modules = join(root, "node_modules");
    const lineage = writeLineage(join(work, "lineage"), 25, 6, modules);
    const flow = writeProject(join(work, "graph-flow"), 1, 200, modules);
    const draw = (folder, ...args) => measure(process.execPath, [howdah, "graph", ...args], { cwd: folder });
    await Promise.all([draw(lineage), draw(flow)]);
    const results = await inTurn(7, [
      ["howdah graph --help", () => draw(lineage, "--help")],
      ["lineage, 200: text", () => draw(lineage)],
      ["lineage, 200: svg", () => draw(lineage, "--format", "svg")],
      ["workflow, 200: text", () => draw(flow, "flow-0")],
      ["workflow, 200: svg", () => draw(flow, "flow-0", "--format", "svg")],
    ]);
    const seconds = (name) => results.get(name).map((one) => one.seconds);
    for (const [name, runs] of results) {
      const beyond = median(seconds(name)) - median(seconds("howdah graph --help"));
      const megabytes = Math.max(...runs.map((one) => one.megabytes));
      say(`  ${name.padEnd(24)} ${spread(seconds(name))} s, ${megabytes} MB; beyond start-up ${beyond.toFixed(2)} s`);
    }
  },

  xlsx: () => xlsx({ root, work, jiti, say }),

  cases: () => trust.cases(say, root),

  async checks() {
    const landed = join(work, "landed-checks");
    await land(await inputs(), landed);
    await trust.checks(say, root, range, () => fresh("checks", landed));
  },

  async report() {
    const folder = join(work, "report");
    await land(await inputs(), folder);
    await runOn(folder, "--as-range");
    await trust.report(say, root, folder, join(work, "report.html"));
  },

  async simulate() {
    const folder = writeCoordinator(join(work, "simulate"), join(root, "node_modules"));
    const run = (until, ...more) =>
      measure(process.execPath, [howdah, "simulate", "quick", "--until", until, ...more], { cwd: folder });
    await run("2012-01-01T00:10Z");
    const results = await inTurn(7, [
      ["2 actions (start-up)", () => run("2012-01-01T00:10Z")],
      ["a month, 8,928", () => run("2012-02-01T00:00Z")],
      ["a year, 105,120", () => run("2012-12-31T00:00Z")],
      ["a year, as JSON", () => run("2012-12-31T00:00Z", "--json")],
      ["a year, submitted late", () => run("2012-12-31T00:00Z", "--submitted", "2012-06-01T00:00Z", "--takes", "1m")],
    ]);
    const seconds = (name) => median(results.get(name).map((one) => one.seconds));
    for (const [name, runs] of results) {
      const beyond = seconds(name) - seconds("2 actions (start-up)");
      const megabytes = Math.max(...runs.map((one) => one.megabytes));
      say(
        `  ${name.padEnd(24)} ${spread(runs.map((one) => one.seconds))} s, ${megabytes} MB; beyond start-up ${beyond.toFixed(2)} s`,
      );
    }
  },

  async engines() {
    const input = await inputs();
    say(`  ${input.name}, 361 hours and 15 days`);
    const landed = join(work, "landed");
    say(`  landing                       ${(await land(input, landed)).seconds.toFixed(2)} s`);
    const spark = await sparkRun(landed);
    const results = await inTurn(3, [
      [
        "floor: DuckDB reads the files",
        () => measure(process.execPath, [join(root, "bench", "floor.mjs"), input.webLogs, input.sales], { cwd: root }),
      ],
      ["howdah run --as-range", () => runOn(fresh("range", landed), "--as-range")],
      ...(spark === undefined ? [] : [["the same SQL on Spark local[2]", spark]]),
    ]);
    for (const [name, times] of results)
      say(
        `  ${name.padEnd(30)} ${spread(times.map(({ seconds }) => seconds))} s, ${Math.max(...times.map(({ megabytes }) => megabytes))} MB`,
      );
    const seconds = (name) => median(results.get(name).map((one) => one.seconds));
    const ours = seconds("howdah run --as-range");
    say(`  times the floor               ${(ours / seconds("floor: DuckDB reads the files")).toFixed(1)}`);
    if (spark !== undefined)
      say(`  Spark's time / ours           ${(seconds("the same SQL on Spark local[2]") / ours).toFixed(1)}`);
  },

  async hours() {
    const input = await inputs();
    const landed = join(work, "landed-hours");
    await land(input, landed);
    const folder = fresh("hours", landed);
    const { seconds, megabytes } = await runOn(folder);
    const log = join(folder, "_howdah", "logs", readdirSync(join(folder, "_howdah", "logs"))[0]);
    const events = readFileSync(log, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const begun = new Map();
    const took = [];
    for (const { event, name, nominal, time } of events) {
      if (name !== "hourly") continue;
      if (event === "action.started") begun.set(nominal, Date.parse(time));
      if (event === "action.ran") took.push(Date.parse(time) - begun.get(nominal));
    }
    const slice = (from, to) => median(took.slice(from, to));
    say(`  ${input.name}: ${took.length} hours one by one in ${seconds.toFixed(1)} s, ${megabytes} MB`);
    say(`  an hour (all its actions)     ${spread(took, 0)} ms`);
    say(`  first, middle, last 60 hours  ${slice(0, 60)}, ${slice(150, 210)}, ${slice(-60)} ms`);
  },

  async operate() {
    const folder = join(work, "operate");
    const name = `howdah-bench-${process.pid}`;
    const remote = `/user/${userInfo().username}/howdah-bench-${process.pid}`;
    mkdirSync(folder);
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    writeFileSync(
      join(folder, "howdah.config.ts"),
      `import * as h from "howdah";
const w = h.workflow("${name}", { hour: "string" }, ({ hour }) => h.fs("mark", [h.mkdir(h.path\`${remote}/\${hour}\`)]));
export default h.defineConfig({ name: "bench", definitions: [w], targets: { there: h.sandbox({ root: "${remote}" }) } });
`,
    );
    const project = await loadProject(folder);
    const named = targetOf(project, "cluster");
    const cluster = openCluster(named, { root: folder });
    try {
      await cluster.oozie.buildVersion();
    } catch (error) {
      say(`  without a sandbox: ${error.message}`);
      cluster.close();
      return;
    }
    const { manifest, files } = build(project, named);
    for (const { path, content } of files)
      await cluster.hdfs.create(`${remote}/releases/${manifest.hash}/${path}`, content, { overwrite: true });
    await writeCurrent(cluster, manifest.hash, undefined, Date.now());
    const { "job.properties": properties } = Object.fromEntries(
      files.map(({ path, content }) => [path.split("/").at(-1), String(content)]),
    );
    const oozie = [howdah, "sandbox", "sh", "oozie"];
    const at = ["-oozie", String(named.target.oozie)];
    let count = 0;
    const submit = () => measure(process.execPath, [howdah, "submit", name, "-D", `hour=${++count}`], { cwd: folder });
    const run = () => {
      const file = join(folder, "job.properties");
      writeFileSync(file, `${properties}\nhour=${++count}\nuser.name=${userInfo().username}\n`);
      return measure(process.execPath, [...oozie, "job", ...at, "-config", file, "-run"], { cwd: folder });
    };
    try {
      const [first] = (await submit()).output.match(/\d+-\d+-\S+-W/) ?? [];
      const howdahRun = (...args) => measure(process.execPath, [howdah, ...args], { cwd: folder });
      const results = await inTurn(7, [
        ["bare Node", () => measure(process.execPath, ["-e", "0"])],
        ["howdah status --help", () => howdahRun("status", "--help")],
        ["howdah sandbox sh true", () => howdahRun("sandbox", "sh", "true")],
        ["howdah status", () => howdahRun("status")],
        ["howdah status ID", () => howdahRun("status", first)],
        ["oozie jobs", () => measure(process.execPath, [...oozie, "jobs", ...at])],
        ["oozie job -info ID", () => measure(process.execPath, [...oozie, "job", ...at, "-info", first])],
        ["howdah submit", submit],
        ["oozie job -run", run],
      ]);
      const wrapper = median(results.get("howdah sandbox sh true").map((one) => one.seconds));
      for (const [what, times] of results) {
        // What brings the client onto the path is no part of it.
        const own = times.map(({ seconds }) => seconds - (what.startsWith("oozie") ? wrapper : 0));
        say(`  ${what.padEnd(24)} ${spread(own)} s`);
      }
    } finally {
      for await (const { id } of cluster.oozie.workflows({ name })) await cluster.oozie.kill(id);
      await cluster.hdfs.rm(remote, { recursive: true, force: true });
      cluster.close();
    }
  },

  async scale() {
    const scales = (process.env.HOWDAH_BENCH_SCALES ?? "1,10,100").split(",").map(Number);
    for (const scale of scales) {
      const input = { ...(await generate(scale)), shift: "0" };
      const landed = join(work, `scale-${scale}`);
      const landing = await land(input, landed);
      rmSync(join(work, `raw-${scale}`), { recursive: true, force: true });
      const { seconds, megabytes } = await runOn(landed, "--as-range");
      const counted = await measure(
        process.execPath,
        [howdah, "query", "--data", landed, "--format", "csv", "select count(*) from processed.omniture"],
        { cwd: root },
      );
      const hits = Number(counted.output.trim().split("\n").at(-1));
      say(
        `  ${`${scale}x`.padStart(5)}: ${hits} hits; landing ${landing.seconds.toFixed(1)} s, ${landing.megabytes} MB; run ${seconds.toFixed(1)} s, ${((seconds / hits) * 1e6).toFixed(1)} µs a hit, ${megabytes} MB`,
      );
      rmSync(landed, { recursive: true, force: true });
    }
  },

  hive: () => onCluster(() => hive(say, root)),
  upload: () => onCluster(() => upload(say, root, work)),
  deploy: () => onCluster(() => deploy(say, root, work)),
  async pipeline() {
    const landed = join(work, "landed-pipeline");
    await onCluster(async () => {
      await land({ ...(await generate(1)), shift: "0" }, landed);
      await pipeline(say, root, landed);
    });
  },
};

/** Gives a task that runs the three jobs with `run_sql.py`, one process a job, or undefined without Spark. */
async function sparkRun(landed) {
  const spark = await findSpark();
  if ("reason" in spark) {
    say(`  without Spark: ${spark.reason}`);
    return undefined;
  }
  const project = await loadProject(root);
  const target = openTarget(project, targetOf(project, "folder").target, { folder: landed });
  const values = Object.fromEntries(
    target.values.names.flatMap((name) => {
      const value = target.values.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const jobs = [
    ["prepare", "20120301_00", "20120316_00"],
    ["map-session-sales", "20120301_00", "20120316_00"],
    ["daily-top-spenders", "20120301", "20120315"],
  ];
  const root_ = project.definitions.parameters.get("data");
  for (const [name] of jobs)
    writeFileSync(join(work, `${name}.json`), JSON.stringify(jobSpec(project.jobs.get(name), root_)));
  const script = join(root, "dist", "jobs", "spark", "run_sql.py");
  return async () => {
    const folder = fresh("spark", landed);
    writeFileSync(join(work, "values.json"), JSON.stringify(values).replaceAll(landed, folder));
    let seconds = 0;
    let megabytes = 0;
    for (const [name, from, to] of jobs) {
      const args = [
        script,
        join(work, `${name}.json`),
        "--from",
        from,
        "--to",
        to,
        "--parameters",
        join(work, "values.json"),
      ];
      const one = await measure(spark.python, args, { env: { ...spark.env, SPARK_LOCAL_DIRS: work } });
      seconds += one.seconds;
      megabytes = Math.max(megabytes, one.megabytes);
    }
    return { seconds, megabytes };
  };
}

const unknown = wanted.find((name) => !(name in sections));
if (unknown !== undefined) throw new Error(`there is no section ${unknown}: ${Object.keys(sections).join(", ")}`);
try {
  if (!existsSync(howdah)) throw new Error("run `npm run build` first");
  for (const [name, section] of Object.entries(sections)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    say(`${name}`);
    await section();
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
