import { spawnSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { freemem, hostname, totalmem } from "node:os";
import { dirname } from "node:path";
import { hints as known, type Hint } from "./hints.ts";
import { holderOf, isFree } from "./holders.ts";
import type { Sandbox } from "./folder.ts";
import { chooseJava, javaFolders, javas } from "./java.ts";
import { mavenProgram } from "./maven.ts";
import { damagedPackages, missingPackages, type PackageOptions } from "./packages.ts";
import { outgoingPorts, type PortRange } from "./ports.ts";
import { serverProcess } from "./process.ts";
import { packagesOf, serviceNames, services, servicesOf, usualParts, type ServiceName } from "./services.ts";

/** What was found out about one thing that a sandbox needs. */
export interface Finding {
  readonly name: "java" | "maven" | "python" | "memory" | "disk" | "host name" | "ports" | "packages";
  /** `doubtful`: a start may work. */
  readonly verdict: "good" | "doubtful" | "missing";
  readonly found: string;
  readonly next?: string;
  readonly hints?: readonly Hint[];
  /** Files that are damaged. */
  readonly files?: readonly string[];
}

/** Of the machine, for tests to give another. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  /** Where Javas are installed. */
  readonly javaFolders: readonly string[];
  /** Bytes. */
  readonly memory: number;
  readonly freeMemory: number;
  readonly hostName: string;
  /** From which it takes the ports of outgoing connections, where that is known. */
  readonly outgoing: PortRange | undefined;
}

export function thisMachine(): Machine {
  return {
    env: process.env,
    javaFolders,
    memory: totalmem(),
    freeMemory: availableMemory(),
    hostName: hostname(),
    outgoing: outgoingPorts(),
  };
}

/** Memory that programs could get: os.freemem() leaves out what Linux only caches. */
function availableMemory(): number {
  if (!existsSync("/proc/meminfo")) return freemem();
  const kilobytes = /^MemAvailable:\s+(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}

/** What starts when nobody names parts. */
const usualServices = servicesOf(usualParts);

const gigabyte = 1024 ** 3;

/** Looks at all that a start needs. */
export async function examine(
  sandbox: Sandbox,
  names: readonly ServiceName[] = usualServices,
  machine: Machine = thisMachine(),
): Promise<readonly Finding[]> {
  return [
    examineJava(machine),
    examineMaven(machine),
    examinePython(machine),
    examineMemory(sandbox, machine),
    examineDisk(sandbox),
    await examineHostName(machine),
    await examinePorts(sandbox, names, machine),
  ];
}

function examineJava({ env, javaFolders: folders }: Machine): Finding {
  const java = chooseJava(env, folders);
  const hints = known.java;
  if (java === undefined) {
    const [first] = javas(env, folders);
    const found = first === undefined ? "no java" : `Java ${first.version} in ${first.home}`;
    return { name: "java", verdict: "missing", found: `${found}; the servers need Java 17`, hints };
  }
  const found = `Java ${java.version} in ${java.home}`;
  return java.version === 17
    ? { name: "java", verdict: "good", found }
    : { name: "java", verdict: "doubtful", found: `${found}; the servers were tried on 17 alone`, hints };
}

function examineMaven({ env }: Machine): Finding {
  const { stdout, error } = spawnSync(mavenProgram(env), ["--version"], { encoding: "utf8", env });
  const version =
    error === undefined ? /Apache Maven (\S+)/.exec(stdout.replaceAll(/\u001b\[\d*m/g, ""))?.[1] : undefined;
  if (version !== undefined) return { name: "maven", verdict: "good", found: `Maven ${version}` };
  return {
    name: "maven",
    verdict: "missing",
    found: "no mvn that runs; the servers' packages are fetched with it",
    hints: known.maven,
  };
}

function examinePython({ env }: Machine): Finding {
  const script = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])";
  const { stdout, stderr, status, error } = spawnSync("python3", ["-c", script], { encoding: "utf8", env });
  const hints = known.python;
  if (error !== undefined || status !== 0) {
    const module = /No module named '(\w+)'/.exec(error === undefined ? stderr : "")?.[1];
    const found = module === undefined ? "no python3 that runs" : `python3 without its module ${module}`;
    return { name: "python", verdict: "missing", found: `${found}; Spark comes as a Python package`, hints };
  }
  const version = stdout.trim();
  const minor = Number(version.split(".")[1]);
  if (minor < 8) return { name: "python", verdict: "missing", found: `Python ${version}; Spark 3.5 needs 3.8`, hints };
  return minor > 12
    ? { name: "python", verdict: "doubtful", found: `Python ${version}; Spark 3.5 was tried on 3.11`, hints }
    : { name: "python", verdict: "good", found: `Python ${version} with venv` };
}

function examineMemory({ choices, run }: Sandbox, { memory, freeMemory }: Machine): Finding {
  const runs = serviceNames.some((name) => serverProcess(run, name).pid !== undefined);
  const needs = choices.small ? 2 : 3;
  const found = `${gb(memory)} GB, ${gb(freeMemory)} GB of it available`;
  if (runs || freeMemory > (needs + 2) * gigabyte) return { name: "memory", verdict: "good", found };
  const next = choices.small ? "end other programs" : "end other programs, or start with --small";
  return {
    name: "memory",
    verdict: freeMemory < needs * gigabyte * 0.6 ? "missing" : "doubtful",
    found: `${found}; the servers take ${needs} GB, jobs as much again`,
    next,
  };
}

