import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { HowdahError } from "../core/errors.ts";
import { onDisk, writeByRename } from "../project/disk.ts";
import { portsOf, type PortName, type Ports } from "./ports.ts";

/** What a person chose for a sandbox; it is kept with it. */
export interface Choices {
  readonly portOffset: number;
  /** Ports chosen one by one. */
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
  /** Whether heaps and YARN's memory are those of a machine with 8 GB. */
  readonly small: boolean;
  /** Values of settings, by file (`oozie-site`) and name. */
  readonly set: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export const usualChoices: Choices = { portOffset: 0, ports: {}, small: false, set: {} };

/** A sandbox: a folder that holds all that its servers write. */
export interface Sandbox {
  readonly name: string;
  readonly folder: string;
  readonly conf: string;
  readonly data: string;
  readonly logs: string;
  /** Process ids and what is known of them. */
  readonly run: string;
  /** Commands of the clients. */
  readonly bin: string;
  readonly choices: Choices;
  readonly ports: Ports;
  /** The user that the servers and HDFS know. */
  readonly user: string;
}

/** Folder of howdah's own data: `$XDG_DATA_HOME/howdah`. */
export function dataHome(env: NodeJS.ProcessEnv = process.env): string {
  const data = env["XDG_DATA_HOME"] ?? "";
  // A relative path is to be ignored, says the XDG base directory specification.
  return join(data.startsWith("/") ? data : join(homedir(), ".local/share"), "howdah");
}

/** The sandbox that is meant where nobody names one: `HOWDAH_SANDBOX`, or else `default`. */
export function usualName(env: NodeJS.ProcessEnv = process.env): string {
  const name = env["HOWDAH_SANDBOX"] ?? "";
  return name === "" ? "default" : name;
}

/** Where sandboxes lie. */
export function sandboxesFolder(env?: NodeJS.ProcessEnv): string {
  return join(dataHome(env), "sandboxes");
}

/** The names of the sandboxes that exist. */
export function sandboxNames(folder: string = sandboxesFolder()): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, "sandbox.json")));
}

/** A sandbox by its name, as it was chosen when it was made; the usual choices when it does not exist. */
export function openSandbox(name: string, folder: string = sandboxesFolder()): Sandbox {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
    throw new HowdahError(`${name} cannot name a sandbox`, {
      code: "USAGE",
      next: "use lower-case letters, digits and hyphens, such as `tests`",
    });
  const own = join(folder, name);
  const file = join(own, "sandbox.json");
  const choices = existsSync(file)
    ? { ...usualChoices, ...(JSON.parse(readFileSync(file, "utf8")) as Partial<Choices>) }
    : usualChoices;
  return withChoices(name, own, choices);
}

/** The sandbox of a folder with other choices, which are not written yet. */
export function withChoices(name: string, folder: string, choices: Choices): Sandbox {
  return {
    name,
    folder,
    conf: join(folder, "conf"),
    data: join(folder, "data"),
    logs: join(folder, "logs"),
    run: join(folder, "run"),
    bin: join(folder, "bin"),
    choices,
    ports: portsOf(choices.portOffset, choices.ports),
    user: userInfo().username,
  };
}

export function exists(sandbox: Sandbox): boolean {
  return existsSync(join(sandbox.folder, "sandbox.json"));
}

/** Makes the folders and writes the choices. */
export function writeSandbox(sandbox: Sandbox): void {
  onDisk("make the sandbox", sandbox.folder, () => {
    for (const path of [sandbox.conf, sandbox.data, sandbox.logs, sandbox.run, sandbox.bin, join(sandbox.data, "tmp")])
      mkdirSync(path, { recursive: true });
    const file = join(sandbox.folder, "sandbox.json");
    // Two at once write the same; each by a name of its own, which the other cannot rename away.
    writeByRename(file, `${file}.${process.pid}.new`, `${JSON.stringify(sandbox.choices, null, 2)}\n`);
  });
}
