import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cluster } from "#src/index.js";
import { openCluster } from "#src/project/cluster.js";
import { hiveSiteSource, readHadoopXml } from "#src/project/hadoopconf.js";
import { placeHiveSite } from "#src/release/hivesite.js";
import { standInCluster } from "../connect/namenode.js";
import { errorOf, localServers } from "../connect/servers.js";
import { freshFolders } from "../support/folders.js";

const xml = (settings: Readonly<Record<string, string>>): string =>
  `<?xml version="1.0"?>\n<configuration>${Object.entries(settings)
    .map(([name, value]) => `<property><name>${name}</name><value>${value}</value></property>`)
    .join("\n")}</configuration>\n`;

describe("a configuration of Hadoop", () => {
  const settings = async (text: string) => Object.fromEntries(await readHadoopXml(text, "hive-site.xml"));

  it("is read as Hadoop reads it", async () => {
    assert.deepEqual(
      await settings(`<configuration>
        <!-- <property><name>a</name><value>no</value></property> -->
        <property><name> a </name><value>1 &amp; &lt;2&gt;</value><description>x</description></property>
        <property><name>b</name><value>first</value><final>true</final></property>
        <property><name>b</name><value>second</value></property>
        <property><name>c</name><value>first</value></property>
        <property><name>c</name><value>second</value></property>
        <property name="d" value="by attribute"/>
        <property><name>e</name><value><![CDATA[<f>]]></value></property>
        <property><name>empty</name><value></value></property>
        <property><name>none</name></property>
      </configuration>`),
      { a: "1 & <2>", b: "first", c: "second", d: "by attribute", e: "<f>", empty: "" },
    );
    assert.deepEqual(await settings("<configuration/>"), {});
  });

  it("is refused with the line where it is none", async () => {
    const message = async (text: string) => String(await errorOf(settings(text)));
    assert.match(await message("<configuration>\n<property>\n</configuration>"), /Unexpected close tag, line 2/);
    assert.match(await message("<project/>"), /outermost element is not <configuration>/);
    assert.match(
      await message("<configuration><property><value>1</value></property></configuration>"),
      /has no <name>/,
    );
    assert.match(await message('<configuration><xi:include href="b.xml"/></configuration>'), /includes another file/);
    assert.match(await message(""), /outermost/);
  });
});

describe("where hive-site.xml comes from", () => {
  const folder = freshFolders();

  it("is the target's own path, else HIVE_CONF_DIR, else HADOOP_CONF_DIR, else an error that says so", async () => {
    const root = folder();
    for (const one of ["conf", "hive", "hadoop"]) {
      mkdirSync(join(root, one));
      if (one !== "hive") writeFileSync(join(root, one, "hive-site.xml"), xml({}));
    }
    const env = { HIVE_CONF_DIR: join(root, "hive"), HADOOP_CONF_DIR: join(root, "hadoop") };
    assert.equal(hiveSiteSource({}, root, env), undefined);
    assert.equal(hiveSiteSource({ hiveSite: false }, root, env), undefined);
    assert.equal(hiveSiteSource({ hiveSite: "conf/hive-site.xml" }, root, env), join(root, "conf/hive-site.xml"));
    assert.equal(hiveSiteSource({ hiveSite: true }, root, env), join(root, "hadoop/hive-site.xml"));
    writeFileSync(join(root, "hive", "hive-site.xml"), xml({}));
    assert.equal(hiveSiteSource({ hiveSite: true }, root, env), join(root, "hive/hive-site.xml"));
    const refused = async (hiveSite: true | string, from: NodeJS.ProcessEnv) =>
      String(await errorOf(Promise.resolve().then(() => hiveSiteSource({ hiveSite }, root, from))));
    assert.match(await refused(true, {}), /neither HIVE_CONF_DIR nor HADOOP_CONF_DIR is set/);
    assert.match(await refused(true, { HADOOP_CONF_DIR: root }), /there is no hive-site.xml in/);
    assert.match(await refused("other.xml", env), /no such file/);
  });
});

describe("placing hive-site.xml", () => {
  const servers = localServers();
  const folder = freshFolders();

  async function surroundings() {
    const standIn = servers.also(await standInCluster());
    const target = cluster({
      profile: "oozie5.2",
      nameNode: "hdfs://nn:8020",
      webHdfs: standIn.url,
      resourceManager: "rm:8032",
      root: "/p",
    });
    const source = join(folder(), "hive-site.xml");
    const opened = servers.also(openCluster({ name: "there", target }, { root: "/nowhere" }));
    return { standIn, source, opened, there: () => standIn.files.get("/p/conf/hive-site.xml")?.toString() };
  }

  it("puts it there, does nothing the second time, and replaces it when it changed, showing the settings", async () => {
    const { standIn, source, opened, there } = await surroundings();
    writeFileSync(source, xml({ "hive.a": "1", "hive.b": "2" }));
    const first = await placeHiveSite(opened, source);
    assert.deepEqual([first.state, first.changes.length], ["new", 2]);
    assert.equal(there(), xml({ "hive.a": "1", "hive.b": "2" }));

    standIn.seen.length = 0;
    assert.equal((await placeHiveSite(opened, source)).state, "same");
    assert.deepEqual(standIn.seen, ["OPEN /p/conf/hive-site.xml", "dn OPEN /p/conf/hive-site.xml"]);

    writeFileSync(source, xml({ "hive.a": "3", "hive.c": "4" }));
    const expected = [
      { name: "hive.a", before: "1", after: "3" },
      { name: "hive.b", before: "2" },
      { name: "hive.c", after: "4" },
    ];
    const dry = await placeHiveSite(opened, source, { dryRun: true });
    assert.deepEqual([dry.state, dry.changes], ["changed", expected]);
    assert.equal(there(), xml({ "hive.a": "1", "hive.b": "2" }));
    const changed = await placeHiveSite(opened, source);
    assert.deepEqual([changed.state, changed.changes], ["changed", expected]);
    assert.equal(there(), xml({ "hive.a": "3", "hive.c": "4" }));
    assert.deepEqual([...standIn.files.keys()].sort(), ["/", "/p", "/p/conf", "/p/conf/hive-site.xml"]);
  });

  it("shows no password, and lets others not read a file that holds one", async () => {
    const { standIn, source, opened } = await surroundings();
    const url = "jdbc:mysql://db/hive?user=hive&amp;password=hunter3";
    const named = { "javax.jdo.option.ConnectionPassword": "hunter2", "javax.jdo.option.ConnectionURL": url };
    writeFileSync(source, xml(named));
    const placed = await placeHiveSite(opened, source);
    assert.doesNotMatch(JSON.stringify(placed), /hunter/);
    assert.deepEqual(
      placed.changes.map(({ after }) => after),
      ["***", "jdbc:mysql://db/hive?user=hive&password=***"],
    );
    assert.equal(placed.secret, true);
    assert.ok(standIn.asked.some((query) => query.includes("op=CREATE") && query.includes("permission=640")));
  });

  it("replaces what is no configuration, and refuses to place what is none", async () => {
    const { standIn, source, opened, there } = await surroundings();
    standIn.files.set("/p", undefined).set("/p/conf", undefined);
    standIn.files.set("/p/conf/hive-site.xml", Buffer.from("<broken"));
    writeFileSync(source, xml({ a: "1" }));
    assert.equal((await placeHiveSite(opened, source)).state, "changed");
    writeFileSync(source, "a=1");
    assert.match(String(await errorOf(placeHiveSite(opened, source))), /this is no configuration of Hadoop/);
    assert.equal(there(), xml({ a: "1" }));
  });
});
