// Two days of an invented shop, from raw files to top spenders: `npm run demo`. Everything it does is a command that
// can be typed, and is shown as one.
import { parseOptions, reportError, usage } from "./command-line.ts";
import { howdah, makeShop, ownFolder } from "./steps.ts";

const help = `Makes two days of an invented shop's raw files, lands them, runs the bundle, and shows what came out.

  npm run demo [-- --data DIR]

  --data DIR   where the data goes (default: data); refused when something else is in it
  --help`;

try {
  const given = parseOptions(
    "demo",
    { data: { type: "string", default: "data" }, help: { type: "boolean" } } as const,
    process.argv.slice(2),
  );
  if (given.help === true) console.log(help);
  else {
    const { data } = given;
    if (data.startsWith("/")) throw usage("demo", `--data ${data}: the demo takes a folder of the project`);
    ownFolder(data, "npm run demo");
    const on = data === "data" ? [] : ["--data", data];
    makeShop(data, 2);
    howdah("3. Run the bundle: sessions, the sales they led to, top spenders.", [
      "run",
      "marketing",
      "--as-range",
      ...on,
    ]);
    const spenders = "select * from warehouse.daily_top_spenders where rank <= 3 order by date_ts, rank";
    howdah("4. Who spent most?", ["query", spenders, ...on]);
    howdah("5. Which product pages lead to a sale?", ["query", "conversion_by_product_category", ...on]);
    howdah("6. Where do the top spenders come from?", ["query", "spend_by_city_and_day", ...on]);
    const tail = on.length === 0 ? "" : ` ${on.join(" ")}`;
    console.log(`
Where to look next
  npx howdah query --list${tail}                      the other questions that analysts ask
  npx howdah query --tables${tail}                    every table, for SQL of your own
  npx howdah report --out report.html${tail}          every hour, and the answers as plots, on one page
  npx howdah run --dry-run -D top_spenders=5${tail}   what a changed parameter would make outdated
  oozie/coordinators.ts, spark-jobs/*.sql      what has just run: definitions and jobs
  docs/getting-started.md                      the same with your own files`);
  }
} catch (error) {
  reportError(error, false);
}
