import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostname } from "node:os";
import { setImmediate, setTimeout } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { freshFolders } from "../support/folders.js";
import { jitiPath, projectRoot, runScript, type ScriptResult } from "./scripts.js";
import { assertFlagsTellTheTruth, fingerprint, landedRows, unassignedRows } from "./landed.js";
import { skip } from "../support/skip.js";

const salesHeader = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
const hit = (time: string, more = "x", columns = 178): string =>
  ["0", time, ...Array<string>(columns - 3).fill(""), more].join("\t");
const sale = (date: string, description = "LAMP", invoice = "700001"): string =>
  `${invoice},61001,${description},2,${date},1.25,20001,Norway`;

interface Facts {
  readonly from: string;
  readonly until: string;
  readonly hours: number;
  readonly webLogs: FeedFacts | null;
  readonly sales: FeedFacts | null;
  readonly emptyInBoth: number | null;
  readonly products: number | null;
  readonly unassigned: readonly string[];
  readonly customersLinkedAtRandom: boolean;
  readonly finishedEarlier: boolean;
  readonly error: { readonly code: string; readonly message: string; readonly where: string; readonly next: string };
}
interface FeedFacts {
  readonly lines: number;
  readonly landed: number;
  readonly outside: number;
  readonly unassigned: number;
  readonly hours: { readonly placed: number; readonly replaced: number; readonly added: number };
  readonly emptyHours: number;
  readonly ignoredColumns: readonly string[];
}