function gb(bytes: number): string {
  return (bytes / gigabyte).toFixed(1);
}

function examineDisk({ folder }: Sandbox): Finding {
  let there = folder;
  while (!existsSync(there)) there = dirname(there);
  const { bavail, bsize, blocks, bfree } = statfsSync(there);
  const [free, used] = [bavail * bsize, 1 - bfree / blocks];
  const found = `${gb(free)} GB free, ${Math.round(used * 100)} % used, at ${there}`;
  const next = "free some space, or set XDG_DATA_HOME and XDG_CACHE_HOME to another disk";
  if (used > 0.985) return { name: "disk", verdict: "missing", found: `${found}; YARN takes no work above 99 %`, next };
  if (free < 3 * gigabyte)
    return { name: "disk", verdict: free < gigabyte ? "missing" : "doubtful", found: `${found}; it takes 3 GB`, next };
  return { name: "disk", verdict: "good", found };
}

async function examineHostName({ hostName }: Machine): Promise<Finding> {
  const address = async (name: string): Promise<string | undefined> => {
    try {
      return (await lookup(name, { family: 4 })).address;
    } catch {
      return undefined;
    }
  };
  const local = await address("localhost");
  if (local !== "127.0.0.1")
    return {
      name: "host name",
      verdict: "missing",
      found: `localhost is ${local ?? "unknown"}; it must be 127.0.0.1`,
      next: "add the line `127.0.0.1 localhost` to /etc/hosts",
    };
  if ((await address(hostName)) === undefined)
    return {
      name: "host name",
      verdict: "missing",
      found: `this machine's name, ${hostName}, does not resolve; Hadoop's servers end without it`,
      next: `add the line \`127.0.0.1 ${hostName}\` to /etc/hosts`,
    };
  return { name: "host name", verdict: "good", found: `${hostName} resolves, localhost is 127.0.0.1` };
}

/** The ports of services that do not run must be free. */
async function examinePorts(sandbox: Sandbox, names: readonly ServiceName[], { outgoing }: Machine): Promise<Finding> {
  const wanted = names
    .filter((name) => serverProcess(sandbox.run, name).pid === undefined)
    .flatMap((name) => services[name].ports)
    .map((port) => ({ port, number: sandbox.ports[port] }));
  const taken: { readonly text: string; readonly who: string }[] = [];
  for (const { port, number } of wanted) {
    if (await isFree(number)) continue;
    const holder = holderOf(number);
    const who = holder === undefined ? "a program of another user" : `process ${holder.pid} (${holder.what})`;
    taken.push({ text: `${number} for ${port}`, who });
  }
  if (taken.length === 0) return examineRange(sandbox, names, outgoing);
  const holders = [...new Set(taken.map(({ who }) => who))].map(
    (who) => `${who} holds ${taken.flatMap((one) => (one.who === who ? one.text : [])).join(", ")}`,
  );
  return {
    name: "ports",
    verdict: "missing",
    found: holders.join("; "),
    next: "end it, or move all ports with --port-offset 3000, or one with --port NAME=NUMBER",
  };
}

/** A port that the system may give to any program's connection is free now, and perhaps not at the next start. */
function examineRange({ ports }: Sandbox, names: readonly ServiceName[], range: PortRange | undefined): Finding {
  const found = "all free, or the sandbox's own";
  const inRange = names
    .flatMap((name) => services[name].ports)
    .filter((port) => range !== undefined && ports[port] >= range.first && ports[port] <= range.last);
  if (range === undefined || inRange.length === 0) return { name: "ports", verdict: "good", found };
  const [first, second, third, ...others] = inRange.map((port) => `${ports[port]} for ${port}`);
  const some = [first, second, third].filter((text) => text !== undefined).join(", ");
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return {
    name: "ports",
    verdict: "doubtful",
    found: `${found}; but from ${range.first} to ${range.last} the system takes ports of outgoing connections, so ${some}${more} may be in use when a server wants it`,
    next: `choose a --port-offset that keeps all below ${range.first}, such as 3000`,
  };
}

/** Whether the packages in the cache are as they were fetched. A start mends what it notices: other sizes. */
export async function examinePackages(
  options: PackageOptions & { readonly thoroughly?: boolean },
  names: readonly ServiceName[] = usualServices,
): Promise<Finding> {
  const { cache, thoroughly = false } = options;
  const groups = packagesOf(names);
  const files = damagedPackages(packagesOf(serviceNames), options);
  const [first, ...others] = files;
  if (first !== undefined)
    return {
      name: "packages",
      verdict: "doubtful",
      found: `${first}${others.length === 0 ? " is" : ` and ${others.length} more are`} damaged`,
      next: "remove what is damaged (--json lists it); then `howdah sandbox up` fetches it anew",
      files,
    };
  const missing = await missingPackages(groups, options);
  const bytes = missing.reduce((sum, group) => sum + group.bytes, 0);
  const found =
    missing.length === 0
      ? `all in ${cache}, of the right size${thoroughly ? " and content" : ""}`
      : `${missing.map(({ group }) => group).join(", ")}: about ${Math.ceil(bytes / 1e6)} MB are fetched at the next start`;
  return { name: "packages", verdict: "good", found };
}
