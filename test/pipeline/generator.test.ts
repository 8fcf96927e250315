import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { freshFolders } from "../support/folders.js";
import { runScript } from "./scripts.js";
import { fingerprint, landedRows } from "./landed.js";

interface Hit {
  readonly cells: readonly string[];
  /** Seconds since 1970. */
  readonly time: number;
  readonly userId: string;
  readonly visitor: string;
}

type SalesRow = readonly [
  invoice: string,
  code: string,
  description: string,
  quantity: string,
  date: string,
  price: string,
  customer: string,
  country: string,
];

const seconds = (time: string): number => Date.parse(`${time.replace(" ", "T")}Z`) / 1000;

/** The fields of a CSV line by RFC 4180, read apart from the project's own readers. */
function csvFields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",][^,]*|))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group === undefined) groups.set(keyOf(one), [one]);
    else group.push(one);
  }
  return groups;
}

describe("generator", function () {
  this.timeout(60_000);
  const fresh = freshFolders();
  let out: string;

  beforeEach(() => {
    out = join(fresh(), "raw");
  });

  function generate(...args: string[]): { hits: number; salesLines: number; hours: number } {
    const { code, stdout, stderr } = runScript("generate", "--out", out, "--json", ...args);
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout) as { hits: number; salesLines: number; hours: number };
  }
  const lines = (name: string): string[] =>
    gunzipSync(readFileSync(join(out, name)))
      .toString("utf8")
      .slice(0, -1)
      .split("\n");

  function hits(): Hit[] {
    return lines("web-logs.tsv.gz").map((line) => {
      const cells = line.split("\t");
      assert.equal(cells.length, 178);
      const [, time = "", , , , , , ip = ""] = cells;
      return { cells, time: seconds(time), userId: cells[13] ?? "", visitor: `${cells[13]}|${ip}` };
    });
  }
  function sales(): SalesRow[] {
    const [header, ...rows] = lines("online-retail.csv.gz");
    assert.equal(header, "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country");
    return rows.map((row) => {
      const fields = csvFields(row);
      assert.equal(fields.length, 8, row);
      return fields as unknown as SalesRow;
    });
  }

  /** Sessions by an independent rule: hits of one visitor, split where half an hour passes. */
  function sessions(all: readonly Hit[]): { userId: string; start: number; end: number; hits: number }[] {
    return [...grouped(all, ({ visitor }) => visitor).values()].flatMap((visits) => {
      const times = visits.map(({ time }) => time).sort((a, b) => a - b);
      const made: { userId: string; start: number; end: number; hits: number }[] = [];
      for (const time of times) {
        const last = made.at(-1);
        if (last !== undefined && time - last.end <= 1800) {
          last.end = time;
          last.hits++;
        } else made.push({ userId: visits[0]!.userId, start: time, end: time, hits: 1 });
      }
      return made;
    });
  }
  it("writes the same bytes for the same options, and others for another seed", () => {
    generate("--scale", "0.2", "--seed", "11");
    const first = fingerprint(out);
    const second = out;
    out = join(fresh(), "again");
    generate("--scale", "0.2", "--seed", "11");
    assert.deepEqual(fingerprint(out), first);
    generate("--scale", "0.2", "--seed", "12");
    const other = fingerprint(out);
    for (const name of ["/web-logs.tsv.gz", "/online-retail.csv.gz", "/products.tsv.gz"].slice(0, 2))
      assert.notEqual(other.get(name), fingerprint(second).get(name));
    assert.deepEqual(readdirSync(out).sort(), readdirSync(second).sort());
  });

  it("writes hits as the collector does: in no order, most cells empty, keys that are none", () => {
    const facts = generate("--days", "3", "--start", "2013-05-04");
    const all = hits();
    assert.equal(all.length, facts.hits);
    const empty = all.reduce((sum, { cells }) => sum + cells.filter((cell) => cell === "").length, 0);
    const share = empty / all.length / 178;
    assert.ok(share > 0.71 && share < 0.74, `${share} of the cells are empty`);
    assert.ok(all.filter(({ time }, i) => i > 0 && time < all[i - 1]!.time).length > all.length / 4);
    assert.ok(new Set(all.map(({ visitor, time }) => `${visitor}|${time}`)).size < all.length * 0.95);
    assert.ok(all.some(({ cells }) => cells[51] === "\\N"));
    assert.ok(all.some(({ cells }) => cells[49] === ""));
    const start = seconds("2013-05-04 00:00:00");
    assert.ok(all.every(({ time }) => time >= start && time < start + 3 * 86_400));
    for (const { cells, time, userId } of all) {
      assert.equal(cells[0], String(time));
      assert.match(userId, /^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/);
      assert.match(cells[12] ?? "", /^http:\/\/www\.shop\.example\//);
    }
  });

  it("has a plausible site: quiet hours, a rhythm, several addresses, long and nested sessions", () => {
    generate("--days", "3", "--scale", "2");
    const all = hits();
    const byHour = new Map<number, number>();
    for (const { time } of all) byHour.set(Math.floor(time / 3600), (byHour.get(Math.floor(time / 3600)) ?? 0) + 1);
    assert.ok(byHour.size > 40 && byHour.size < 72, `${byHour.size} of 72 hours have hits`);
    const evening = all.filter(({ time }) => Math.floor(time / 3600) % 24 >= 16).length;
    assert.ok(evening > all.length * 0.38);

    const made = sessions(all);
    const users = new Map<string, Set<string>>();
    for (const { userId, visitor } of all) users.set(userId, (users.get(userId) ?? new Set()).add(visitor));
    assert.ok([...users.values()].filter((visitors) => visitors.size > 1).length > users.size / 100);
    assert.ok(
      made.some(({ start, end }) => end - start > 86_400),
      "no session runs over a day",
    );
    assert.ok(made.some(({ start, end }) => Math.floor(start / 86_400) < Math.floor(end / 86_400)));
    assert.ok(
      made.filter(({ start, end }) => Math.floor(start / 3600) < Math.floor(end / 3600)).length > made.length / 10,
    );
    const byUser = grouped(made, ({ userId }) => userId);
    assert.ok(
      [...byUser.values()].some((own) =>
        own.some((a) => own.some((b) => a !== b && a.start <= b.start && b.end < a.end)),
      ),
      "no session lies within another of the same user",
    );
    const products = lines("products.tsv.gz");
    assert.equal(products[0], "url\tcategory");
    const urls = new Set(products.slice(1).map((row) => row.split("\t")[0]));
    const known = all.filter(({ cells }) => urls.has(cells[12])).length;
    assert.ok(known > all.length / 2 && known < all.length);
  });

  it("writes sales with the quirks of a till", () => {
    const facts = generate("--days", "5", "--scale", "2", "--sales-shift-days", "455");
    const all = sales();
    assert.equal(all.length, facts.salesLines);
    const share = (test: (row: SalesRow) => boolean): number => all.filter(test).length / all.length;
    assert.ok(share(([, , , , , , customer]) => customer === "") > 0.12);
    assert.ok(share(([, , , , , , customer]) => customer === "") < 0.4);
    assert.ok(all.some(([, , description]) => description === ""));
    assert.ok(all.some(([, , description]) => description.includes('"')));
    assert.ok(all.some(([, , description]) => description.includes(",")));
    assert.ok(all.some(([, code]) => code.includes(" ")));
    const codes = new Set(all.map(([, code]) => code));
    assert.ok([...codes].some((code) => code.endsWith("a") && codes.has(code.replace("a", "A"))));
    assert.deepEqual(
      all.filter(([, , , , , price]) => price.startsWith("-")).map(([invoice]) => invoice.slice(0, 1)),
      ["A", "A"],
    );
    const cancelled = all.filter(([invoice]) => invoice.startsWith("C"));
    assert.ok(cancelled.length > 0 && cancelled.every(([, , , quantity]) => Number(quantity) < 0));
    assert.ok(
      all.some(([invoice, , , quantity, , price]) => /^\d/.test(invoice) && (Number(quantity) < 0 || price === "0")),
    );
    for (const [, , , quantity, date, price] of all) {
      assert.match(quantity, /^-?[1-9]\d*$/);
      assert.match(price, /^-?\d+(\.\d{1,3})?$/);
      assert.match(date, /^(12|11)\/\d{1,2}\/2010 \d{1,2}:\d\d$/);
    }
    assert.ok(all.some(([, , , , , price]) => /\.\d{3}$/.test(price)));
    const pound = all.findIndex(([, , description]) => description.includes("£"));
    assert.ok(pound > all.length / 3, `the first pound sign stands at line ${pound} of ${all.length}`);
    assert.ok(new Set(all.map((row) => row.join("|"))).size < all.length, "no line stands twice");

    const spent = new Map<string, number>();
    for (const [invoice, , , quantity, , price, customer] of all)
      if (customer !== "" && /^\d/.test(invoice))
        spent.set(customer, (spent.get(customer) ?? 0) + Number(quantity) * Number(price));
    const sums = [...spent.values()].sort((a, b) => b - a);
    const top = sums.slice(0, Math.ceil(sums.length / 10)).reduce((a, b) => a + b, 0);
    assert.ok(top > 0.3 * sums.reduce((a, b) => a + b, 0), "a tenth of the customers spend no third of it all");
  });

  it("links customers to visitors who are on the site at that minute, when asked to", () => {
    generate("--customers", "linked");
    const made = sessions(hits());
    const named = sales().filter(([, , , , , , customer]) => customer !== "");
    assert.ok(named.length > 500);
    for (const [invoice, , , , date, , customer] of named) {
      const [, month = "", day = "", year = "", hour = "", minute = ""] =
        /^(\d+)\/(\d+)\/(\d+) (\d+):(\d+)$/.exec(date) ?? [];
      const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) / 1000;
      assert.ok(
        made.some(({ userId, start, end }) => userId === customer && start <= time && time <= end),
        `invoice ${invoice}`,
      );
    }
  });

  it("makes more people, not more hours, at a larger scale", () => {
    const one = generate("--seed", "5");
    const four = generate("--seed", "5", "--scale", "4");
    assert.equal(four.hours, one.hours);
    assert.ok(four.hits > 3.4 * one.hits && four.hits < 4.6 * one.hits, `${one.hits} ${four.hits}`);
    assert.ok(four.salesLines > 2.5 * one.salesLines && four.salesLines < 6 * one.salesLines);
  });

  it("lands without a line lost", () => {
    const facts = generate("--scale", "0.5");
    const data = join(out, "data");
    const raw = ["--web-logs", join(out, "web-logs.tsv.gz"), "--sales", join(out, "online-retail.csv.gz")];
    const landed = runScript("land", ...raw, "--link", "demo", "--data", data);
    assert.equal(landed.code, 0, landed.stderr);
    assert.equal([...landedRows(join(data, "landing"), "omniture").values()].flat().length, facts.hits);
    assert.equal([...landedRows(join(data, "landing"), "sales").values()].flat().length, facts.salesLines);
  });

  it("writes over its own files only, and refuses options that mean nothing", () => {
    mkdirSync(out);
    writeFileSync(join(out, "online-retail.csv.gz"), "the original");
    const refused = runScript("generate", "--out", out);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /online-retail\.csv\.gz is there, and was not generated here/);
    assert.deepEqual(readdirSync(out), ["online-retail.csv.gz"]);
    for (const args of [
      ["--days", "0"],
      ["--scale", "-1"],
      ["--start", "2012-02-30"],
      ["--customers", "some"],
      ["--sed", "1"],
    ])
      assert.equal(runScript("generate", "--out", join(out, "x"), ...args).code, 2, args.join(" "));
    assert.equal(runScript("generate").code, 2);
    assert.deepEqual(readdirSync(out), ["online-retail.csv.gz"]);
  });
});
