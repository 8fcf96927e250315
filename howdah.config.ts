import { bars, defineConfig, folder, sandbox, stacked } from "howdah";
import { products, rawHits, rawHitsNamed, rawSales } from "./hive/tables.ts";
import { marketing } from "./oozie/coordinators.ts";
import { setUp } from "./oozie/workflows.ts";

export default defineConfig({
  name: "marketing",
  definitions: [marketing],
  setUp,
  tables: [rawHits, rawHitsNamed, rawSales, products],
  queries: "hive/queries",
  report: {
    insights: [
      {
        title: "Conversion by landing page",
        query: "conversion_by_landing_page",
        plot: bars({ label: "landing_page", value: "conversion", format: "percent", beside: "sessions" }),
      },
      {
        title: "Conversion by product category",
        query: "conversion_by_product_category",
        plot: bars({ label: "category", value: "conversion", format: "percent", beside: "sessions" }),
      },
      {
        title: "Spend of the top spenders by city and day",
        query: "spend_by_city_and_day",
        plot: stacked({ x: "date_ts", value: "spend", series: "city", beside: "spenders" }),
      },
      {
        title: "Top spenders of each day",
        query: "daily_top_spenders",
        plot: stacked({ x: "date_ts", value: "daily_spend", series: "rank", beside: "userid" }),
      },
      {
        title: "Paths that led to a sale",
        query: "page_paths_with_a_sale",
        plot: bars({ label: "path", value: "sessions" }),
      },
      {
        title: "Paths that led to none",
        query: "page_paths_without_a_sale",
        plot: bars({ label: "path", value: "sessions" }),
      },
    ],
    notices: [
      {
        parameter: "link",
        is: "demo",
        text: "Customers are linked to users at random (link=demo): who bought what on the site is invented.",
      },
    ],
  },
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
