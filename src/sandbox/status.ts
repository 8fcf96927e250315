import { dirname } from "node:path";
import type { Sandbox } from "./folder.ts";
import { logFiles } from "./launch.ts";
import { markedProcesses, processFacts, serverProcess, wasHealthy } from "./process.ts";
import { serversOf } from "./servers.ts";
import { serviceNames, services, type Part, type ServiceName } from "./services.ts";

/** `silent`: it was healthy, lives, and answers no more. `died`: it ended, and nobody stopped it. */
export type State = "healthy" | "starting" | "silent" | "died" | "stopped";

export interface ServiceStatus {
  readonly name: ServiceName;
  readonly title: string;
  readonly part: Part;
  readonly state: State;
  readonly pid?: number;
  /** By their names in the settings. */
  readonly ports: Readonly<Record<string, number>>;
  /** Bytes. */
  readonly resident?: number;
  /** Seconds since its start. */
  readonly uptime?: number;
  /** What is wrong, where it lives but is not healthy. */
  readonly why?: string;
  readonly address?: string;
  readonly logs: readonly string[];
}

export interface SandboxStatus {
  readonly name: string;
  readonly folder: string;
  readonly services: readonly ServiceStatus[];
  /** What servers started and still runs: YARN's containers, Livy's submissions. */
  readonly others: readonly { readonly pid: number; readonly resident: number }[];
  /** Bytes of all of it. */
  readonly resident: number;
}

/** What each service does now. */
export async function statusOf(sandbox: Sandbox): Promise<SandboxStatus> {
  const { run, ports } = sandbox;
  const processes = new Map(serviceNames.map((name) => [name, serverProcess(run, name)]));
  const pids = [...processes.values()].flatMap(({ pid }) => pid ?? []);
  const others = markedProcesses(run).filter((pid) => !pids.includes(pid));
  const facts = processFacts([...pids, ...others]);
  const servers = serversOf(serviceNames, sandbox);
  const statuses = await Promise.all(
    servers.map(async (server): Promise<ServiceStatus> => {
      const name = server.name as ServiceName;
      const service = services[name];
      const { pid, ended } = processes.get(name)!;
      const why = pid === undefined ? undefined : await server.unwell();
      const fact = pid === undefined ? undefined : facts.get(pid);
      return {
        name,
        title: service.title,
        part: service.part,
        state:
          pid === undefined
            ? ended
              ? "died"
              : "stopped"
            : why === undefined
              ? "healthy"
              : wasHealthy(run, name, pid)
                ? "silent"
                : "starting",
        ...(pid === undefined ? {} : { pid }),
        ports: Object.fromEntries(service.ports.map((port) => [port, ports[port]])),
        ...(fact === undefined ? {} : { resident: fact.resident, uptime: fact.seconds }),
        ...(why === undefined ? {} : { why }),
        ...(service.address === undefined ? {} : { address: service.address((port) => ports[port]) }),
        logs: logFiles(sandbox, name),
      };
    }),
  );
  return {
    name: sandbox.name,
    folder: dirname(sandbox.run),
    services: statuses,
    others: others.flatMap((pid) => (facts.has(pid) ? [{ pid, resident: facts.get(pid)!.resident }] : [])),
    resident: [...facts.values()].reduce((sum, { resident }) => sum + resident, 0),
  };
}
