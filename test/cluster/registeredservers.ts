import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openZooKeeper, type ZooKeeper } from "#src/connect/zookeeper.js";
import { openSandbox, usualName, withChoices } from "#src/sandbox/folder.js";
import { chooseJava } from "#src/sandbox/java.js";
import { launchOf, type Parts } from "#src/sandbox/launch.js";
import { fetchPackages, packageCache, type PackageGroup } from "#src/sandbox/packages.js";
import { jarsOf, javaFlags } from "#src/sandbox/settings.js";
import { closedPort } from "../support/faults.js";
import { until } from "./waiting.js";

const groups: readonly PackageGroup[] = ["hadoop", "hive", "spark"];

/** A server that a suite started, with the ports where it is. */
export interface StartedServer {
  readonly port: number;
  /** As a machine does that loses its power. */
  kill(): Promise<void>;
}

/** ZooKeeper, and servers of HiveServer2 that register with it, beside those of the sandbox, whose HDFS and metastore they use. */
export class RegisteredServers {
  readonly folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
  readonly #parts: Parts;
  readonly #children: ChildProcess[] = [];

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async make(): Promise<RegisteredServers> {
    const packages = await fetchPackages(groups, { cache: packageCache(), emit: () => undefined });
    const sandbox = openSandbox(usualName());
    return new RegisteredServers({ sandbox, packages, groups: new Set(groups), java: chooseJava()! });
  }

  /** @param settings lines of `zoo.cfg`; `{{port}}` is one of its own */
  async zooKeeper(settings: readonly string[] = []): Promise<StartedServer & { readonly other: number }> {
    const [port, other] = [await closedPort(), await closedPort()];
    const data = join(this.folder, `zookeeper-${port}`);
    mkdirSync(data);
    const usual = [
      ...["tickTime=1000", `dataDir=${data}`, `clientPort=${port}`, "clientPortAddress=127.0.0.1"],
      "admin.enableServer=false",
    ];
    const file = join(data, "zoo.cfg");
    writeFileSync(file, [...usual, ...settings].join("\n").replaceAll("{{port}}", String(other)));
    const started = this.#java(`zookeeper-${port}`, ["org.apache.zookeeper.server.quorum.QuorumPeerMain", file]);
    // One that lets nobody in answers that.
    const asked = () => this.at(port, (one) => one.children("/")).catch((error: unknown) => error as Error);
    await until(
      "ZooKeeper",
      () => asked().then((answer) => `${started.child.exitCode} ${String(answer)}`),
      (answer) => !/CONNECT_|closed the connection|nothing listens/.test(answer),
      { seconds: 60, every: 100 },
    );
    return { port, other, kill: started.kill };
  }

  /** What ZooKeeper at a port of this machine tells. */
  async at<T>(port: number, ask: (zooKeeper: ZooKeeper) => Promise<T>): Promise<T> {
    const zooKeeper = await openZooKeeper({ servers: [{ host: "localhost", port }] });
    try {
      return await ask(zooKeeper);
    } finally {
      zooKeeper.close();
    }
  }

  /** One command of ZooKeeper's own client. */
  async command(port: number, ...words: readonly string[]): Promise<void> {
    const { child, log } = this.#java("client", [
      ...["org.apache.zookeeper.ZooKeeperMain", "-server", `localhost:${port}`, ...words],
    ]);
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 0, readFileSync(log, "utf8"));
  }

  /** Starts a HiveServer2; it may take half a minute until it has registered. */
  async hiveServer2(zooKeeper: number, settings: Readonly<Record<string, string>>): Promise<StartedServer> {
    const port = await closedPort();
    const http = settings["hive.server2.transport.mode"] === "http";
    const all: Readonly<Record<string, string>> = {
      "hive.zookeeper.quorum": `localhost:${zooKeeper}`,
      "hive.zookeeper.session.timeout": "4000ms",
      [http ? "hive.server2.thrift.http.port" : "hive.server2.thrift.port"]: String(port),
      "hive.server2.webui.port": "0",
      ...settings,
    };
    const { sandbox, packages } = this.#parts;
    const choices = { ...sandbox.choices, set: { ...sandbox.choices.set, "hive-site": all } };
    const launch = launchOf("hiveserver2", {
      ...this.#parts,
      sandbox: withChoices(sandbox.name, sandbox.folder, choices),
    });
    // Hive 3.1 wants the second version of Curator, which Hadoop has left behind and Spark keeps.
    const curator = jarsOf(join(packages.sparkHome, "jars")).filter((jar) => /\/curator-/.test(jar));
    assert.ok(curator.length > 0);
    const log = join(this.folder, `hiveserver2-${port}.log`);
    const out = openSync(log, "a");
    const child = spawn(
      launch.command,
      [...launch.args, ...Object.entries(all).flatMap(([name, value]) => ["--hiveconf", `${name}=${value}`])],
      {
        cwd: this.folder,
        env: {
          ...launch.env,
          HADOOP_CLASSPATH: [...curator, launch.env["HADOOP_CLASSPATH"]!].join(":"),
        },
        stdio: ["ignore", out, out],
      },
    );
    return { port, ...this.#keep(child) };
  }

  async end(well: boolean): Promise<void> {
    await Promise.all(this.#children.map((child) => killed(child)));
    // Logs are left to be looked at, unless all went well.
    if (well) rmSync(this.folder, { recursive: true, force: true });
  }

  #java(name: string, words: readonly string[]): { child: ChildProcess; log: string; kill: () => Promise<void> } {
    const { java, sandbox, packages } = this.#parts;
    const log = join(this.folder, `${name}.log`);
    const out = openSync(log, "a");
    const args = [...javaFlags(sandbox).every, "-Xmx128m", "-cp", `${packages.hadoop}/*`, ...words];
    const child = spawn(join(java.home, "bin/java"), args, { cwd: this.folder, stdio: ["ignore", out, out] });
    return { child, log, ...this.#keep(child) };
  }

  #keep(child: ChildProcess): { kill: () => Promise<void> } {
    this.#children.push(child);
    return { kill: () => killed(child) };
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