describe("landing", function () {
  this.timeout(60_000);
  const fresh = freshFolders();
  let data: string;
  let landing: string;
  let files: string;

  beforeEach(() => {
    const root = fresh();
    data = join(root, "data");
    landing = join(data, "landing");
    files = join(root, "files");
    mkdirSync(files);
  });

  function file(name: string, content: string | Buffer): string {
    const path = join(files, name);
    writeFileSync(path, content);
    return path;
  }
  const webLogs = (...lines: string[]): string => file("hits.tsv", lines.map((line) => `${line}\n`).join(""));
  const salesFile = (...lines: string[]): string =>
    file("sales.csv", [salesHeader, ...lines].map((line) => `${line}\n`).join(""));
  const march = ["--from", "2012-03-01T00:00Z", "--until", "2012-03-01T03:00Z"];
  const column = ["--link", "column"];

  function land(...args: string[]): Facts {
    const result = runScript("land", "--data", data, "--json", ...args);
    assert.equal(result.code, 0, result.stdout + result.stderr);
    assert.equal(result.stderr, "");
    return JSON.parse(result.stdout) as Facts;
  }
  function refused(code: string, ...args: string[]): Facts["error"] {
    const result = runScript("land", "--data", data, "--json", ...args);
    assert.equal(result.code, 2, result.stdout + result.stderr);
    const { error } = JSON.parse(result.stdout) as Facts;
    assert.equal(error.code, code, error.message);
    assert.ok(error.next.length > 0);
    return error;
  }
  const values = (): unknown => JSON.parse(readFileSync(join(landing, "_landing.json"), "utf8"));
  const isEmptyLanding = (): boolean => !existsSync(landing) || readdirSync(landing).length === 0;

  describe("hours", () => {
    it("gives every hour of the range its folder and flag in both feeds, empty ones too", () => {
      const logs = webLogs(
        hit("2012-03-01 01:59:59", "b"),
        hit("2012-03-01 00:00:00", "a"),
        hit("2012-03-01 01:00:00"),
      );
      const facts = land("--web-logs", logs, "--sales", salesFile(sale("3/1/2012 0:59")), ...march, ...column);
      const rows = landedRows(landing, "omniture");
      assert.deepEqual([...rows.keys()], ["20120301_00", "20120301_01", "20120301_02"]);
      assert.deepEqual(
        [...rows.values()].map((lines) => lines.length),
        [1, 2, 0],
      );
      assert.deepEqual(
        [...landedRows(landing, "sales")],
        [
          ["20120301_00", [sale("3/1/2012 0:59")]],
          ["20120301_01", []],
          ["20120301_02", []],
        ],
      );
      assert.deepEqual(readdirSync(join(landing, "sales/date_ts=20120301_02")).sort(), ["_SUCCESS", "_howdah.json"]);
      assertFlagsTellTheTruth(landing);
      assert.equal(facts.hours, 3);
      assert.equal(facts.webLogs?.emptyHours, 1);
      assert.equal(facts.sales?.emptyHours, 2);
      assert.equal(facts.emptyInBoth, 1);
      assert.deepEqual(readdirSync(landing).sort(), ["_landing.json", "omniture", "sales"]);
    });

    it("counts and leaves out lines outside the range, whose end is excluded", () => {
      const times = ["2012-02-29 23:59:59", "2012-03-01 00:00:00", "2012-03-01 02:59:59", "2012-03-01 03:00:00"];
      const facts = land("--web-logs", webLogs(...times.map((time) => hit(time))), ...march);
      assert.deepEqual(
        { lines: facts.webLogs?.lines, landed: facts.webLogs?.landed, outside: facts.webLogs?.outside },
        { lines: 4, landed: 2, outside: 2 },
      );
    });

    it("takes the range of the data where none is given", () => {
      const logs = webLogs(hit("2012-02-28 22:10:00"), hit("2012-02-29 01:10:00"));
      const facts = land("--web-logs", logs, "--sales", salesFile(sale("3/1/2012 7:00")), ...column);
      assert.deepEqual([facts.from, facts.until, facts.hours], ["2012-02-28T22:00Z", "2012-03-01T08:00Z", 34]);
      assert.equal(landedRows(landing, "omniture").size, 34);
      assert.equal(landedRows(landing, "sales").size, 34);
    });

    it("refuses a range that only a mistyped year makes", () => {
      refused("RANGE_TOO_LONG", "--web-logs", webLogs(hit("2012-03-01 00:00:00"), hit("2102-03-01 00:00:00")));
      assert.ok(isEmptyLanding());
    });

    it("leaves the other feed's hours alone when only one is given", () => {
      land("--web-logs", webLogs(hit("2012-03-01 00:00:00")), ...march);
      assert.deepEqual(readdirSync(landing), ["omniture"]);
      land("--sales", salesFile(sale("3/1/2012 0:00")), ...march, ...column);
      assert.equal(landedRows(landing, "omniture").get("20120301_00")?.length, 1);
      assert.equal(landedRows(landing, "sales").get("20120301_00")?.length, 1);
    });

    it("lands slices together as the one file they come from", () => {
      assert.equal(runScript("generate", "--out", files, "--scale", "0.1", "--seed", "3").code, 0);
      const whole = (name: string): string => gunzipSync(readFileSync(join(files, name))).toString("latin1");
      const [header = "", ...lines] = whole("online-retail.csv.gz").slice(0, -1).split("\n");
      const hits = whole("web-logs.tsv.gz").slice(0, -1).split("\n");
      // In no order of time, and of unequal sizes.
      const slice = (all: string[], i: number): string[] => all.filter((_, j) => Math.min(2, (j * 7919) % 5) === i);
      const args = [0, 1, 2].flatMap((i) => {
        const salesText = Buffer.from([header, ...slice(lines, i)].join("\n"), "latin1");
        const hitText = Buffer.from(slice(hits, i).join("\n"), "latin1");
        return [
          ...["--web-logs", file(`h${i}.tsv`, i === 1 ? gzipSync(hitText) : hitText)],
          ...["--sales", file(`s${i}.csv`, i === 1 ? salesText : gzipSync(salesText))],
        ];
      });
      land(...args, ...column);
      const slices = { hits: landedRows(landing, "omniture"), sales: landedRows(landing, "sales") };
      rmSync(data, { recursive: true });
      const one = ["--web-logs", join(files, "web-logs.tsv.gz"), "--sales", join(files, "online-retail.csv.gz")];
      land(...one, ...column);
      assert.deepEqual(slices.hits, landedRows(landing, "omniture"));
      assert.deepEqual(slices.sales, landedRows(landing, "sales"));
      assert.equal([...slices.hits.values()].flat().length, hits.length);
      assert.equal([...slices.sales.values()].flat().length, lines.length);
    });
  });

  describe("hits", () => {
    it("copies lines as they are, whatever their columns and bytes, when their time can be read", () => {
      const odd = [
        hit("2012-03-01 00:00:00", "x", 177),
        hit("2012-03-01 00:00:01", "x", 179),
        "0\t2012-03-01 00:00:02",
      ];
      const bytes = hit("2012-03-01 00:00:03", "caf\xe9 \xff\xfe\x80");
      const windows = hit("2012-03-01 00:00:04", "text \r inside\r");
      const last = hit("2012-03-01 00:00:05", "no newline, but a CR\r");
      const text = [...odd, bytes, windows, last].join("\n");
      const facts = land("--web-logs", file("hits.tsv.gz", gzipSync(Buffer.from(text, "latin1"))), ...march);
      // The CR that ends the last line is text, since no LF follows: it gets one that the LF can take.
      const expected = [...odd, bytes, windows, `${last}\r`].sort();
      assert.deepEqual(landedRows(landing, "omniture").get("20120301_00"), expected);
      assert.equal(facts.webLogs?.landed, 6);
    });

    it("keeps lines without a readable time aside, blank ones too, and counts them", () => {
      const bad = [
        hit("2012-02-30 00:00:00"),
        hit("2012-03-01 24:00:00"),
        hit("2012-03-01 00:60:00"),
        hit("2012-03-01T00:00:00"),
        hit("2012-03-01 00:00:00.0"),
        hit(" 2012-03-01 00:00:00"),
        hit(""),
        "no tab",
        "",
        "\r",
      ];
      const logs = webLogs(hit("2012-03-01 00:00:00"), ...bad);
      const facts = land("--web-logs", logs, ...march);
      assert.equal(facts.webLogs?.unassigned, bad.length);
      assert.deepEqual(unassignedRows(landing), [...bad].sort());
      assert.equal(facts.unassigned.length, 1);
      // The same rows again are kept once.
      land("--web-logs", logs, ...march, "--replace");
      assert.deepEqual(unassignedRows(landing), [...bad].sort());
    });

    it("drops a byte order mark at the beginning of a file", () => {
      const line = hit("2012-03-01 00:00:00");
      land("--web-logs", webLogs(`\ufeff${line}`), ...march);
      assert.deepEqual(landedRows(landing, "omniture").get("20120301_00"), [line]);
    });

    it("lands nothing of an empty file, but the hours that were asked for", () => {
      assert.equal(land("--web-logs", file("empty.tsv", ""), ...march).webLogs?.emptyHours, 3);
      refused("NOTHING_TO_LAND", "--web-logs", file("none.tsv", ""));
    });
  });

  describe("sales", () => {
    it("drops the mark and the CR before LF, and adds the last newline", () => {
      const text = `\ufeff${salesHeader}\r\n${sale("3/1/2012 0:01")}\r\n${sale("3/1/2012 0:02", "A \r CR")}`;
      land("--sales", file("sales.csv", text), ...march, ...column);
      assert.deepEqual(landedRows(landing, "sales").get("20120301_00"), [
        sale("3/1/2012 0:02", "A \r CR"),
        sale("3/1/2012 0:01"),
      ]);
    });

    it("puts columns into the declared order by their names, and says which it left out", () => {
      const text =
        'Till,Country,"InvoiceDate",CustomerID,UnitPrice,Quantity,Description,StockCode,InvoiceNo\n' +
        '9,Norway,3/1/2012 0:01,20001,1.25,2,"TIN 9"" CLOCK, RED",61001,700001\n' +
        '9,"Norway","3/1/2012 0:02",20001,1.25,2,LAMP,61001,700001\n';
      const facts = land("--sales", file("sales.csv", text), ...march, ...column);
      assert.deepEqual(facts.sales?.ignoredColumns, ["Till"]);
      assert.deepEqual(landedRows(landing, "sales").get("20120301_00"), [
        sale("3/1/2012 0:01", '"TIN 9"" CLOCK, RED"'),
        '700001,61001,LAMP,2,"3/1/2012 0:02",1.25,20001,"Norway"',
      ]);
    });

    it("refuses a file that lacks a column or the header, naming both, and lands nothing", () => {
      const error = refused(
        "MISSING_COLUMN",
        "--sales",
        file("s.csv", salesHeader.replace("UnitPrice", "Price")),
        ...column,
      );
      assert.ok(error.message.includes("UnitPrice") && error.message.includes("Price,CustomerID"), error.message);
      assert.ok(error.where.endsWith("s.csv:1"));
      refused("MISSING_COLUMN", "--sales", file("s.csv", `${sale("3/1/2012 0:01")}\n`), ...column);
      refused("MISSING_COLUMN", "--sales", file("s.csv", ""), ...column);
      refused("COLUMN_TWICE", "--sales", file("s.csv", `${salesHeader},Country\n`), ...column);
      assert.ok(isEmptyLanding());
    });

    it("copies a line that it cannot split as it is: into its hour when the time can be read, else aside", () => {
      const inHour = [
        "700001,61001,LAMP,2,3/1/2012 0:01",
        `${sale("3/1/2012 0:02")},more`,
        '700001,61001,"LAMP" red,2,3/1/2012 0:03,1.25,20001,Norway',
        '700001,61001,LAMP,2,3/1/2012 0:04,1.25,"20001,Norway',
        '700001,61001,7" LAMP,2,3/1/2012 0:05,1.25,20001,Norway',
      ];
      const aside = [
        '700001,61001,"LAMP,2,3/1/2012 0:01,1.25,20001,Norway',
        "700001,61001,LAMP,2",
        sale("2012-03-01 00:01"),
        sale("13/1/2012 0:01"),
        sale("3/1/2012 0:01 "),
        sale("3/1/2012 0:1"),
        sale("3/1/12 0:01"),
        sale(""),
        salesHeader,
        "",
      ];
      const facts = land("--sales", salesFile(...inHour, ...aside), ...march, ...column);
      assert.deepEqual(landedRows(landing, "sales").get("20120301_00"), [...inHour].sort());
      assert.deepEqual(unassignedRows(landing), [...aside].sort());
      assert.deepEqual([facts.sales?.landed, facts.sales?.unassigned], [inHour.length, aside.length]);
    });

    it("converts latin-1 when told, and otherwise leaves bytes for the run to reject", () => {
      const bytes = Buffer.from(`${salesHeader}\n${sale("3/1/2012 0:01", "\xa35 CAF\xc9")}\n`, "latin1");
      land("--sales", file("sales.csv", bytes), ...march, ...column);
      assert.deepEqual(landedRows(landing, "sales").get("20120301_00"), [sale("3/1/2012 0:01", "\xa35 CAF\xc9")]);
      land("--sales", file("sales.csv", bytes), ...march, ...column, "--replace", "--sales-encoding", "latin-1");
      const utf8 = Buffer.from(sale("3/1/2012 0:01", "£5 CAFÉ")).toString("latin1");
      assert.deepEqual(landedRows(landing, "sales").get("20120301_00"), [utf8]);
    });

    it("reads dates by the pattern in full, and shifts them", () => {
      const file1 = salesFile(sale("2010-12-02T00:00:59"), sale("12/2/2010 0:00"), sale("2010-12-02T00:00"));
      const pattern = "yyyy-MM-dd'T'HH:mm:ss";
      const facts = land("--sales", file1, ...march, "--sales-shift-days", "455", "--sales-date-format", pattern);
      assert.deepEqual(landedRows(landing, "sales").get("20120301_00"), [sale("2010-12-02T00:00:59")]);
      assert.equal(facts.sales?.unassigned, 2);
      assert.deepEqual(values(), {
        sales_encoding: "utf-8",
        sales_date_format: pattern,
        link: "demo",
        link_column: "CustomerID",
        sales_shift_days: "455",
      });
    });

    it("knows leap days", () => {
      const file1 = salesFile(
        sale("2/29/2012 0:00"),
        sale("2/29/2011 0:00"),
        sale("2/29/1900 0:00"),
        sale("2/29/2000 0:00"),
      );
      const facts = land("--sales", file1, "--from", "2000-02-28T00:00Z", "--until", "2000-03-01T00:00Z", ...column);
      assert.deepEqual([facts.sales?.landed, facts.sales?.outside, facts.sales?.unassigned], [1, 1, 2]);
      assert.equal(landedRows(landing, "sales").get("20000229_00")?.length, 1);
    });

    it("refuses patterns that it could read in two ways, or that name no hour", () => {
      for (const pattern of ["M/d/yyyy", "Mdyyyy H:mm", "MMM d yyyy H", "M/d/yyyy h:mm", "M/M/yyyy d H"])
        refused("DATE_PATTERN", "--sales", salesFile(), ...column, "--sales-date-format", pattern);
    });

    it("asks for the link mode when sales are not shifted, and says so when it links at random", () => {
      refused("LINK_UNNAMED", "--sales", salesFile(sale("3/1/2012 0:01")));
      assert.ok(isEmptyLanding());
      const shown = runScript("land", "--data", data, "--sales", salesFile(sale("3/1/2012 0:01")), "--link", "demo");
      assert.equal(shown.code, 0, shown.stderr);
      assert.match(shown.stdout, /linked to users at random/);
      assert.equal(
        land("--sales", salesFile(), ...march, "--sales-shift-days", "0", ...column, "--replace")
          .customersLinkedAtRandom,
        false,
      );
    });
  });

  describe("again", () => {
    const day = ["--from", "2012-03-01T00:00Z", "--until", "2012-03-02T00:00Z"];

    it("refuses hours that are there, and lands nothing", () => {
      land("--web-logs", webLogs(hit("2012-03-01 01:00:00")), ...march);
      const before = fingerprint(landing);
      const error = refused("HOURS_EXIST", "--web-logs", webLogs(hit("2012-03-01 05:00:00")), ...day);
      assert.match(error.message, /3 of omniture \(first 2012-03-01T00:00Z\)/);
      // Also when the range follows from the data.
      refused("HOURS_EXIST", "--web-logs", webLogs(hit("2012-03-01 01:00:00")));
      assert.deepEqual(fingerprint(landing), before);
      land("--web-logs", webLogs(hit("2012-03-01 05:00:00")));
      assert.equal(landedRows(landing, "omniture").size, 4);
    });

    it("replaces the hours of the range and no others", () => {
      land("--web-logs", webLogs(hit("2012-03-01 00:00:00", "old"), hit("2012-03-01 02:00:00", "old")), ...march);
      const facts = land(
        ...["--web-logs", webLogs(hit("2012-03-01 01:00:00", "new")), "--replace"],
        ...["--from", "2012-03-01T00:00Z", "--until", "2012-03-01T02:00Z"],
      );
      assert.deepEqual(facts.webLogs?.hours, { placed: 0, replaced: 2, added: 0 });
      assert.deepEqual(
        [...landedRows(landing, "omniture")],
        [
          ["20120301_00", []],
          ["20120301_01", [hit("2012-03-01 01:00:00", "new")]],
          ["20120301_02", [hit("2012-03-01 02:00:00", "old")]],
        ],
      );
      assertFlagsTellTheTruth(landing);
    });

    it("gives the same bytes when the same files are landed anew", () => {
      const args = ["--sales", salesFile(sale("3/1/2012 0:01"), sale("3/1/2012 2:01")), ...march, ...column];
      land(...args);
      const before = fingerprint(landing);
      land(...args, "--replace");
      assert.deepEqual(fingerprint(landing), before);
    });

    it("adds late rows as a further file, makes hours that are new, and refuses the same rows twice", () => {
      land("--sales", salesFile(sale("3/1/2012 0:01"), sale("3/1/2012 1:01")), ...march, ...column);
      const untouched = fingerprint(join(landing, "sales/date_ts=20120301_00"));
      const late = ["--sales", salesFile(sale("3/1/2012 1:30"), sale("3/1/2012 4:00")), ...column, "--add"];
      const facts = land(...late);
      assert.deepEqual(facts.sales?.hours, { placed: 2, replaced: 0, added: 1 });
      assert.deepEqual(readdirSync(join(landing, "sales/date_ts=20120301_01")).sort(), [
        ...["_SUCCESS", "_howdah.json", "part-00000-2.csv.gz", "part-00000.csv.gz"],
      ]);
      assert.deepEqual(fingerprint(join(landing, "sales/date_ts=20120301_00")), untouched);
      assert.deepEqual(landedRows(landing, "sales").get("20120301_01"), [sale("3/1/2012 1:01"), sale("3/1/2012 1:30")]);
      assert.deepEqual([...landedRows(landing, "sales").keys()].length, 5);
      assertFlagsTellTheTruth(landing);

      const before = fingerprint(landing);
      refused("SAME_CONTENT", ...late);
      assert.deepEqual(fingerprint(landing), before);
    });

    it("refuses other values while an hour with the old ones would remain", () => {
      land("--sales", salesFile(sale("3/1/2012 0:01")), ...march, ...column);
      const before = fingerprint(landing);
      const shifted = ["--sales", salesFile(sale("2/1/2012 0:01")), "--sales-shift-days", "29"];
      const later = ["--from", "2012-03-02T00:00Z", "--until", "2012-03-02T01:00Z"];
      const error = refused("OTHER_VALUES", ...shifted, ...later);
      assert.match(error.message, /3 hours of sales/);
      assert.match(error.message, /link is column there and demo here; sales_shift_days is 0 there and 29 here/);
      refused("OTHER_VALUES", ...shifted, ...march, "--add");
      refused("OTHER_VALUES", ...shifted, "--from", "2012-03-01T01:00Z", "--until", "2012-03-02T00:00Z", "--replace");
      assert.deepEqual(fingerprint(landing), before);
      land(...shifted, ...day, "--replace");
      assert.equal(landedRows(landing, "sales").get("20120301_00")?.[0], sale("2/1/2012 0:01"));
      assert.equal((values() as Record<string, string>)["sales_shift_days"], "29");
    });

    it("places products once, and refuses others unless told to replace them", () => {
      const products = file("p.tsv", "category\turl\r\nlamps\thttp://shop.example/a\r\nodd line\r\n");
      assert.equal(land("--products", products).products, 2);
      const placed = join(landing, "products");
      assert.deepEqual(readdirSync(placed).sort(), ["_SUCCESS", "_howdah.json", "part-00000.tsv"]);
      assert.equal(
        readFileSync(join(placed, "part-00000.tsv"), "utf8"),
        "url\tcategory\nhttp://shop.example/a\tlamps\nodd line\n",
      );
      land("--products", products);
      const others = file("q.tsv", "url\tcategory\n");
      refused("PRODUCTS_EXIST", "--products", others);
      land("--products", others, "--replace");
      assert.equal(readFileSync(join(placed, "part-00000.tsv"), "utf8"), "url\tcategory\n");
      refused("MISSING_COLUMN", "--products", file("r.tsv", "url,category\n"));
    });
  });

  describe("failures", () => {
    it("refuses a broken gzip, whole or cut, and lands nothing of the other files", () => {
      const good = webLogs(...Array.from({ length: 5000 }, (_, i) => hit("2012-03-01 00:00:00", `${i * 7919}`)));
      const packed = gzipSync(readFileSync(good));
      for (const broken of [packed.subarray(0, packed.length >> 1), Buffer.from("no gzip"), Buffer.alloc(0)]) {
        const error = refused("BROKEN_GZIP", "--web-logs", good, "--web-logs", file("broken.tsv.gz", broken), ...march);
        assert.ok(error.where.endsWith("broken.tsv.gz"));
        assert.ok(isEmptyLanding());
      }
      const damaged = Buffer.from(packed);
      damaged.fill(0x55, packed.length - 40, packed.length - 8);
      refused("BROKEN_GZIP", "--web-logs", file("damaged.tsv.gz", damaged), ...march);
      assert.ok(isEmptyLanding());
    });

    it("tells usage mistakes before anything is read", () => {
      assert.match(refused("USAGE", "--web-log", "x").message, /did you mean --web-logs/);
      refused("USAGE");
      const logs = webLogs(hit("2012-03-01 00:00:00"));
      refused("USAGE", "--web-logs", logs, "--web-logs", logs);
      refused("USAGE", "--web-logs", logs, "--add", "--replace");
      refused("USAGE", "--web-logs", logs, "--from", "2012-03-01");
      refused("USAGE", "--web-logs", logs, "--from", "2012-03-01T00:30Z");
      refused("USAGE", "--web-logs", logs, "--from", "2012-03-02T00:00Z", "--until", "2012-03-01T00:00Z");
      refused("USAGE", "--sales", salesFile(), "--link", "columns");
      assert.match(
        refused("USAGE", "--sales", salesFile(), ...column, "--link-column", "CustomerId").message,
        /CustomerID/,
      );
      refused("USAGE", "--sales", salesFile(), ...column, "--sales-encoding", "utf8");
      refused("USAGE", "--sales", salesFile(), ...column, "--sales-shift-days", "1.5");
      refused("NOT_FOUND", "--web-logs", join(files, "none"));
      refused("NOT_A_FILE", "--web-logs", files);
      assert.ok(!existsSync(data));
    });

    it("shows mistakes to people on stderr, with what to do next", () => {
      const shown = runScript("land", "--data", data, "--sales", salesFile(sale("3/1/2012 0:01")));
      assert.equal(shown.code, 2);
      assert.equal(shown.stdout, "");
      assert.match(shown.stderr, /^error: --link must be named/);
      assert.match(shown.stderr, /next: --link column when/);
    });

    it("fails clearly when the disk takes no more, and lands nothing", () => {
      const noise = Array.from({ length: 400 }, () => hit("2012-03-01 00:00:00", randomBytes(800).toString("base64")));
      const args = ["--web-logs", webLogs(...noise), "--data", data, "--json"];
      // A limit on the size of files stands for the disk's end: the system call fails at the same place.
      const limited = 'ulimit -f 128; exec "$@"';
      const { status, stdout, stderr } = spawnSync(
        "bash",
        ["-c", limited, "bash", process.execPath, jitiPath, "scripts/land.ts", ...args],
        { cwd: projectRoot, encoding: "utf8" },
      );
      assert.equal(status, 1, stdout + stderr);
      assert.equal((JSON.parse(stdout) as Facts).error.code, "DISK_FULL");
      assert.ok(isEmptyLanding());
    });

    it("says so when the data root is no folder", () => {
      data = webLogs(hit("2012-03-01 00:00:00"));
      refused("NOT_A_FOLDER", "--web-logs", data);
    });

    it("refuses a second landing while one is at work, and takes a dead one's lock over", () => {
      const locks = join(data, "_howdah/locks");
      mkdirSync(locks, { recursive: true });
      const lock = (pid: number): void => {
        const owner = {
          owner: "process",
          job: "land",
          pid,
          started: null,
          host: hostname(),
          application: null,
          nonce: "",
        };
        writeFileSync(join(locks, "land.json"), JSON.stringify(owner));
      };
      lock(process.pid);
      const logs = webLogs(hit("2012-03-01 00:00:00"));
      assert.match(refused("LOCKED", "--web-logs", logs).message, new RegExp(`process ${process.pid}`));
      lock(2_147_483_646);
      land("--web-logs", logs);
      assert.deepEqual(readdirSync(locks), []);
      assert.deepEqual(readdirSync(landing), ["omniture"]);
    });
  });

  describe("killed", () => {
    /** So many hours that placing them takes long enough to be cut off. */
    const hours = 12 * 24;
    const long = ["--from", "2012-02-25T00:00Z", "--until", "2012-03-08T00:00Z", "--link", "demo", "--json"];
    let args: string[];
    let expected: Map<string, string>;

    beforeEach(() => {
      assert.equal(runScript("generate", "--out", files, "--days", "3", "--scale", "0.3").code, 0);
      const raw = ["--web-logs", join(files, "web-logs.tsv.gz"), "--sales", join(files, "online-retail.csv.gz")];
      args = ["--data", data, ...raw, "--products", join(files, "products.tsv.gz"), ...long];
      const clean = runScript("land", ...args);
      assert.equal(clean.code, 0, clean.stderr);
      expected = fingerprint(landing);
      rmSync(data, { recursive: true });
    });

    /** Starts a landing, kills it when `moment` has come, and gives whether it was still running. */
    async function killedAt(
      moment: () => Promise<unknown>,
      more: readonly string[] = [],
      signal: NodeJS.Signals = "SIGKILL",
    ): Promise<ScriptResult & { signal: NodeJS.Signals | null }> {
      const child = spawn(process.execPath, [jitiPath, "scripts/land.ts", ...args, ...more], { cwd: projectRoot });
      let stdout = "";
      child.stdout.on("data", (chunk) => (stdout += String(chunk)));
      const closed = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
      await Promise.race([moment(), closed]);
      child.kill(signal);
      const [code, killedBy] = await closed;
      return { code, signal: killedBy, stdout, stderr: "" };
    }
    const journal = (): string => join(landing, "_landing.staging/journal.json");
    const untilStaged = async (): Promise<void> => {
      while (!existsSync(join(landing, "_landing.staging/omniture"))) await setImmediate();
    };
    const untilJournal = async (): Promise<void> => {
      while (!existsSync(journal())) await setImmediate();
    };

    it("leaves nothing landed before its last step, and ends right when it is started again", async () => {
      // At once, while rows are written aside, and at some moment that no code knows.
      for (const moment of [() => setTimeout(50), untilStaged, () => setTimeout(500)]) {
        const { signal } = await killedAt(moment);
        if (moment === untilStaged) {
          assert.equal(signal, "SIGKILL");
          assert.deepEqual(readdirSync(landing).sort(), ["_landing.staging"]);
        }
        if (existsSync(landing)) assertFlagsTellTheTruth(landing);
        const again = runScript("land", ...args);
        assert.equal(again.code, signal === null ? 2 : 0, again.stdout);
        assert.deepEqual(fingerprint(landing), expected);
        rmSync(data, { recursive: true });
      }
    });

    it("finishes what it had begun to place, when the same or another landing is started", async () => {
      const killed = await killedAt(untilJournal);
      assert.equal(killed.signal, "SIGKILL");
      assert.ok(existsSync(journal()), "the kill came too late to cut anything off");
      assertFlagsTellTheTruth(landing);
      assert.ok(landedRows(landing, "sales").size < hours);
      const again = JSON.parse(runScript("land", ...args).stdout) as Facts;
      assert.equal(again.finishedEarlier, true);
      assert.equal(again.hours, hours);
      assert.deepEqual(fingerprint(landing), expected);

      rmSync(data, { recursive: true });
      await killedAt(untilJournal);
      const other = runScript("land", "--data", data, "--json", "--web-logs", webLogs(hit("2012-06-01 00:00:00")));
      assert.equal(other.code, 0, other.stdout);
      assert.deepEqual(landedRows(landing, "omniture").get("20120601_00")?.length, 1);
      rmSync(join(landing, "omniture/date_ts=20120601_00"), { recursive: true });
      assert.deepEqual(fingerprint(landing), expected);
    });

    it("finishes a replacement with other values, whose old hours lose their flags first", async () => {
      assert.equal(runScript("land", ...args).code, 0);
      const column = ["--link", "column", "--replace"];
      const killed = await killedAt(untilJournal, column);
      assert.equal(killed.signal, "SIGKILL");
      assertFlagsTellTheTruth(landing);
      if ((values() as Record<string, string>)["link"] === "column" && existsSync(journal())) {
        // Under a flag stand only hours that came anew.
        const waiting = readdirSync(join(landing, "_landing.staging/sales"));
        for (const hour of waiting) assert.ok(!existsSync(join(landing, "sales", hour, "_SUCCESS")), hour);
      }
      const again = runScript("land", ...args, ...column);
      assert.equal(again.code, 0, again.stdout);
      assert.equal((values() as Record<string, string>)["link"], "column");
      const placed = fingerprint(landing);
      placed.delete("/_landing.json");
      expected.delete("/_landing.json");
      assert.deepEqual(placed, expected);
    });

    it("finishes an addition without adding anything twice", async () => {
      assert.equal(runScript("land", ...args).code, 0);
      const late = file(
        "late.csv",
        `${salesHeader}\n${Array.from({ length: hours }, (_, i) => sale(lateDate(i))).join("\n")}\n`,
      );
      args = ["--data", data, "--sales", late, "--link", "demo", "--add", "--json"];
      const killed = await killedAt(untilJournal);
      assert.equal(killed.signal, "SIGKILL");
      assert.ok(existsSync(journal()), "the kill came too late to cut anything off");
      assertFlagsTellTheTruth(landing);
      const again = JSON.parse(runScript("land", ...args).stdout) as Facts;
      assert.equal(again.finishedEarlier, true);
      const rows = landedRows(landing, "sales");
      assert.equal(rows.size, hours);
      for (const lines of rows.values())
        assert.equal(lines.filter((line) => line.startsWith("700001,61001,LAMP")).length, 1);
      assertFlagsTellTheTruth(landing);
    });

    it("lands nothing when the user interrupts, exits 130, and can be started again", async () => {
      const { code, stdout } = await killedAt(untilStaged, [], "SIGINT");
      assert.equal(code, 130, stdout);
      assert.equal((JSON.parse(stdout) as Facts).error.code, "INTERRUPTED");
      assert.ok(isEmptyLanding());
      assert.equal(runScript("land", ...args).code, 0);
      assert.deepEqual(fingerprint(landing), expected);
    });

    function lateDate(hour: number): string {
      const date = new Date(Date.UTC(2012, 1, 25, hour));
      return `${date.getUTCMonth() + 1}/${date.getUTCDate()}/2012 ${date.getUTCHours()}:30`;
    }
  });

  it("lands the public samples", function () {
    const samples = process.env["HOWDAH_SAMPLES"];
    if (samples === undefined) return skip(this, "HOWDAH_SAMPLES names no folder with the public samples");
    const facts = land(
      ...["--web-logs", join(samples, "Omniture.1.tsv.gz"), "--sales", join(samples, "online-retail.csv.gz")],
      ...["--products", join(samples, "products.tsv.gz"), "--sales-shift-days", "455"],
      ...["--from", "2012-03-01T00:00Z", "--until", "2012-03-16T00:00Z"],
    );
    assert.deepEqual(
      [facts.hours, facts.webLogs?.landed, facts.webLogs?.emptyHours, facts.sales?.landed, facts.sales?.emptyHours],
      [360, 77_529, 79, 31_133, 232],
    );
    assert.deepEqual([facts.emptyInBoth, facts.sales?.lines, facts.sales?.unassigned], [62, 541_909, 0]);
    assert.equal(facts.customersLinkedAtRandom, true);
    assert.equal([...landedRows(landing, "omniture").values()].flat().length, 77_529);
    assertFlagsTellTheTruth(landing);
  });
});
