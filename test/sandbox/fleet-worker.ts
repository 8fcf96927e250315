import { fleetOf, type Ship } from "./fleet.js";

/** Brings a fleet up in a process of its own, to be killed or to meet another one; prints events and failures. */
const [folder = "", ships = "[]"] = process.argv.slice(2);
const print = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
try {
  const started = await fleetOf(folder, JSON.parse(ships) as readonly Ship[]).up({ emit: print });
  print({ event: "up", started });
} catch (error) {
  print({ event: "failed", message: String(error) });
  process.exitCode = 1;
}
