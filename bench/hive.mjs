// Rows out of HiveServer2, on the sandbox that is up: howdah's client against beeline and the package hive-driver.
import { join } from "node:path";
import { userInfo } from "node:os";
import { openHive } from "../dist/connect/hiveserver2/index.js";
import { inTurn, measure, median, spread } from "./measure.mjs";

const rows = 77_529;
const database = "howdah_bench";
const table = `${database}.rows_of_ten`;
const columns = `id bigint, n int, ratio double, price decimal(12,2), day date, at timestamp, name string, country string,
  url string, flag boolean`;
const query = `select * from ${table}`;

/** A table of ten columns of many types. Hive itself counts to the number of rows. */
async function fill(session) {
  const numbers = `select posexplode(split(space(${rows - 1}), ' ')) as (i, nothing)`;
  await session.execute("set mapreduce.framework.name=local");
  await session.execute(`create database ${database}`);
  await session.execute(`create table ${table} (${columns}) stored as textfile`);
  await session.execute(`insert into ${table} select i + 9007199254740993L, i, i / 7, cast(i / 4 as decimal(12,2)),
    date_add(date '2012-03-01', i % 31), timestamp '2012-03-01 00:00:00', concat('visitor ', i), 'United Kingdom',
    concat('http://www.example.com/products/', i % 997, '?session=', i), i % 2 = 0
    from (${numbers}) numbers`);
}

export async function hive(say, root) {
  const offset = Number(process.env.HOWDAH_PORT_OFFSET ?? 0);
  const address = `localhost:${10_000 + offset}`;
  const user = userInfo().username;
  const auth = { kind: "password", user, password: "x" };
  const session = await openHive({ hosts: [{ host: "localhost", port: 10_000 + offset }], auth });
  try {
    await session.execute(`drop database if exists ${database} cascade`);
    await fill(session);
    await compare(say, root, address, user);
  } finally {
    await session.execute(`drop database if exists ${database} cascade`);
    await session.close();
  }
}

async function compare(say, root, address, user) {
  const fetched = async (client, ...more) => {
    const args = [join(root, "bench", "fetch.mjs"), client, address, user, query, ...more];
    const one = await measure(process.execPath, args, { cwd: root });
    const said = JSON.parse(one.output.trim().split("\n").at(-1));
    if (said.rows !== rows) throw new Error(`${client} read ${said.rows} rows of ${rows}`);
    return { ...one, inside: said.milliseconds / 1000 };
  };
  const best = { size: 0, seconds: Infinity };
  for (const size of [1_000, 2_000, 5_000, 10_000]) {
    const tried = [
      await fetched("driver", `${size}`),
      await fetched("driver", `${size}`),
      await fetched("driver", `${size}`),
    ];
    const seconds = median(tried.map(({ inside }) => inside));
    if (seconds < best.seconds) Object.assign(best, { size, seconds });
  }
  const beeline = async () => {
    const quiet = ["--silent=true", "--outputformat=csv2", "-e", query];
    const one = await measure(process.execPath, [
      join(root, "bundle", "howdah.js"),
      "sandbox",
      "sh",
      "beeline",
      ...quiet,
    ]);
    const count = one.output.split("\n").filter((line) => /^\d{16},/.test(line)).length;
    if (count !== rows) throw new Error(`beeline printed ${count} rows of ${rows}`);
    return one;
  };
  const results = await inTurn(7, [
    ["howdah", () => fetched("howdah")],
    [`hive-driver, ${best.size} rows a fetch (its best)`, () => fetched("driver", `${best.size}`)],
    ["hive-driver, its defaults", () => fetched("driver")],
    ["beeline", beeline],
  ]);
  say(`  ${rows} rows of 10 columns`);
  for (const [name, runs] of results) {
    const inside =
      runs[0].inside === undefined ? "" : `, from the connection on ${spread(runs.map((one) => one.inside))} s`;
    const megabytes = Math.max(...runs.map((one) => one.megabytes));
    say(`  ${name.padEnd(44)} ${spread(runs.map((one) => one.seconds))} s${inside}, ${megabytes} MB`);
  }
  const inside = [...results.values()].slice(0, 2).map((runs) => median(runs.map((one) => one.inside)));
  say(`  howdah's time / hive-driver's at its best    ${(inside[0] / inside[1]).toFixed(2)}`);
}
