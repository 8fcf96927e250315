import { didYouMean, HowdahError } from "../../../core/errors.ts";
import type { Choices } from "../../../sandbox/folder.ts";
import { portNames, type PortName } from "../../../sandbox/ports.ts";
import { settingsFiles } from "../../../sandbox/settings.ts";
import type { Arguments } from "../../command.ts";

/** What the options say beside what was chosen before. */
export function choicesOf(args: Arguments, before: Choices): Partial<Choices> {
  const offset = args.text("port-offset");
  if (offset !== undefined && !/^\d{1,5}$/.test(offset))
    throw new HowdahError(`--port-offset ${offset} is no number`, { code: "USAGE" });
  const ports: Partial<Record<PortName, number>> = Object.fromEntries(
    args.list("port").map((text) => {
      const [, name, number] = /^([\w-]+)=(\d{1,5})$/.exec(text) ?? [];
      const port = portNames.find((one) => one === name);
      if (port !== undefined) return [port, Number(number)] as const;
      throw new HowdahError(`--port ${text} is no NAME=NUMBER${didYouMean(name ?? text, portNames)}`, {
        code: "USAGE",
        next: `the names are ${portNames.join(", ")}`,
      });
    }),
  );
  const set: Record<string, Record<string, string>> = { ...before.set };
  for (const text of args.list("set")) {
    const [, file, name, value] = /^([\w-]+):([^=]+)=(.*)$/s.exec(text) ?? [];
    if (file === undefined || name === undefined || value === undefined || !settingsFiles.includes(file))
      throw new HowdahError(`--set ${text} is no FILE:NAME=VALUE${didYouMean(file ?? text, settingsFiles)}`, {
        code: "USAGE",
        next: `the files are ${settingsFiles.join(", ")}`,
      });
    set[file] = { ...set[file], [name]: value };
  }
  return {
    ...(offset === undefined ? {} : { portOffset: Number(offset) }),
    ...(args.list("port").length === 0 ? {} : { ports: { ...before.ports, ...ports } }),
    ...(args.flag("small") ? { small: true } : {}),
    ...(args.list("set").length === 0 ? {} : { set }),
  };
}
