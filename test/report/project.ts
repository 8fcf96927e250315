import * as h from "#src/index.js";
import { byName, find, type Definitions } from "#src/project/definitions.js";
import type { GraphEdge } from "#src/report/graph/index.js";

const p = h.parameters({
  data: h.pathParameter({ describe: "where tables lie" }),
  first: h.timeParameter({ describe: "the first hour" }),
  end: h.timeParameter({ describe: "the last hour" }),
});
const hourly = { every: h.hours(1), initial: p.first };

/** A workflow with everything that a graph tells apart. */
export const tell = h.email("tell", { to: "ops@example.org", subject: "failed", body: "see the logs" });
const inner = h.workflow("inner", { hour: "string" }, ({ hour }) =>
  h.shell("load", { command: "load.sh", arguments: [hour] }),
);
export const everything = h.workflow("everything", { hour: "string" }, ({ hour }) =>
  h
    .sequence(
      h.shell("count", { command: "count.sh", captureOutput: true }),
      h.decide("enough", [
        h.when(
          h.greater(h.outputOf("count", "rows"), 10),
          h.parallel(
            "sides",
            h.sequence(h.hive2("left", [h.hiveScript("select 1")]), h.nothing),
            h.sequence(
              h.subWorkflow("right", inner.with({ hour })),
              h.decide("which", [h.when(h.equal(hour, "x"), h.nothing)], h.kill("stop", "no such hour")),
            ),
          ),
        ),
        h.when(h.fileSystem.exists("/force"), h.shell("forced", { command: "force.sh" })),
      ]),
      h.nothing,
      h.fs("tidy", [h.remove("/tmp/x")]).onError(h.shell("own", { command: "own.sh" })),
    )
    .onError(tell),
);

/** Coordinators one after the other, each with a job that reads its feed, its own state, and the table before. */
export function chain(length: number, tablesEach: number): Definitions {
  const database = h.database("lake");
  const made: h.TableDataSet[] = [];
  const coordinators = Array.from({ length }, (_, i) => {
    const feed = h.dataset(`feed-${i}`, { ...hourly, uri: h.path`${p.data}/feed${`${i}`}/${h.YEAR}${h.HOUR}` });
    const writes = Array.from({ length: tablesEach }, (_unused, k) =>
      h.partitionsOf(
        h.table(database, `t_${i}_${k}`, {
          columns: { a: "string" },
          partitionedBy: { date_ts: "string" },
          format: h.parquet,
          location: h.path`${p.data}/t_${`${i}`}_${`${k}`}`,
        }),
        hourly,
      ),
    );
    const before = made.at(-1);
    made.push(...writes);
    const job = h.job(`job-${i}`, {
      sql: `job_${i}.sql`,
      every: h.hours(1),
      reads: {
        feed: feed.current(0),
        state: writes[0]!.current(-1),
        ...(before === undefined ? {} : { before: before.currentRange(-3, 0) }),
      },
      writes,
    });
    const flow = h.workflow(`flow-${i}`, { hour: "string" }, ({ hour }) => h.spark("work", { job, from: hour }));
    return h.coordinator(`every-hour-${i}`, {
      every: h.hours(1),
      start: p.first,
      end: p.end,
      reads: { feed: feed.current(0) },
      run: ({ nominalTime, formatTime }) => flow.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") }),
    });
  });
  return byName(find([h.bundle("all", coordinators)], []));
}

/** `from kind to`, with the label behind a colon. */
export function edgeText({ from, to, kind, label }: GraphEdge): string {
  return `${from} ${kind} ${to}${label === undefined ? "" : `: ${label}`}`;
}
