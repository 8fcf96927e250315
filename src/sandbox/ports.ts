import { HowdahError } from "../core/errors.ts";
import { readIfThere } from "../project/disk.ts";

/** The ports of a sandbox, by what listens there. Those of Livy's sessions and of mail are only written into settings. */
export const defaultPorts = {
  namenode: 8020,
  "namenode-web": 9870,
  "secondary-web": 9868,
  datanode: 9866,
  "datanode-web": 9864,
  "datanode-ipc": 9867,
  resourcemanager: 8032,
  "resourcemanager-scheduler": 8030,
  "resourcemanager-tracker": 8031,
  "resourcemanager-admin": 8033,
  "resourcemanager-web": 8088,
  nodemanager: 8041,
  "nodemanager-localizer": 8040,
  "nodemanager-web": 8042,
  shuffle: 13562,
  history: 10020,
  "history-web": 19888,
  "history-admin": 10033,
  metastore: 9083,
  hiveserver2: 10000,
  oozie: 11000,
  livy: 8998,
  httpfs: 14000,
  "livy-rpc-first": 10150,
  "livy-rpc-last": 10250,
  "spark-history": 18080,
  mail: 10025,
} as const;

export type PortName = keyof typeof defaultPorts;
export type Ports = Readonly<Record<PortName, number>>;

export const portNames = Object.keys(defaultPorts) as readonly PortName[];

/** The default ports, each `offset` higher, but for those that are chosen one by one. */
export function portsOf(offset: number, chosen: Readonly<Partial<Record<PortName, number>>> = {}): Ports {
  const entries = portNames.map((name) => [name, chosen[name] ?? defaultPorts[name] + offset] as const);
  return Object.fromEntries(entries) as Record<PortName, number>;
}

/** Throws `USAGE` for what is no port, and for ports of which two are the same. */
export function checkPorts(ports: Ports): void {
  const wrong = portNames.filter((name) => ports[name] < 1 || ports[name] > 65_535);
  const [first, ...others] = wrong;
  if (first !== undefined) {
    const more = others.length === 0 ? "" : `, and ${others.length} more are none either`;
    throw new HowdahError(`ports go from 1 to 65535: ${first} would be ${ports[first]}${more}`, {
      code: "USAGE",
      next: "take a smaller --port-offset, or move one with --port NAME=NUMBER",
    });
  }
  const twice = portNames.flatMap((name, i) => {
    const other = portNames.slice(0, i).find((before) => ports[before] === ports[name] && !isOneOfRange(name));
    return other === undefined ? [] : [`${ports[name]} is that of ${other} and of ${name}`];
  });
  if (twice.length > 0)
    throw new HowdahError(`a port serves one purpose: ${twice.join(", ")}`, {
      code: "USAGE",
      next: "give each a number of its own with --port NAME=NUMBER",
    });
}

/** The first and the last port of Livy's sessions may be the same. */
function isOneOfRange(name: PortName): boolean {
  return name === "livy-rpc-last";
}

/** Ports from which the system takes those of outgoing connections, so that one may be in use at any time. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** This machine's; undefined where it is not told: ip(7), `ip_local_port_range`. */
export function outgoingPorts(file = "/proc/sys/net/ipv4/ip_local_port_range"): PortRange | undefined {
  const [first, last] = (readIfThere(file) ?? "").trim().split(/\s+/).map(Number);
  return first !== undefined && last !== undefined && first > 0 ? { first, last } : undefined;
}
