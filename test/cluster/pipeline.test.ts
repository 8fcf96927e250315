import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleAuth } from "#src/connect/auth/index.js";
import { isBatchOver, livyClient, type Livy } from "#src/connect/livy.js";
import { isOver, oozieClient, type Oozie } from "#src/connect/oozie/index.js";
import { jobHistoryClient, yarnClient } from "#src/connect/yarn.js";
import { cluster } from "#src/index.js";
import type { Identity, PartitionRecord } from "#src/jobs/record.js";
import { query } from "#src/local/query.js";
import { clientPath } from "#src/sandbox/clients.js";
import { openSandbox, usualName } from "#src/sandbox/folder.js";
import { hours, instant, keys, landAll } from "../pipeline/six-hours.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { identitiesOf, loadOwnProject, rowsOf, runOn, withTarget, type Place } from "../support/project.js";
import { start } from "../support/spark.js";
import { TestHdfs } from "./hdfs.js";
import { releaseOf, type Release } from "./release.js";
import { until } from "./waiting.js";

/** The reference pipeline: what a cluster makes of two hours is what a laptop makes of them. */
describe("cluster: the pipeline", function () {
  this.timeout(1_800_000);
  const closing: { close(): unknown }[] = [];
  const also = <T extends { close(): unknown }>(thing: T): T => {
    closing.push(thing);
    return thing;
  };
  const [first, second] = [keys[0]!, keys[1]!];
  const from = new Date(instant(hours[0]!)).toISOString().replace(":00.000Z", "Z");
  let at: ClusterAddresses;
  let hdfs: TestHdfs;
  let oozie: Oozie;
  let livy: Livy;
  let folder = "";
  let place: Place;
  let root: string;
  let shipped: Release;

  before(async function () {
    at = needCluster(this);
    const auth = simpleAuth(at.user);
    hdfs = also(new TestHdfs(at));
    oozie = also(oozieClient({ url: at.oozie, auth }));
    livy = also(livyClient({ url: at.livy, auth }));
    folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
    const project = await loadOwnProject();
    place = { project, folder, given: { first_hour: from } };
    landAll(join(folder, "landing"));
    await runOn(place, { from: instant(hours[0]!), until: instant(hours[2]!), asRange: true });

    root = `/user/${at.user}/howdah-test/pipeline-${randomBytes(4).toString("hex")}`;
    const { nameNode, resourceManager, hiveServer2 } = at;
    const target = cluster({
      profile: "oozie5.2",
      ...{ nameNode, resourceManager, hiveServer2, root },
      hiveSite: true,
      parameters: { landing: `${root}/landing`, data: root },
    });
    shipped = await releaseOf(project, target, hdfs, { first_hour: from });
    await hdfs.put(`${root}/conf/hive-site.xml`, hiveSite(at));
    await hdfs.putFolder(join(folder, "landing"), `${root}/landing`);
    // Databases of a sandbox's own: what the tables of another run showed is beside them, and stays.
    await beeline(
      folder,
      [
        ...["warehouse", "processed", "raw"].map((name) => `drop database if exists ${name} cascade;`),
        shipped.textOf("hive/tables.hql"),
      ].join("\n"),
      { landing: `${nameNode}${root}/landing`, data: `${nameNode}${root}` },
    );
  });

  after(async function () {
    try {
      const tests = this.test?.parent?.tests ?? [];
      if (tests.length > 0 && tests.every(({ state }) => state === "passed")) await hdfs.remove(root);
    } finally {
      if (folder !== "") rmSync(folder, { recursive: true, force: true });
      for (const one of closing.splice(0).reverse()) await one.close();
    }
  });

  async function batch(job: string): Promise<void> {
    const values = { landing: `${at.nameNode}${root}/landing`, data: `${at.nameNode}${root}`, first_hour: from };
    const spec = JSON.parse(shipped.textOf(`jobs/${job}.json`)) as { parameters: { name: string }[] };
    const names = new Set(spec.parameters.map(({ name }) => name));
    const given = Object.entries(values).filter(([name]) => names.has(name));
    const { id } = await livy.post({
      file: `${shipped.folder}/jobs/run_sql.py`,
      name: `${job} ${root}`,
      files: [`${root}/conf/hive-site.xml`],
      args: [
        `${at.nameNode}${shipped.folder}/jobs/${job}.json`,
        ...["--from", first, "--to", second],
        ...given.flatMap(([name, value]) => ["-D", `${name}=${value}`]),
      ],
    });
    const over = await until(
      `batch ${id}`,
      () => livy.get(id),
      ({ state }) => isBatchOver(state),
      { seconds: 900 },
    );
    if (over.state !== "success") assert.fail(`${job}: ${over.state}\n${await logOf(over.appId)}`);
  }

  /** What the driver of an application said. */
  async function logOf(application: string | undefined): Promise<string> {
    if (application === undefined) return "no application";
    const yarn = also(yarnClient({ url: at.yarn }));
    const history = also(jobHistoryClient({ url: at.jobHistory }));
    const [attempt] = await yarn.attempts(application);
    const texts = ["stdout", "stderr"].map((name) => history.log(attempt!.container!, name, 6000).catch(String));
    return (await Promise.all(texts)).join("\n");
  }

  /** The identity of each partition, by its path. */
  async function identities(): Promise<Readonly<Record<string, Identity>>> {
    const records = await hdfs.find(root, /^(processed|warehouse)\/.*\/_howdah\.json$/);
    return Object.fromEntries(
      [...records].map(([path, text]) => [
        path.replace("/_howdah.json", ""),
        (JSON.parse(text) as PartitionRecord).identity,
      ]),
    );
  }

  it("makes by Livy, of two hours as one range, what a laptop makes", async () => {
    await batch("prepare");
    await batch("map-session-sales");
    await assertSame();
    assert.equal(await hiveRows(), await localRows());
  });

  it("makes by Oozie the hour after them", async () => {
    await runOn(place, { from: instant(hours[0]!), until: instant(hours[3]!), asRange: true });
    const properties = { ...shipped.propertiesOf("workflow", "prepare-hour"), hour: keys[2]! };
    const id = await oozie.submit(properties, { start: true });
    const job = await until(
      `workflow ${id}`,
      () => oozie.workflow(id),
      ({ status }) => isOver(status),
      { seconds: 900 },
    );
    if (job.status !== "SUCCEEDED") {
      const failed = job.actions.find(({ errorCode }) => errorCode !== undefined);
      const child =
        failed?.childIds[0]?.replace("job_", "application_") ?? failed?.externalId?.replace("job_", "application_");
      assert.fail(`${job.status} ${JSON.stringify(failed, undefined, 1)}\n${await logOf(child)}`);
    }
    await assertSame();
    assert.equal(await hiveRows(), await localRows());
  });

  async function assertSame(): Promise<void> {
    assert.deepEqual(await identities(), identitiesOf(folder));
    const copy = mkdtempSync(join(tmpdir(), "howdah-test-"));
    try {
      for (const name of ["processed", "warehouse"]) await hdfs.getFolder(`${root}/${name}`, join(copy, name));
      assert.deepEqual(await rowsOf({ ...place, folder: copy }), await rowsOf(place));
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }

  /** Sale times as HiveServer2 shows them. */
  function hiveRows(): Promise<string> {
    return beeline(folder, `${saleTimes};\n`);
  }

  async function localRows(): Promise<string> {
    const lines: string[] = [];
    await withTarget(place, (target) =>
      query(target, { sql: saleTimes }, async ({ rows }) => {
        for await (const row of rows) lines.push(row.map(String).join("\t"));
      }),
    );
    return `${lines.join("\n")}\n`;
  }
});

const saleTimes = `select date_ts, kind, cast(sale_ts as string), cast(invoicedate as string)
from processed.sales order by date_ts, sale_ts`;

function hiveSite({ metastore }: ClusterAddresses): string {
  const property = `<property><name>hive.metastore.uris</name><value>${metastore}</value></property>`;
  return `<configuration>${property}</configuration>\n`;
}

/** Runs HiveQL with Hive's own client, and gives its output. */
async function beeline(
  folder: string,
  text: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  const file = join(folder, "script.hql");
  writeFileSync(file, text);
  const given = Object.entries(variables).flatMap(([name, value]) => ["--hivevar", `${name}=${value}`]);
  const options = ["--silent=true", "--outputformat=tsv2", "--showHeader=false", ...given, "-f", file];
  const { exitCode, stdout, stderr } = await start(clientPath(openSandbox(usualName()), "beeline"), options);
  assert.equal(exitCode, 0, stdout + stderr);
  return stdout;
}
