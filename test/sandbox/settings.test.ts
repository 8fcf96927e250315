import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { XmlDocument } from "libxml2-wasm";
import { clientEnvironment, clientNames, writeClients } from "#src/sandbox/clients.js";
import { openSandbox, writeSandbox, type Choices } from "#src/sandbox/folder.js";
import { launchOf } from "#src/sandbox/launch.js";
import { defaultPorts, portNames } from "#src/sandbox/ports.js";
import { serviceNames, services, servicesOf, withNeeds } from "#src/sandbox/services.js";
import { fill, hadoopXml, parseSettings, renderSettings, settingsFiles, writeSettings } from "#src/sandbox/settings.js";
import { freshFolders } from "../support/folders.js";
import { partsOf, sandboxIn } from "./installed.js";

describe("settings of the sandbox", () => {
  const folderOf = freshFolders();
  const rendered = (choices: Partial<Choices> = {}): Readonly<Record<string, string>> =>
    renderSettings(partsOf(sandboxIn(folderOf(), choices)));
  const values = (xml: string): ReadonlyMap<string, string> =>
    new Map([...xml.matchAll(/<name>(.*?)<\/name><value>(.*?)<\/value>/g)].map(([, name, value]) => [name!, value!]));

  it("are filled in, and are the XML of Hadoop's configurations", () => {
    for (const [path, text] of Object.entries(rendered())) {
      assert.doesNotMatch(text, /\{\{|undefined/, path);
      if (path.endsWith(".xml")) XmlDocument.fromString(text).dispose();
    }
  });

  it("hold no variable but those that the servers themselves fill in", () => {
    const variables = Object.values(rendered()).flatMap((text) =>
      [...text.matchAll(/\$\{(.*?)\}/g)].map(([, name]) => name),
    );
    assert.deepEqual(new Set(variables), new Set(["hive.session.id", "oozie.log.dir", "oozie.instance.id"]));
  });

  it("name the user who runs them, not root", () => {
    const files = rendered();
    const core = values(files["hadoop/core-site.xml"]!);
    assert.equal(core.get("hadoop.proxyuser.alice.hosts"), "*");
    for (const [path, text] of Object.entries(files))
      assert.doesNotMatch(text, /proxyuser\.root|user[^\n]{0,40}>root<|\/root\//, path);
  });

  it("listen on this machine alone: no wildcard address", () => {
    for (const [path, text] of Object.entries(rendered())) assert.doesNotMatch(text, /\b0\.0\.0\.0\b|\[::\]/, path);
  });

  it("move with the ports: of the usual numbers none is left", () => {
    const moved = Object.values(rendered({ portOffset: 5000 })).join("\n");
    for (const name of portNames) assert.doesNotMatch(moved, new RegExp(`[:>= ]${defaultPorts[name]}\\b`), name);
    const one = values(rendered({ portOffset: 5000, ports: { oozie: 4321 } })["oozie/oozie-site.xml"]!);
    assert.ok([...one.values()].some((value) => value.includes("4321")));
  });

  it("of a small sandbox give YARN and the servers less memory", () => {
    const memory = (small: boolean): string =>
      values(rendered({ small })["hadoop/yarn-site.xml"]!).get("yarn.nodemanager.resource.memory-mb")!;
    assert.deepEqual([memory(false), memory(true)], ["8192", "3072"]);
    for (const name of serviceNames) {
      const heap = (small: boolean): number => {
        const { args } = launchOf(name, partsOf(sandboxIn(folderOf(), { small })));
        return Number(/^-Xmx(\d+)m$/.exec(args.find((arg) => arg.startsWith("-Xmx"))!)![1]);
      };
      assert.ok(heap(true) < heap(false), name);
    }
  });

  for (const file of settingsFiles)
    it(`of ${file} can be set, new ones and old ones, in that file alone`, () => {
      const before = rendered();
      const after = rendered({ set: { [file]: { "a.new-one": "{{user}} <&> $&" } } });
      const changed = Object.keys(after).filter(
        (path) => after[path]!.replaceAll(/howdah-test-\w+/g, "") !== before[path]!.replaceAll(/howdah-test-\w+/g, ""),
      );
      const own = changed.filter((path) => !path.startsWith("client/"));
      assert.equal(own.length, 1, changed.join(", "));
      assert.ok(own[0]!.includes(file === "livy" ? "livy.conf" : file), own[0]);
      const text = own[0]!.endsWith(".xml") ? "alice &lt;&amp;&gt; $&amp;" : "alice <&> $&";
      assert.ok(after[own[0]!]!.includes(text), after[own[0]!]);
      const old = /(?:<name>|^)([\w.-]+)(?:<\/name><value>| = | )/m.exec(before[own[0]!]!)![1]!;
      const set = rendered({ set: { [file]: { [old]: "of-mine" } } })[own[0]!]!;
      assert.equal(set.split(`${old}<`).length + set.split(`\n${old} `).length + Number(set.startsWith(`${old} `)), 3);
      assert.match(set, new RegExp(`${old}(</name><value>| = | )of-mine`));
    });

  it("say what may be filled in, when something else is asked for", () => {
    assert.throws(() => rendered({ set: { "oozie-site": { a: "{{prot.oozie}}" } } }), {
      code: "SETTING",
      message: /there is no \{\{prot.oozie\}\}, did you mean port.oozie\?/,
      where: "--set oozie-site:a",
    });
    assert.throws(() => fill("{{constructor}}", {}, "x"), { code: "SETTING" });
  });

  it("are read strictly, a mistake with its line", () => {
    assert.deepEqual(
      [...parseSettings("# c\na = b = c\n\nd=\n", "f")],
      [
        ["a", "b = c"],
        ["d", ""],
      ],
    );
    assert.throws(() => parseSettings("a = 1\nnonsense\n", "f"), { code: "SETTING", where: "f:2" });
    assert.throws(() => parseSettings("a = 1\na = 2\n", "f"), { code: "SETTING", where: "f:2" });
    assert.equal(
      hadoopXml(new Map([["a", "<b>&"]])).split("\n")[2],
      "  <property><name>a</name><value>&lt;b&gt;&amp;</value></property>",
    );
  });

  it("are written where they differ, and not touched otherwise", () => {
    const folder = folderOf();
    const parts = partsOf(sandboxIn(folder));
    writeSettings(parts);
    const file = join(folder, "conf/oozie/oozie-site.xml");
    const { mtimeNs, ino } = statSync(file, { bigint: true });
    writeSettings(parts);
    assert.deepEqual([statSync(file, { bigint: true }).mtimeNs, statSync(file, { bigint: true }).ino], [mtimeNs, ino]);
    writeSettings(partsOf(sandboxIn(folder, { set: { "oozie-site": { a: "b" } } })));
    assert.match(readFileSync(file, "utf8"), /<name>a<\/name><value>b</);
    assert.ok(existsSync(join(folder, "conf/oozie/action-conf")), "Oozie does not start without it");
  });

  it("of parts that are not there are not written", () => {
    const files = renderSettings(partsOf(sandboxIn(folderOf()), ["hadoop"]));
    assert.deepEqual(
      Object.keys(files).filter((path) => /site.xml|\.conf$/.test(path) && !/^(hadoop|client)\//.test(path)),
      [],
    );
  });

  it("and the choices are kept with the sandbox", () => {
    const sandboxes = folderOf();
    const choices = { portOffset: 3000, ports: { oozie: 1234 }, small: true, set: { livy: { a: "b" } } };
    writeSandbox(sandboxIn(join(sandboxes, "tests"), choices));
    const { choices: kept, ports } = openSandbox("tests", sandboxes);
    assert.deepEqual(kept, choices);
    assert.deepEqual([ports.oozie, ports.livy], [1234, defaultPorts.livy + 3000]);
    for (const name of ["", "..", "a/b", "A", "-a"])
      assert.throws(() => openSandbox(name, sandboxes), { code: "USAGE" });
  });
});

describe("the launch of servers", () => {
  const folderOf = freshFolders();

  for (const name of serviceNames)
    it(`of ${name}: nothing of the user's own Hadoop, and only into the sandbox's folders`, () => {
      process.env["HADOOP_OPTS"] = "-Dof.the.user=1";
      try {
        const sandbox = sandboxIn(folderOf());
        const { command, args, env, cwd, log } = launchOf(name, partsOf(sandbox));
        assert.equal(command, "/java/bin/java");
        assert.ok(args.includes(services[name].main));
        assert.equal(env["HADOOP_OPTS"], undefined);
        for (const path of [cwd, log, env["TMPDIR"]!]) assert.ok(path.startsWith(`${sandbox.folder}/`), path);
        assert.ok(args.some((arg) => arg === `-Djava.io.tmpdir=${sandbox.data}/tmp`));
        const agent = args.some((arg) => arg.startsWith("-javaagent:"));
        assert.equal(agent, services[name].bindsAll === true);
        assert.doesNotMatch(JSON.stringify([args, env]), /undefined|\{\{/);
      } finally {
        delete process.env["HADOOP_OPTS"];
      }
    });

  it("puts what HTTP needs first on HiveServer2's class path, when it speaks HTTP", () => {
    const path = (set: Choices["set"]): string =>
      launchOf("hiveserver2", partsOf(sandboxIn(folderOf(), { set }))).env["HADOOP_CLASSPATH"]!.split(":")[0]!;
    assert.match(path({ "hive-site": { "hive.server2.transport.mode": "http" } }), /http\.jar$/);
    assert.match(path({}), /conf\/hive$/);
  });

  it("follows an order in which all can start, whatever parts are wanted", () => {
    assert.deepEqual(withNeeds(["oozie"]), ["hdfs", "yarn", "oozie"]);
    assert.deepEqual(servicesOf(["hive"]), ["namenode", "datanode", "metastore", "hiveserver2"]);
    const before = new Set<string>(["format", "folders", "share-library", "spark-events"]);
    for (const name of serviceNames) {
      for (const need of services[name].needs) assert.ok(before.has(need), `${name} before ${need}`);
      before.add(name);
    }
  });
});

describe("the clients of a sandbox", () => {
  const folderOf = freshFolders();

  it("are scripts that the shell takes, one for each command, and an environment", () => {
    const folder = join(folderOf(), "a 'quoted' folder");
    const parts = partsOf(sandboxIn(folder));
    writeClients(parts);
    for (const name of clientNames) {
      const { status, stderr } = spawnSync("/bin/sh", ["-n", join(folder, "bin", name)], { encoding: "utf8" });
      assert.equal(status, 0, `${name}: ${stderr}`);
      assert.ok((statSync(join(folder, "bin", name)).mode & 0o111) !== 0, name);
    }
    const script = '. "$0"; printf "%s\\n" "$HADOOP_CONF_DIR" "$OOZIE_URL" "$PATH"';
    const { stdout } = spawnSync("/bin/sh", ["-c", script, join(folder, "bin/env.sh")], {
      encoding: "utf8",
      env: { PATH: "/bin" },
    });
    const environment = clientEnvironment(parts);
    assert.deepEqual(stdout.split("\n").slice(0, 3), [
      environment["HADOOP_CONF_DIR"],
      "http://localhost:11000/oozie",
      `${join(folder, "bin")}:/bin`,
    ]);
  });

  it("say which verbs they know", () => {
    const folder = folderOf();
    writeClients(partsOf(sandboxIn(folder)));
    const { status, stderr } = spawnSync(join(folder, "bin/hdfs"), ["dsf"], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /^hdfs: the sandbox knows dfs, dfsadmin/);
  });

  it("of parts that are not there are not written", () => {
    const folder = folderOf();
    writeClients(partsOf(sandboxIn(folder), ["hadoop"]));
    assert.deepEqual(
      clientNames.filter((name) => existsSync(join(folder, "bin", name))),
      ["hadoop", "hdfs", "mapred", "yarn"],
    );
  });
});
