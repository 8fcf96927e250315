// The reference pipeline on a sandbox of its own: a day of hours as one range through Livy, and hours one by one through Oozie.
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { simpleAuth } from "../dist/connect/auth/index.js";
import { oozieClient } from "../dist/connect/oozie/index.js";
import { WebHdfs } from "../dist/connect/webhdfs/index.js";
import { openSandbox } from "../dist/sandbox/folder.js";
import { measure, spread } from "./measure.mjs";

const name = "howdah-bench";
const user = userInfo().username;
const tables = ["processed", "warehouse"];
const at = (hour) => new Date(Date.UTC(2012, 2, 1, hour)).toISOString().replace(":00.000Z", "Z");
const key = (hour) => at(hour).replace(/^(\d+)-(\d+)-(\d+)T(\d+).*$/, "$1$2$3_$4");

/** `data` holds landed hours, those of the first day among them. */
export async function pipeline(say, root, data) {
  const hours = Number(process.env.HOWDAH_BENCH_HOURS ?? 3);
  const howdah = (...args) =>
    measure(process.execPath, [join(root, "bundle", "howdah.js"), ...args], {
      cwd: root,
      env: { ...process.env, HOWDAH_SANDBOX: name },
    });
  const there = ["--target", "sandbox"];
  const day = ["--from", at(0), "--until", at(24)];
  let servers;
  try {
    await howdah("sandbox", "up", "--port-offset", process.env.HOWDAH_BENCH_PORT_OFFSET ?? "800");
    servers = open(openSandbox(name).ports);
    await howdah("setup", ...there);
    await howdah("ingest", ...there, "--from-folder", join(data, "landing"), ...day);
    const jobs = ["prepare", "map-session-sales"];
    const submit = ["spark", "submit", ...jobs, ...there, ...day, "-D", `first_hour=${at(0)}`];
    const livy = await servers.counted(() => howdah(...submit));
    say(`  24 hours as one range by Livy   ${livy.seconds.toFixed(1)} s, ${livy.containers} containers`);
    for (const one of tables) await servers.hdfs.rm(`/data/${one}`, { recursive: true, force: true });

    const oozie = await servers.counted(async () => {
      await howdah("submit", "marketing", ...there, "--start", at(0), "--end", at(hours));
      await howdah("watch", "hourly", ...there);
    });
    const each = await servers.hours(hours);
    const seconds = each.map(({ whole }) => whole);
    say(
      `  an hour through Oozie           ${spread(seconds, 1)} s of ${hours}, ${oozie.containers / hours} containers`,
    );
    for (const part of ["register-raw", "Spark's launcher", "Spark's start", "Spark's work"])
      say(
        `    ${part.padEnd(30)}${spread(
          each.map((one) => one[part]),
          1,
        )} s`,
      );
    const sum = (24 * seconds.reduce((all, one) => all + one, 0)) / hours;
    say(`  24 such hours                   ${sum.toFixed(0)} s, ${(sum / livy.seconds).toFixed(1)} times the range`);
  } finally {
    servers?.close();
    await howdah("sandbox", "reset", "--yes");
  }
}

/** What the servers of the sandbox tell of what ran. */
function open(ports) {
  const hdfs = new WebHdfs({ url: `http://localhost:${ports["namenode-web"]}`, auth: simpleAuth(user) });
  const oozie = oozieClient({ url: `http://localhost:${ports.oozie}/oozie`, auth: simpleAuth(user) });
  const yarn = `http://localhost:${ports["resourcemanager-web"]}`;
  const json = async (path) => (await fetch(`${yarn}${path}`)).json();

  /** YARN's own count of containers since it started. It keeps what it tells for ten seconds. */
  async function containers() {
    await sleep(11_000);
    const { beans } = await json("/jmx?qry=Hadoop:service=ResourceManager,name=QueueMetrics,q0=root");
    return beans[0].AggregateContainersAllocated;
  }

  return {
    hdfs,
    async counted(work) {
      const before = await containers();
      const started = performance.now();
      await work();
      const seconds = (performance.now() - started) / 1000;
      return { seconds, containers: (await containers()) - before };
    },
    /** Where the seconds of each hour went, by what Oozie, YARN and the hour's own record tell. */
    async hours(count) {
      const { apps } = await json("/ws/v1/cluster/apps?applicationTypes=SPARK");
      const runs = [];
      for await (const { id } of oozie.workflows({ name: "prepare-hour" })) runs.push(await oozie.job(id));
      runs.sort((a, b) => a.start - b.start);
      if (runs.length !== count) throw new Error(`${runs.length} hours ran instead of ${count}`);
      const parts = runs.map(async ({ start, end, actions }, hour) => {
        const [register, spark] = ["hive2", "spark"].map((type) => actions.find((action) => action.type === type));
        const app = apps.app.find((one) => one.name.endsWith(` ${key(hour)}`) && one.startedTime > spark.start);
        const record = await hdfs.cat(`/data/processed/omniture/date_ts=${key(hour)}/_howdah.json`);
        const begun = Date.parse(JSON.parse(String(record)).run.started);
        const found = {
          "register-raw": register.end - register.start,
          "Spark's launcher": app.startedTime - spark.start,
          "Spark's start": begun - app.startedTime,
          "Spark's work": app.finishedTime - begun,
        };
        const all = { ...found, whole: end - start };
        return Object.fromEntries(Object.entries(all).map(([what, ms]) => [what, ms / 1000]));
      });
      return Promise.all(parts);
    },
    close() {
      hdfs.close();
      oozie.close();
    },
  };
}
