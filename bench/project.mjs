// Writes a project of many workflows, a file each, as a team would have grown it.
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** `workflows` workflows of `actions` actions, started by a coordinator each, below a folder. */
export function writeProject(folder, workflows, actions, modules) {
  mkdirSync(join(folder, "workflows"), { recursive: true });
  symlinkSync(modules, join(folder, "node_modules"));
  writeFileSync(
    join(folder, "parameters.ts"),
    `import { parameters, pathParameter, timeParameter } from "howdah";
export const p = parameters({ root: pathParameter(), start: timeParameter(), end: timeParameter() });
`,
  );
  const kinds = [
    (i) =>
      `shell("step-${i}", { command: "run.sh", arguments: [hour, "${i}"], environment: { ROOT: p.root }, captureOutput: true })`,
    (i) =>
      `fs("step-${i}", [remove(path\`\${p.root}/tmp/\${hour}/${i}\`), mkdir(path\`\${p.root}/tmp/\${hour}/${i}\`)])`,
    (i) => `hive2("step-${i}", [hiveScript("select ${i} from t where h = '\${hour}'", [hour])])`,
    (i) =>
      `sparkApplication("step-${i}", { application: path\`\${p.root}/app.jar\`, mainClass: "a.B${i}", arguments: [hour], options: "--conf a.b=${i}" })`,
    (i) => `java("step-${i}", { mainClass: "a.C${i}", arguments: [hour, p.root] })`,
  ];
  for (let w = 0; w < workflows; w++) {
    const steps = Array.from({ length: actions }, (_, i) => `    ${kinds[i % kinds.length](i)},`);
    writeFileSync(
      join(folder, "workflows", `w${w}.ts`),
      `import { coordinator, dataset, DAY, days, email, fs, HOUR, hiveScript, hive2, hours, java, mkdir, MONTH, path, remove, sequence, shell, sparkApplication, wf, workflow, YEAR } from "howdah";
import { p } from "../parameters.ts";

const input = dataset("in-${w}", { every: hours(1), initial: p.start, uri: path\`\${p.root}/in-${w}/\${YEAR}/\${MONTH}/\${DAY}/\${HOUR}\` });
const mail = email("mail", { to: "ops@example.com", subject: "failed", body: wf.errorMessage() });
const flow = workflow("flow-${w}", { hour: "string" }, ({ hour }) =>
  sequence(
${steps.join("\n")}
  ).onError(mail),
);
export const c${w} = coordinator("c-${w}", {
  every: hours(1),
  start: p.start,
  end: p.end,
  reads: { input: input.current(0) },
  run: ({ nominalTime, formatTime }) => flow.with({ hour: formatTime(nominalTime, "yyyyMMddHH") }),
  timeout: days(1),
});
`,
    );
  }
  const names = Array.from({ length: workflows }, (_, w) => w);
  writeFileSync(
    join(folder, "howdah.config.ts"),
    `import { cluster, defineConfig } from "howdah";
${names.map((w) => `import { c${w} } from "./workflows/w${w}.ts";`).join("\n")}

export default defineConfig({
  name: "many",
  definitions: [${names.map((w) => `c${w}`).join(", ")}],
  targets: {
    there: cluster({ profile: "oozie5.2", nameNode: "hdfs://nn:8020", resourceManager: "rm:8032", hiveServer2: "jdbc:hive2://hs:10000/default", root: "/user/x/many", parameters: { root: "/data" } }),
  },
});
`,
  );
  return folder;
}

/** A coordinator every five minutes with three data sets. */
export function writeCoordinator(folder, modules) {
  mkdirSync(folder, { recursive: true });
  symlinkSync(modules, join(folder, "node_modules"));
  writeFileSync(
    join(folder, "howdah.config.ts"),
    `import { coordinator, dataset, DAY, days, defineConfig, folder, HOUR, hours, MINUTE, minutes, MONTH, path, shell, workflow, YEAR } from "howdah";

const start = "2012-01-01T00:00Z";
const five = (name: string) =>
  dataset(name, { every: minutes(5), initial: start, uri: path\`/\${name}/\${YEAR}\${MONTH}\${DAY}\${HOUR}\${MINUTE}\` });
const hourly = dataset("hourly", { every: hours(1), initial: start, uri: path\`/hourly/\${YEAR}\${MONTH}\${DAY}\${HOUR}\` });
const flow = workflow("flow", { at: "string" }, ({ at }) => shell("do", { command: "true", arguments: [at] }));
const quick = coordinator("quick", {
  every: minutes(5),
  start,
  end: "2013-01-01T00:00Z",
  reads: { a: five("a").current(0), b: five("b").currentRange(-2, 0), c: hourly.current(-1) },
  run: ({ nominalTime, formatTime }) => flow.with({ at: formatTime(nominalTime, "yyyyMMddHHmm") }),
  timeout: days(1),
});
export default defineConfig({ name: "quick", definitions: [quick], targets: { here: folder("data") } });
`,
  );
  return folder;
}

/** Coordinators with a job each, which makes tables of a feed, of its own state and of tables before it. */
export function writeLineage(folder, coordinators, tablesEach, modules) {
  mkdirSync(folder, { recursive: true });
  symlinkSync(modules, join(folder, "node_modules"));
  writeFileSync(
    join(folder, "howdah.config.ts"),
    `import { bundle, coordinator, database, dataset, DAY, defineConfig, folder, HOUR, hours, job, MONTH, parquet, partitionsOf, path, spark, table, workflow, YEAR } from "howdah";

const hourly = { every: hours(1), initial: "2012-01-01T00:00Z" };
const lake = database("lake");
const made: ReturnType<typeof partitionsOf>[] = [];
const all = Array.from({ length: ${coordinators} }, (_, c) => {
  const feed = dataset(\`feed-\${c}\`, { ...hourly, uri: path\`/feed-\${\`\${c}\`}/\${YEAR}\${MONTH}\${DAY}_\${HOUR}\` });
  const writes = Array.from({ length: ${tablesEach} }, (_, t) =>
    partitionsOf(
      table(lake, \`t_\${c}_\${t}\`, { columns: { a: "string" }, partitionedBy: { date_ts: "string" }, format: parquet, location: path\`/lake/t_\${\`\${c}\`}_\${\`\${t}\`}\` }),
      hourly,
    ),
  );
  const before = [1, 4, 9].flatMap((back) => made.at(-back * 5) ?? []);
  const reads = Object.fromEntries(before.map((one, i) => [\`before_\${i}\`, one.current(0)]));
  const work = job(\`job-\${c}\`, { sql: "job.sql", every: hours(1), reads: { feed: feed.current(0), state: writes[0]!.current(-1), ...reads }, writes });
  made.push(...writes);
  const flow = workflow(\`flow-\${c}\`, { hour: "string" }, ({ hour }) => spark("work", { job: work, from: hour }));
  return coordinator(\`c-\${c}\`, {
    every: hours(1),
    start: "2012-01-01T00:00Z",
    end: "2013-01-01T00:00Z",
    reads: { feed: feed.current(0) },
    run: ({ nominalTime, formatTime }) => flow.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") }),
  });
});
export default defineConfig({ name: "lineage", definitions: [bundle("all", all)], targets: { here: folder("data") } });
`,
  );
  return folder;
}
