// The same shop on real servers: `npm run demo:cluster`. Everything it does is a command that can be typed, and is shown
// as one.
import { parseOptions, reportError } from "./command-line.ts";
import { howdah, makeShop, ownFolder } from "./steps.ts";

const help = `Brings up the sandbox, makes it ready for the pipeline, and has Oozie run the late morning of an invented shop, two hours.

  npm run demo:cluster

It takes Java 17, Maven and Python 3, about ten minutes, and the first time a download of 524 MB. Doing it again goes on
from what is there.

  --help`;

const data = "data/cluster-demo";
const [start, end] = ["2012-03-01T11:00Z", "2012-03-01T13:00Z"];
const on = ["--target", "sandbox"];

try {
  const given = parseOptions("demo:cluster", { help: { type: "boolean" } } as const, process.argv.slice(2));
  if (given.help === true) console.log(help);
  else {
    ownFolder(data, "npm run demo:cluster");
    makeShop(data, 1);
    howdah("3. Real servers on this machine: HDFS, YARN, Hive, Oozie, Spark, Livy.", ["sandbox", "up"]);
    howdah("4. Make them ready: folders, the release, hive-site.xml, databases and tables.", ["setup", ...on]);
    howdah("5. Have Oozie watch for two hours, in which the shop sells.", [
      "submit",
      "hourly",
      ...on,
      "--start",
      start,
      "--end",
      end,
    ]);
    const waits = 3;
    howdah("6. Does it wait, and for what?", ["why", "hourly", ...on], [0, waits]);
    howdah("7. Let the hours arrive.", [
      "ingest",
      ...on,
      "--from-folder",
      `${data}/landing`,
      "--from",
      start,
      "--until",
      end,
    ]);
    howdah("8. Oozie runs them, one after the other: a few minutes.", ["watch", "hourly", ...on]);
    const spenders =
      "select date_ts, userid, hourly_spend, rank from warehouse.hourly_top_spenders where rank <= 3 order by date_ts, rank";
    howdah("9. Ask HiveServer2 who spent most.", ["query", spenders, ...on]);
    console.log(`
Where to look next
  npx howdah status                   what Oozie has, and how it fares
  npx howdah logs hourly              what the actions said
  npx howdah query --list             the questions that analysts ask, with --target sandbox
  npx howdah sandbox sh beeline       Hive's own client
  npx howdah sandbox status           the servers, and where their pages are
  npx howdah sandbox down             stops the servers; data stay. sandbox reset removes them
  docs/fresh-cluster.md, docs/operating.md       the same on a cluster of your own`);
  }
} catch (error) {
  reportError(error, false);
}
