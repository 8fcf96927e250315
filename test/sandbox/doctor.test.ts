import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { examine, examinePackages, thisMachine, type Finding, type Machine } from "#src/sandbox/doctor.js";
import { hints } from "#src/sandbox/hints.js";
import { fetchPackages } from "#src/sandbox/packages.js";
import { checkPorts, outgoingPorts, portsOf } from "#src/sandbox/ports.js";
import { endProcesses, launchServer, markedProcesses } from "#src/sandbox/process.js";
import { writeSandbox } from "#src/sandbox/folder.js";
import type { ServiceName } from "#src/sandbox/services.js";
import { closedPort } from "../support/faults.js";
import { freshFolders } from "../support/folders.js";
import { until } from "../support/until.js";
import { launchOf } from "./fleet.js";
import { sandboxIn } from "./installed.js";
import { fakePrograms } from "./programs.js";
import { tinyPackages } from "./tinypackages.js";

const gigabyte = 1024 ** 3;

describe("howdah sandbox doctor", () => {
  const folderOf = freshFolders();

  /** A machine with these programs alone, and what a test changes of it. */
  function machine(folder: string, changes: Partial<Machine> = {}): Machine & ReturnType<typeof fakePrograms> {
    const programs = fakePrograms(folder, join(folder, "repository"));
    return {
      ...programs,
      ...thisMachine(),
      env: { PATH: programs.folder, JAVA_HOME: join(programs.folder, "java") },
      javaFolders: [],
      memory: 16 * gigabyte,
      freeMemory: 12 * gigabyte,
      hostName: "localhost",
      outgoing: undefined,
      ...changes,
    };
  }

  const find = async (name: Finding["name"], on: Machine, folder = folderOf(), small = false): Promise<Finding> => {
    const findings = await examine(sandboxIn(join(folder, "not/made/yet"), { small }), [], on);
    return findings.find((finding) => finding.name === name)!;
  };

  it("finds nothing amiss on a machine that has all", async () => {
    const folder = folderOf();
    const findings = await examine(sandboxIn(folder), [], machine(folder));
    const amiss = findings.filter(({ verdict, name }) => verdict !== "good" && name !== "disk");
    assert.deepEqual(amiss, []);
    assert.deepEqual(
      findings.map(({ name }) => name),
      ["java", "maven", "python", "memory", "disk", "host name", "ports"],
    );
  });

  for (const [version, verdict, found] of [
    [11, "missing", /^Java 11 in .*; the servers need Java 17$/],
    [8, "missing", /^Java 8 /],
    [21, "doubtful", /tried on 17 alone/],
    [25, "missing", /^Java 25 in .*; the servers need Java 17$/],
  ] as const)
    it(`judges Java ${version}: ${verdict}`, async () => {
      const folder = folderOf();
      const on = machine(folder);
      on.java(version);
      const finding = await find("java", on);
      assert.equal(finding.verdict, verdict);
      assert.match(finding.found, found);
    });

  it("takes the Java 17 that is installed beside another one of JAVA_HOME", async () => {
    const folder = folderOf();
    const on = machine(folder, { javaFolders: [join(folder, "jvm")] });
    on.java(11);
    mkdirSync(join(folder, "jvm/seventeen/bin"), { recursive: true });
    const text = readFileSync(join(on.folder, "java/bin/java"), "utf8");
    const seventeen = text.replaceAll(join(on.folder, "java"), join(folder, "jvm/seventeen")).replace("= 11", "= 17");
    writeFileSync(join(folder, "jvm/seventeen/bin/java"), seventeen, { mode: 0o755 });
    const finding = await find("java", on);
    assert.deepEqual([finding.verdict, finding.found], ["good", `Java 17 in ${join(folder, "jvm/seventeen")}`]);
  });

  it("says how to get what is not there, for three systems", async () => {
    const empty = { env: { PATH: folderOf() }, javaFolders: [] };
    for (const name of ["java", "maven", "python"] as const) {
      const finding = await find(name, machine(folderOf(), empty));
      assert.equal(finding.verdict, "missing");
      assert.match(finding.found, /^no (java|mvn|python3)/);
      assert.deepEqual(finding.hints, hints[name]);
      assert.deepEqual(
        finding.hints.map(({ system }) => system),
        ["Debian, Ubuntu", "Fedora", "macOS"],
      );
    }
  });

  for (const [what, complaints, verdict, found] of [
    [
      "without venv",
      { module: 'ModuleNotFoundError: No module named "venv"'.replaceAll('"', "") },
      "missing",
      /python3/,
    ],
    ["3.7", { version: "3.7" }, "missing", /^Python 3.7; Spark 3.5 needs 3.8$/],
    ["3.13", { version: "3.13" }, "doubtful", /tried on 3.11/],
  ] as const)
    it(`judges a Python ${what}: ${verdict}`, async () => {
      const on = machine(folderOf());
      on.python(complaints);
      const finding = await find("python", on);
      assert.equal(finding.verdict, verdict);
      assert.match(finding.found, found);
    });

  it("names the module that a Python lacks", async () => {
    const on = machine(folderOf());
    const python = `#!/bin/sh\necho "ModuleNotFoundError: No module named 'ensurepip'" >&2; exit 1\n`;
    writeFileSync(join(on.folder, "python3"), python);
    const { found, hints: how } = await find("python", on);
    assert.match(found, /^python3 without its module ensurepip/);
    assert.match(how![0]!.command, /python3-venv/);
  });

  it("judges memory by what is free, and knows the small way", async () => {
    const verdicts = async (free: number, small: boolean): Promise<string> => {
      const { verdict, next } = await find(
        "memory",
        machine(folderOf(), { freeMemory: free * gigabyte }),
        undefined,
        small,
      );
      return `${verdict}${next?.includes("--small") === true ? " --small" : ""}`;
    };
    assert.deepEqual(
      [await verdicts(8, false), await verdicts(4, false), await verdicts(1, false), await verdicts(4.5, true)],
      ["good", "doubtful --small", "missing --small", "good"],
    );
  });

  it("knows a host name that does not resolve, and the line that mends it", async () => {
    const finding = await find("host name", machine(folderOf(), { hostName: "no-such-host.invalid" }));
    assert.equal(finding.verdict, "missing");
    assert.equal(finding.next, "add the line `127.0.0.1 no-such-host.invalid` to /etc/hosts");
  });

  it("names the process that holds a port: a stranger, or a server of another sandbox", async () => {
    const [folder, other] = [folderOf(), folderOf()];
    const [oozie, livy] = [await closedPort(), await closedPort()];
    const script = `require("node:net").createServer().listen(${oozie}, "127.0.0.1")`;
    const stranger = spawn(process.execPath, ["-e", script, "--", "their-program"], { stdio: "ignore" });
    const sandbox = sandboxIn(other);
    writeSandbox(sandbox);
    try {
      const { pid } = launchServer(sandbox.run, "livy", launchOf({ sandbox }, { name: "livy", port: livy }));
      const ports = async (names: readonly ServiceName[]): Promise<Finding> =>
        (await examine(sandboxIn(folder, { ports: { oozie, livy } }), names, machine(folder))).find(
          ({ name }) => name === "ports",
        )!;
      await until(async () => (await ports(["oozie", "livy"])).found.split("holds").length === 3, "both listen");
      const { verdict, found, next } = await ports(["oozie", "livy"]);
      assert.equal(verdict, "missing");
      assert.match(found, new RegExp(`process ${stranger.pid!} \\(.*their-program\\) holds ${oozie} for oozie`));
      assert.match(
        found,
        new RegExp(`process ${pid!} \\(livy of the sandbox howdah-test-\\w+\\) holds ${livy} for livy`),
      );
      assert.match(next ?? "", /--port-offset 3000/);
      // The server's own sandbox does not mind it.
      const own = await examine({ ...sandbox, ports: portsOf(0, { livy }) }, ["livy"], machine(folder));
      assert.equal(own.find(({ name }) => name === "ports")!.verdict, "good");
    } finally {
      stranger.kill("SIGKILL");
      await endProcesses(markedProcesses(sandbox.run), 0);
    }
  });

  it("warns of ports that the system may give to outgoing connections", async () => {
    const folder = folderOf();
    const port = await closedPort();
    const ports = async (outgoing: Machine["outgoing"]): Promise<Finding> =>
      (await examine(sandboxIn(folder, { ports: { livy: port } }), ["livy"], machine(folder, { outgoing }))).find(
        ({ name }) => name === "ports",
      )!;
    const inside = await ports({ first: port, last: port });
    assert.equal(inside.verdict, "doubtful");
    assert.match(inside.found, new RegExp(`${port} for livy may be in use`));
    assert.match(inside.next ?? "", new RegExp(`below ${port}`));
    assert.equal((await ports({ first: port + 1, last: 65_535 })).verdict, "good");
    assert.equal((await ports(undefined)).verdict, "good");
  });

  it("reads where that range lies, and has the usual ports outside of the usual range", () => {
    const file = join(folderOf(), "range");
    writeFileSync(file, "32768\t60999\n");
    assert.deepEqual(outgoingPorts(file), { first: 32_768, last: 60_999 });
    assert.equal(outgoingPorts(`${file}-not`), undefined);
    writeFileSync(file, "");
    assert.equal(outgoingPorts(file), undefined);
    assert.ok(Object.values(portsOf(3000)).every((port) => port < 32_768));
  });

  it("refuses ports that there are not, and one port for two servers", () => {
    checkPorts(portsOf(0));
    checkPorts(portsOf(40_000));
    assert.throws(() => checkPorts(portsOf(46_000)), { code: "USAGE", message: /history-web would be 65888/ });
    assert.throws(() => checkPorts(portsOf(0, { oozie: 0 })), { code: "USAGE", message: /oozie would be 0/ });
    assert.throws(() => checkPorts(portsOf(0, { oozie: 8020 })), {
      code: "USAGE",
      message: /8020 is that of namenode and of oozie/,
    });
    checkPorts(portsOf(0, { "livy-rpc-first": 20_000, "livy-rpc-last": 20_000 }));
  });

  it("checks the packages: sizes, contents when asked, and says what is damaged", async () => {
    const folder = folderOf();
    const { lists, repository } = tinyPackages(folder);
    const programs = fakePrograms(folder, repository);
    const cache = join(folder, "cache");
    const before = { ...process.env };
    Object.assign(process.env, programs.env);
    try {
      const look = (thoroughly: boolean): Promise<Finding> => examinePackages({ cache, lists, thoroughly });
      const nothing = await look(false);
      assert.deepEqual([nothing.verdict, nothing.files], ["good", undefined]);
      assert.match(nothing.found, /^hadoop, hive, oozie, spark, livy: about \d+ MB are fetched at the next start$/);
      const groups = ["hadoop", "hive", "oozie", "livy", "spark"] as const;
      const fetch = () => fetchPackages(groups, { cache, lists, emit: () => undefined });
      const { hadoop, hive } = await fetch();
      assert.equal((await look(true)).found, `all in ${cache}, of the right size and content`);
      const [changed, cut] = [join(hadoop, "hadoop-common-3.jar"), join(hive, "hive-exec-3.jar")];
      const bytes = readFileSync(changed);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(changed, bytes);
      assert.equal((await look(false)).files, undefined);
      truncateSync(cut, 10);
      const sizes = await look(false);
      assert.deepEqual([sizes.verdict, sizes.found, sizes.files], ["doubtful", `${cut} is damaged`, [cut]]);
      const contents = await look(true);
      assert.deepEqual(contents.files, [changed, cut]);
      assert.equal(contents.found, `${changed} and 1 more are damaged`);
      // What is advised mends both.
      for (const file of contents.files) rmSync(file);
      await fetch();
      assert.equal((await look(true)).files, undefined);
      assert.equal(programs.calls("mvn")[1], "tiny:hadoop-common:3");
    } finally {
      for (const name of Object.keys(programs.env))
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
    }
  });
});
