import { defineConfig, folder, sandbox } from "howdah";
import { orders } from "./pipeline.ts";

export default defineConfig({
  name: "orders",
  definitions: [orders],
  queries: "queries",
  defaultTarget: "laptop",
  targets: {
    // This machine: DuckDB works on files below data/.
    laptop: folder("data", (root) => ({ parameters: { landing: `${root}/landing`, data: root } })),
    // Real servers on this machine: npx howdah sandbox up. A cluster of your own is a target like it: cluster({ … }).
    sandbox: sandbox({
      root: "/user/howdah/orders",
      hiveSite: true,
      parameters: { landing: "/data/orders/landing", data: "/data/orders" },
    }),
  },
});
