import { randomBytes } from "node:crypto";
import type { Cluster } from "#src/project/cluster.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { faultProxy, type FaultProxy } from "../support/faults.js";
import { throughProxies } from "./datanode.js";
import type { TestHdfs } from "./hdfs.js";
import { configureSensors, sensorsOn, type SensorsOn, type SensorsSettings } from "./sensors.js";

interface FaultyOptions {
  /** Where the project asks the servers. @default the sandbox's own addresses */
  readonly addresses?: (at: ClusterAddresses) => ClusterAddresses;
  /** What is to be done before all is removed. */
  readonly end?: () => Promise<void>;
}

/**
 * The project of sensors on the sandbox, for a suite whose commands reach servers through proxies: after each test the proxies
 * are closed and the project asks the servers themselves again.
 */
export class FaultySensors {
  readonly name: string;
  #at: ClusterAddresses | undefined;
  #sensors: SensorsOn | undefined;
  readonly #proxies: FaultProxy[] = [];

  constructor(kind: string, { addresses = (at) => at, end }: FaultyOptions = {}) {
    const name = `${kind}-${randomBytes(3).toString("hex")}`;
    const set = (made: SensorsOn, at: ClusterAddresses): void => {
      this.#sensors = made;
      this.#at = at;
    };
    const restore = async (): Promise<void> => {
      for (const proxy of this.#proxies.splice(0)) await proxy.close();
      if (this.#sensors !== undefined) this.configure({});
    };
    const remove = async (well: boolean): Promise<void> => {
      if (this.#sensors === undefined) return;
      await end?.();
      await this.#sensors.end(well);
    };
    this.name = name;
    before(async function () {
      const at = addresses(needCluster(this));
      set(await sensorsOn(at, name, { "20210501_00": ["a,2021-05-01 00:10,51.5"] }), at);
    });
    afterEach(restore);
    after(async function () {
      const tests = this.test?.parent?.tests ?? [];
      await remove(tests.every(({ state }) => state === "passed"));
    });
  }

  get at(): ClusterAddresses {
    return this.#at!;
  }

  get folder(): string {
    return this.#sensors!.folder;
  }

  /** Below which everything lies on HDFS. */
  get root(): string {
    return this.#sensors!.root;
  }

  get hdfs(): TestHdfs {
    return this.#sensors!.hdfs;
  }

  get on(): Cluster {
    return this.#sensors!.on;
  }

  /** Has the project's commands ask servers with these settings, until the test is over. */
  configure(settings: SensorsSettings): void {
    configureSensors(this.folder, this.name, this.at, settings);
  }

  /** Closes a proxy after the test. */
  kept(proxy: FaultProxy): FaultProxy {
    this.#proxies.push(proxy);
    return proxy;
  }

  /** A proxy before a server, which commands now reach through it. */
  async through(server: "oozie" | "livy"): Promise<FaultProxy> {
    const { origin, pathname } = new URL(this.at[server]);
    const proxy = this.kept(await faultProxy(origin));
    this.configure({ [server]: `${proxy.url}${pathname === "/" ? "" : pathname}` });
    return proxy;
  }

  /** Proxies before the DataNode, and before the NameNode that sends there. */
  async beforeDataNode(): Promise<Awaited<ReturnType<typeof throughProxies>>> {
    const proxies = await throughProxies(this.at);
    this.kept(proxies.nameNode);
    this.kept(proxies.dataNode);
    return proxies;
  }

  /** A proxy before the DataNode, which commands now reach through it. */
  async throughDataNode(): Promise<FaultProxy> {
    const { nameNode, dataNode } = await this.beforeDataNode();
    this.configure({ webHdfs: nameNode.url });
    return dataNode;
  }
}
