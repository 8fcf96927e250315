import { followTheme } from "./theme.ts";
import { byId } from "./elements.ts";
import { HoursGrid } from "./grid.ts";
import type { GridFacts } from "./model.ts";

followTheme();
new HoursGrid(JSON.parse(byId("facts").textContent) as GridFacts).start();
