import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "#src/project/cluster.js";
import { howdah, writeFile, type Ended } from "../support/command.js";
import { closedPort, faultProxy, standbyNameNode } from "../support/faults.js";
import { FaultySensors } from "./faultysensors.js";
import type { TestHdfs } from "./hdfs.js";

/** Commands on a real HDFS behind proxies: what they say when something fails on the way, and what is left there. */
describe("cluster: HDFS that fails", function () {
  this.timeout(180_000);
  const bytes = randomBytes(3_000_000);
  const sensors = new FaultySensors("hdfs-faults");
  let folder: string;
  let root: string;
  let hdfs: TestHdfs;
  let on: Cluster;

  before(() => {
    ({ folder, root, hdfs, on } = sensors);
    writeFileSync(join(folder, "big"), bytes);
    writeFile(join(folder, "a.csv"), "sensor,taken,value\na,2021-05-01 01:10,1\n");
  });

  const run = (...args: readonly string[]): Promise<Ended> => howdah([...args, "--target", "there"], folder);
  async function done(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await run(...args);
    assert.equal(code, 0, err);
    return out;
  }
  const landing = (hour: string): string => `${root}/landing/lines/date_ts=20210501_${hour}`;
  const ingest = (hour: string): readonly string[] => [
    "ingest",
    "lines",
    "--instance",
    `2021-05-01T${hour}:00Z`,
    "a.csv",
  ];

  it("reads and writes past a standby and a NameNode that is down, both before the active one", async () => {
    const standby = sensors.kept(await standbyNameNode());
    const dead = `http://localhost:${await closedPort()}`;
    sensors.configure({ webHdfs: [standby.url, dead, sensors.at.webHdfs] });
    await done("hdfs", "put", "big", `${root}/past/big`);
    assert.ok(bytes.equals(await hdfs.read(`${root}/past/big`)));
    assert.match(await done("hdfs", "ls", `${root}/past`), /3000000 .*\/past\/big$/m);
    await done("hdfs", "get", `${root}/past/big`, "back");
    await done(...ingest("01"));
    assert.deepEqual(await hdfs.list(landing("01")), ["_SUCCESS", "_howdah.json", "a.csv"]);
    // Each command asks it once, and remembers.
    assert.equal(standby.seen.length, 4);
  });

  it("writes past a standby that takes the first step, so that it shows at the DataNode alone", async () => {
    const standby = sensors.kept(await standbyNameNode());
    const { nameNode, dataNode } = await sensors.beforeDataNode();
    const half = sensors.kept(
      await faultProxy(nameNode.url, { redirect: (to) => to.replace(dataNode.url, standby.url) }),
    );
    sensors.configure({ webHdfs: [half.url, sensors.at.webHdfs] });
    await done("hdfs", "put", "big", `${root}/half/big`);
    assert.ok(bytes.equals(await hdfs.read(`${root}/half/big`)));
    assert.deepEqual(await hdfs.list(`${root}/half`), ["big"]);
    assert.ok(
      standby.seen.some((one) => one.startsWith("PUT ")),
      "the standby was asked to write",
    );
  });

  it("says that all are standbys", async () => {
    const [one, other] = [sensors.kept(await standbyNameNode()), sensors.kept(await standbyNameNode())];
    sensors.configure({ webHdfs: [one.url, other.url] });
    const { code, err } = await run("hdfs", "ls", "/");
    assert.equal(code, 5);
    for (const { port } of [one, other]) assert.match(err, new RegExp(`localhost:${port}: .*StandbyException`));
  });

  it("names the DataNode whose name is not known here, and finds it by the target's hosts", async () => {
    const before = await sensors.beforeDataNode();
    const { origin, port } = new URL(before.dataNode.url);
    const told = "dn1.nowhere.invalid";
    const nameNode = sensors.kept(
      await faultProxy(before.nameNode.url, { redirect: (to) => to.replace(origin, `http://${told}:${port}`) }),
    );
    sensors.configure({ webHdfs: nameNode.url });
    const { code, err } = await run("hdfs", "put", "big", `${root}/far/big`);
    assert.equal(code, 5);
    assert.match(err, new RegExp(`the DataNode ${told}:${port}: this machine cannot resolve the host's name`));
    assert.ok(err.includes(`\`hosts: { "${told}": "…" }\``), err);
    assert.match(err, /dfs\.datanode\.hostname.*HttpFS/);
    assert.deepEqual(await hdfs.list(`${root}/far`), undefined);
    sensors.configure({ webHdfs: nameNode.url, hosts: { [told]: "127.0.0.1" } });
    await done("hdfs", "put", "big", `${root}/far/big`);
    assert.ok(bytes.equals(await hdfs.read(`${root}/far/big`)));
  });

  it("brings a file through a DataNode that breaks in the middle, whole; leaves none where it does so always", async () => {
    const dataNode = await sensors.throughDataNode();
    let writes = 0;
    dataNode.decide = ({ method }) => (method === "PUT" && ++writes === 1 ? { cutBody: 1_000_000 } : undefined);
    await done("hdfs", "put", "big", `${root}/broken/big`);
    assert.equal(writes, 2);
    const whole = await on.hdfs.checksum(`${root}/broken/big`);

    dataNode.decide = ({ method }) => (method === "PUT" ? { cutBody: 1_000_000 } : undefined);
    const put = ["hdfs", "put", "big", `${root}/broken/again`];
    const { code, err } = await run(...put);
    assert.equal(code, 5);
    assert.match(
      err,
      new RegExp(`the NameNode sends us to the DataNode localhost:${dataNode.port}: the connection broke`),
    );
    assert.deepEqual(await hdfs.list(`${root}/broken`), ["big"]);
    dataNode.decide = () => undefined;
    await done(...put);
    assert.deepEqual(await on.hdfs.checksum(`${root}/broken/again`), whole);
    assert.deepEqual(await hdfs.list(`${root}/broken`), ["again", "big"]);
  });

  it("leaves no hour whose file does not come through; the same command puts it", async () => {
    const dataNode = await sensors.throughDataNode();
    dataNode.decide = ({ url }) => (url.includes("a.csv") ? { cutBody: 10 } : undefined);
    const { code, err } = await run(...ingest("02"));
    assert.equal(code, 5);
    assert.match(err, new RegExp(`the DataNode localhost:${dataNode.port}: the connection broke`));
    assert.deepEqual(await hdfs.list(landing("02")), undefined);
    assert.ok(!(await hdfs.list(`${root}/landing/lines`))!.some((one) => one.includes("new")));
    dataNode.decide = () => undefined;
    await done(...ingest("02"));
    assert.deepEqual(await hdfs.list(landing("02")), ["_SUCCESS", "_howdah.json", "a.csv"]);
  });

  it("says who may not do what where, and leaves all as it was", async () => {
    await on.hdfs.mkdir(`${root}/closed`, { permission: "700" });
    sensors.configure({ login: { user: "stranger" } });
    for (const [args, path, access] of [
      [["hdfs", "put", "big", `${root}/closed/big`], `${root}/closed`, "EXECUTE"],
      [ingest("03"), `${root}/locks`, "WRITE"],
      [["hdfs", "mv", `${root}/past`, `${root}/moved`], root, "WRITE"],
    ] as const) {
      const { code, err } = await run(...args);
      assert.equal(code, 5, err);
      assert.match(
        err,
        new RegExp(`Permission denied: user=stranger, access=${access}, inode="${path}"`),
        args.join(" "),
      );
      const owned = `${sensors.at.user}, who owns ${path}, may let you in; howdah hdfs stat ${path} shows who may do what`;
      assert.ok(err.includes(owned), err);
    }
    assert.deepEqual(await hdfs.list(`${root}/closed`), []);
    assert.deepEqual(await hdfs.list(landing("03")), undefined);
    assert.deepEqual(await hdfs.list(`${root}/past`), ["big"]);
  });
});
