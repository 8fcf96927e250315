import { defineConfig, folder, sandbox } from "howdah";
import { products, rawHits, rawHitsNamed, rawSales } from "./hive/tables.ts";
import { marketing } from "./oozie/coordinators.ts";
import { setUp } from "./oozie/workflows.ts";

export default defineConfig({
  name: "marketing",
  definitions: [marketing],
  setUp,
  tables: [rawHits, rawHitsNamed, rawSales, products],
  queries: "hive/queries",
  defaultTarget: "laptop",
  targets: {
    laptop: folder("data", (root) => ({
      parameters: { landing: `${root}/landing`, data: root },
      // What landing recorded of the files it wrote.
      parameterFiles: [`${root}/landing/_landing.json`],
    })),
    sandbox: sandbox({
      root: "/user/howdah/marketing",
      hiveSite: true,
      parameters: { landing: "/data/landing", data: "/data" },
      parameterFiles: ["hdfs:///data/landing/_landing.json"],
    }),
  },
});
