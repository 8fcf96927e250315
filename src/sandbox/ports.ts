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
