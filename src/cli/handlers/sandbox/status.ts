import { exitCodes } from "../../../core/errors.ts";
import { statusOf, type ServiceStatus, type State } from "../../../sandbox/status.ts";
import type { Arguments } from "../../command.ts";
import type { Io } from "../../io.ts";
import { age, size } from "./format.ts";
import { madeSandbox } from "./which.ts";

/** `howdah sandbox status` */
export async function handle(args: Arguments, io: Io): Promise<number> {
  const status = await statusOf(madeSandbox(args));
  if (io.json) io.out(JSON.stringify(status));
  else {
    for (const service of status.services) io.out(line(service, io));
    const { others } = status;
    const jobs = others.length === 0 ? "" : `, ${others.length} processes of jobs among it`;
    io.out(`${size(status.resident)} of memory${jobs}; ${status.folder}`);
  }
  const states = status.services.map(({ state }) => state);
  if (states.some((state) => state === "died" || state === "silent")) return exitCodes.failed;
  return states.includes("starting") ? exitCodes.waiting : exitCodes.done;
}

function line(
  { name, state, pid, ports, resident, uptime, why, address, logs }: ServiceStatus,
  { colors }: Io,
): string {
  const colour: Readonly<Record<State, (text: string) => string>> = {
    healthy: colors.green,
    starting: colors.yellow,
    silent: colors.red,
    died: colors.red,
    stopped: colors.dim,
  };
  const facts = [
    pid === undefined ? "" : `pid ${pid}`,
    resident === undefined ? "" : size(resident),
    uptime === undefined ? "" : age(uptime),
    address ?? (pid === undefined ? "" : `port ${Object.values(ports)[0]!}`),
  ];
  const widths = [11, 7, 12, 0];
  const more = why ?? (state === "died" ? `see ${logs[0]!}` : "");
  return `${name.padEnd(16)} ${colour[state](state.padEnd(9))}${
    pid === undefined && more === "" ? "" : ` ${facts.map((fact, i) => fact.padEnd(widths[i]!)).join(" ")}`.trimEnd()
  }${more === "" ? "" : `  ${more}`}`.trimEnd();
}
