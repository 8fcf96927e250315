import { followTheme } from "./theme.ts";
import { byId } from "./elements.ts";
import { HoursGrid } from "./grid.ts";
import type { GridFacts } from "./model.ts";

followTheme();
void unpacked(byId("facts").textContent).then((facts) => new HoursGrid(facts).start());

/** What `packed` has put into the page. */
async function unpacked(text: string): Promise<GridFacts> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const json = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(json).json()) as GridFacts;
}
