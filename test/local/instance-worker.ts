import { join } from "node:path";
import { placeInstance } from "#src/local/instance.js";

/** Changes one instance over and over, to be killed in between. */
const [folder = "", sources = ""] = process.argv.slice(2);
const from = (name: string): { path: string }[] => [{ path: join(sources, name) }];
for (;;) {
  placeInstance(folder, from("c"), { mode: "replace" });
  placeInstance(folder, from("a"), { mode: "replace" });
  placeInstance(folder, from("b"), { mode: "add" });
}
