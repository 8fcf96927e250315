import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { createJiti } from "jiti";
import { freshFolders } from "../support/folders.js";
import { writeWorkbook, type CellSpec, type SheetSpec, type WorkbookSpec } from "../support/workbook.js";
import { landedRows, unassignedRows } from "./landed.js";
import { salesHeader, salesTime } from "./landing.js";
import { projectRoot, runScript } from "./scripts.js";

interface Taken {
  readonly from: string | null;
  readonly sales: {
    readonly lines: number;
    readonly landed: number;
    readonly unassigned: number;
    readonly ignoredColumns: readonly string[];
    readonly sheets: readonly { readonly file: string; readonly sheet: string; readonly others: readonly string[] }[];
  };
}
interface LandingModule {
  readonly land: (landing: string, request: object, context: object) => Promise<Taken>;
}
interface OptionsModule {
  readonly readOptions: (args: readonly string[]) => { readonly landing: string; readonly request: object };
}

const names = salesHeader.split(",");
const header: readonly CellSpec[] = names.map((shared) => ({ shared }));
const day = Date.UTC(2012, 2, 1) / 1000;
/** A row of a till: invoice, product, text, number, time, price, customer, country. */
const row = (seconds: number, more: Readonly<Record<string, CellSpec>> = {}): CellSpec[] =>
  names.map((name) => (name in more ? more[name] : usual(seconds)[name]));
const usual = (seconds: number): Record<string, CellSpec> => ({
  InvoiceNo: { number: "700001" },
  StockCode: { number: "61001" },
  Description: { shared: "LAMP" },
  Quantity: { number: "2" },
  InvoiceDate: { time: seconds },
  UnitPrice: { number: "1.25" },
  CustomerID: { number: "20001" },
  Country: { inline: "Norway" },
});
const line = (time: string, more: Readonly<Record<string, string>> = {}): string =>
  Object.values({
    ...{ InvoiceNo: "700001", StockCode: "61001", Description: "LAMP", Quantity: "2", InvoiceDate: time },
    ...{ UnitPrice: "1.25", CustomerID: "20001", Country: "Norway" },
    ...more,
  }).join(",");

describe("landing of workbooks", function () {
  this.timeout(60_000);
  const fresh = freshFolders();
  let root: string;
  let landed = 0;
  let landing: string;
  let land: LandingModule["land"];
  let readOptions: OptionsModule["readOptions"];

  before(async () => {
    const jiti = createJiti(import.meta.url);
    ({ land } = await jiti.import<LandingModule>(join(projectRoot, "scripts/landing/landing.ts")));
    ({ readOptions } = await jiti.import<OptionsModule>(join(projectRoot, "scripts/landing/options.ts")));
  });
  beforeEach(() => {
    root = fresh();
    mkdirSync(join(root, "files"));
  });

  const path = (name: string): string => join(root, "files", name);
  function workbook(rows: SheetSpec["rows"], more: Partial<WorkbookSpec> = {}): string {
    writeWorkbook(path("sales.xlsx"), { sheets: [{ name: "Online Retail", rows }], ...more });
    return path("sales.xlsx");
  }
  function file(name: string, content: string | Uint8Array): string {
    writeFileSync(path(name), content);
    return path(name);
  }
  /** Lands a file into a data root of its own. */
  async function take(sales: string, ...more: readonly string[]): Promise<Taken["sales"]> {
    const data = join(root, `data-${landed++}`);
    const given = readOptions(["--sales", sales, "--data", data, "--link", "column", ...more]);
    ({ landing } = given);
    const context = { progress: () => undefined, signal: new AbortController().signal };
    return (await land(landing, given.request, context)).sales;
  }
  const hour = (key = "20120301_00"): string[] | undefined => landedRows(landing, "sales").get(key);
  async function refused(sales: string, code: string, message: RegExp, where = basename(sales)): Promise<void> {
    await assert.rejects(take(sales), (error: { code: string; message: string; where: string; next: string }) => {
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.ok(error.where.includes(where), error.where);
      assert.ok(error.next.length > 0);
      return true;
    });
  }
  /** The same workbook with other text in one part. */
  function edited(book: string, part: string, edit: (text: string) => string, name = "edited.xlsx"): string {
    const parts = unzipSync(readFileSync(book));
    assert.ok(part in parts, part);
    return file(name, zipSync({ ...parts, [part]: strToU8(edit(strFromU8(parts[part]!))) }));
  }
  const sheetPart = "xl/worksheets/sheet1.xml";

  describe("cells", () => {
    const text = fc
      .array(
        fc.constantFrom("A", "b", "é", "£", "中", "😀", " ", ",", '"', "&", "<", ">", "'", "_x000D_", "\\N", "\t"),
        {
          maxLength: 8,
        },
      )
      .map((parts) => parts.join(""));
    const textCell = fc.tuple(text, fc.constantFrom("shared", "inline", "formula", "fonts")).map(([value, how]) => {
      const cell: CellSpec =
        how === "shared"
          ? { shared: value }
          : how === "inline"
            ? { inline: value }
            : how === "fonts"
              ? { fonts: value.split(/(?<=[A ])/) }
              : { formula: "A1&B1", type: "str", value };
      return [cell, /[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value] as const;
    });
    const whole = fc.integer({ min: -90_000, max: 99_999_999 }).map(String);
    const wholeCell = fc.tuple(whole, fc.constantFrom("", ".0", "e0")).map(([value, more]) => {
      return [{ number: value + more }, value] as const;
    });
    const priceCell = fc.integer({ min: -99_999, max: 99_999_999 }).chain((thousandths) => {
      const price = String(thousandths / 1000);
      // As the noise of a sum, of fewer digits, and as a program writes all 17 of a double.
      const noisy = (thousandths / 1000) * (1 + 4e-16);
      return fc
        .constantFrom(price, String(noisy), (thousandths / 1000).toPrecision(17))
        .map((number) => [{ number }, price] as const);
    });
    const none = fc.constant([undefined, ""] as const);
    const timeCell = fc.integer({ min: 0, max: 24 * 60 - 1 }).map((minute) => {
      const seconds = day + minute * 60;
      return [{ time: seconds }, salesTime(seconds)] as const;
    });
    const key = fc.oneof(textCell, wholeCell, none);
    const rows = fc.array(
      fc.tuple(key, key, fc.oneof(textCell, none), wholeCell, timeCell, priceCell, fc.oneof(wholeCell, none), textCell),
      { minLength: 1, maxLength: 12 },
    );

    it("lands the same as the same rows as CSV", async () => {
      await fc.assert(
        fc.asyncProperty(
          rows,
          fc.record({
            since1904: fc.boolean(),
            unplaced: fc.boolean(),
            prefix: fc.constantFrom("", "x"),
            timeFormat: fc.constantFrom(undefined, "m/d/yyyy\\ h:mm", '[$-409]d"day"/mmm/yy h:mm AM/PM;@'),
          }),
          async (generated, { timeFormat, ...how }) => {
            const sheet = [header, ...generated.map((cells) => cells.map(([cell]) => cell))];
            const book = workbook(sheet, { ...how, ...(timeFormat === undefined ? {} : { timeFormat }) });
            const lines = generated.map((cells) => cells.map(([, field]) => field).join(","));
            const csv = file("sales.csv", [salesHeader, ...lines].map((one) => `${one}\n`).join(""));
            const taken = await take(book);
            const ofWorkbook = { rows: landedRows(landing, "sales"), aside: unassignedRows(landing) };
            assert.equal(taken.landed, generated.length);
            await take(csv);
            assert.deepEqual(ofWorkbook, { rows: landedRows(landing, "sales"), aside: unassignedRows(landing) });
          },
        ),
        { numRuns: 20 },
      );
    });

    it("gives the seconds of a day as they were typed, in both date systems", async () => {
      for (const since1904 of [false, true]) {
        const seconds = Array.from({ length: 4_547 }, (_, i) => day + 19 * i + (since1904 ? 1 : 0));
        const book = workbook([header, ...seconds.map((one) => row(one))], { since1904 });
        const taken = await take(book, "--sales-date-format", "yyyy-MM-dd'T'HH:mm:ss");
        assert.equal(taken.landed, seconds.length);
        const times = [...landedRows(landing, "sales").values()].flat().map((one) => one.split(",")[4]);
        assert.deepEqual(
          times.sort(),
          seconds.map((one) => new Date(one * 1000).toISOString().slice(0, 19)),
        );
      }
    });

    it("knows the days before and after the one that 1900 did not have", async () => {
      const serial = (number: string): string =>
        edited(workbook([header, row(day)]), sheetPart, (xml) => xml.replace(/(s="1"><v>)[^<]*/, `$1${number}`));
      for (const [number, date] of [
        ["1.5", "1/1/1900 12:00"],
        ["59", "2/28/1900 0:00"],
        ["61", "3/1/1900 0:00"],
        ["2958465", "12/31/9999 0:00"],
      ] as const) {
        await take(serial(number), "--from", "2012-03-01T00:00Z", "--until", "2012-03-01T01:00Z");
        assert.deepEqual(unassignedRows(landing), [], date);
        await take(serial(number));
        assert.deepEqual([...landedRows(landing, "sales").values()].flat(), [line(date)]);
      }
      const range = ["--from", "2012-03-01T00:00Z", "--until", "2012-03-01T01:00Z"];
      for (const number of ["60", "0.5", "-3", "2958466"]) {
        assert.equal((await take(serial(number), ...range)).unassigned, 1, number);
        assert.deepEqual(unassignedRows(landing), [line(number)]);
      }
    });

    it("takes a date that is text by the pattern, and no number for a date that is not shown as one", async () => {
      const book = workbook([
        header,
        row(0, { InvoiceDate: { shared: "3/1/2012 0:05" } }),
        row(0, { InvoiceDate: { iso: "2012-03-01T00:06:00" } }),
        row(0, { InvoiceDate: { shared: "2012-03-01 00:07" } }),
        row(0, { InvoiceDate: { number: "40969.5" } }),
      ]);
      const taken = await take(book);
      assert.deepEqual(hour(), [line("3/1/2012 0:05"), line("3/1/2012 0:06")]);
      assert.equal(taken.unassigned, 2);
      assert.deepEqual(unassignedRows(landing), [line("2012-03-01 00:07"), line("40969.5")]);
    });

    it("refuses a time that the pattern would cut", async () => {
      await refused(
        workbook([header, row(day), row(day + 30)]),
        "DATE_PRECISION",
        /M\/d\/yyyy H:mm/,
        "Online Retail!E3",
      );
    });

    it("rounds prices to three places as they read, and nothing else", async () => {
      const prices = [
        "2.5499999999999998",
        "0.30000000000000004",
        "1.0005",
        "-1.0005",
        "-0.0001",
        "1e-7",
        "12345678.9",
      ];
      const book = workbook([
        header,
        ...prices.map((number) => row(day, { UnitPrice: { number } })),
        row(day, { Quantity: { number: "0.30000000000000004" }, InvoiceNo: { number: "12345678901234567" } }),
      ]);
      await take(book);
      const written = ["2.55", "0.3", "1.001", "-1.001", "0", "0", "12345678.9"];
      const expected = written.map((UnitPrice) => line("3/1/2012 0:00", { UnitPrice }));
      expected.push(line("3/1/2012 0:00", { InvoiceNo: "12345678901234567", Quantity: "0.3" }));
      assert.deepEqual(hour(), expected.sort());
    });

    it("writes errors and truth values as spreadsheets do, and takes the value of a formula", async () => {
      const book = workbook([
        header,
        row(day, {
          Description: { error: "#N/A" },
          Country: { boolean: true },
          UnitPrice: { formula: "0.1+0.2", value: "0.30000000000000004" },
          StockCode: { formula: 'IF(1=2,"x","")', type: "str", value: "" },
        }),
      ]);
      await take(book);
      const more = { Description: "#N/A", Country: "TRUE", UnitPrice: "0.3", StockCode: "" };
      assert.deepEqual(hour(), [line("3/1/2012 0:00", more)]);
    });

    it("refuses a formula that was never computed, saying where", async () => {
      const book = workbook([header, row(day), row(day, { UnitPrice: { formula: "A1*2" } })]);
      await refused(book, "FORMULA_VALUE", /formula/, "Online Retail!F3");
    });
  });

  describe("sheets", () => {
    it("passes over empty rows and cells, and keeps what stands beside the columns as a line of too many", async () => {
      const book = workbook([
        [],
        header,
        [],
        row(day),
        [undefined, { shared: "" }, undefined],
        [...row(day), undefined, { shared: "note" }],
      ]);
      const taken = await take(book);
      assert.equal(taken.lines, 2);
      assert.deepEqual(hour(), [line("3/1/2012 0:00"), `${line("3/1/2012 0:00")},,note`]);
    });

    it("puts columns into the declared order, and says which it left out", async () => {
      const turned = (cells: readonly CellSpec[]): CellSpec[] => [{ shared: "Till" }, ...[...cells].reverse()];
      const taken = await take(workbook([turned(header), turned(row(day, { UnitPrice: { number: "1.2500000001" } }))]));
      assert.deepEqual(taken.ignoredColumns, ["Till"]);
      assert.deepEqual(hour(), [line("3/1/2012 0:00")]);
    });

    it("takes the first sheet that has the columns, and says which", async () => {
      const book = path("sales.xlsx");
      const sheets: SheetSpec[] = [
        { name: "Read <me>", rows: [[{ shared: "InvoiceNo" }]] },
        { name: "Empty", rows: [] },
        { name: "2010", rows: [header, row(day)] },
        { name: "2011", rows: [header, row(day), row(day)] },
      ];
      writeWorkbook(book, { sheets });
      const result = runScript("land", "--sales", book, "--data", join(root, "shown"), "--link", "column");
      assert.equal(result.code, 0, result.stderr);
      assert.match(result.stdout, /Of sales\.xlsx the sheet 2010 was read; left out: Read <me>, Empty, 2011/);
      const taken = await take(book);
      assert.equal(taken.lines, 1);
      assert.deepEqual(taken.sheets, [{ file: book, sheet: "2010", others: ["Read <me>", "Empty", "2011"] }]);
      writeWorkbook(book, { sheets: sheets.slice(0, 2) });
      await refused(book, "MISSING_COLUMN", /"Read <me>" lacks StockCode.*"Empty" is empty/);
    });

    it("lands beside CSV files, whose encoding is no matter of its own", async () => {
      const csv = file(
        "more.csv",
        Buffer.from(`${salesHeader}\n${line("3/1/2012 0:01", { Description: "£" })}\n`, "latin1"),
      );
      const book = workbook([header, row(day, { Description: { inline: "£" } })]);
      await take(book, "--sales", csv, "--sales-encoding", "latin-1");
      const pound = Buffer.from("£").toString("latin1");
      const times = ["3/1/2012 0:00", "3/1/2012 0:01"];
      assert.deepEqual(
        hour(),
        times.map((time) => line(time, { Description: pound })),
      );
    });

    it("refuses a sheet that lacks a column, or has none", async () => {
      await refused(workbook([header.slice(1), row(day).slice(1)]), "MISSING_COLUMN", /lacks InvoiceNo/);
      await refused(workbook([]), "MISSING_COLUMN", /is empty/);
      await refused(workbook([[...header, header[0]]]), "COLUMN_TWICE", /InvoiceNo/);
    });
  });

  describe("files that are no workbooks, or broken", () => {
    it("names what they are", async () => {
      const ole = Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc((1 << 20) - 20)]);
      const encrypted = Buffer.concat([ole, Buffer.from("EncryptedPackage", "utf16le"), Buffer.alloc(700)]);
      await refused(file("secret.xlsx", encrypted), "WORKBOOK_PASSWORD", /password/);
      await refused(file("old.xls", ole), "NOT_A_WORKBOOK", /2003/);
      await refused(file("text.xlsx", `${salesHeader}\n`), "NOT_A_WORKBOOK", /named as a workbook/);
      await refused(file("empty.xlsx", ""), "NOT_A_WORKBOOK", /named as a workbook/);
      await refused(file("other.xlsx", zipSync({ "a.txt": strToU8("a") })), "NOT_A_WORKBOOK", /no workbook/);
      await refused(file("none.zip", zipSync({})), "NOT_A_WORKBOOK", /no workbook/);
      await refused(
        file("sheet.ods", zipSync({ "META-INF/manifest.xml": strToU8("<m/>") })),
        "NOT_A_WORKBOOK",
        /\.ods/,
      );
      const book = workbook([header, row(day)]);
      const letter = edited(book, "xl/workbook.xml", () => "<document/>");
      await refused(letter, "NOT_A_WORKBOOK", /another kind/);
      const binary = edited(book, "_rels/.rels", (xml) => xml.replace("workbook.xml", "workbook.bin"));
      await refused(binary, "NOT_A_WORKBOOK", /\.xlsb/);
    });

    it("refuses a download that was cut off, at any place", async () => {
      const whole = readFileSync(workbook([header, ...Array.from({ length: 500 }, (_, i) => row(day + i * 60))]));
      for (const length of [4, 30, whole.length >> 1, whole.length - 30, whole.length - 1])
        await refused(file("cut.xlsx", whole.subarray(0, length)), "BROKEN_WORKBOOK", /./);
    });

    it("refuses a part with other bytes than its sum says, one that is missing, and XML that is none", async () => {
      const book = workbook([header, row(day)]);
      const same = edited(book, sheetPart, (xml) => xml, "stored.xlsx");
      const stored = Buffer.from(zipSync(unzipSync(readFileSync(same)), { level: 0 }));
      const at = stored.indexOf("20001");
      stored[at] = stored[at]! + 1;
      await refused(file("flipped.xlsx", stored), "BROKEN_WORKBOOK", /sheet1\.xml is damaged/);
      const rest = Object.fromEntries(
        Object.entries(unzipSync(readFileSync(book))).filter(([name]) => name !== sheetPart),
      );
      await refused(file("lost.xlsx", zipSync(rest)), "BROKEN_WORKBOOK", /has no xl\/worksheets\/sheet1\.xml/);
      const edits: readonly (readonly [RegExp, (xml: string) => string])[] = [
        [/ends too early/, (xml) => xml.slice(0, xml.lastIndexOf("<"))],
        [/ends too early/, (xml) => xml.slice(0, -3)],
        [/closes what is not open/, (xml) => xml.replace("</row>", "</c>")],
        [/document type/, (xml) => xml.replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>')],
        [/no entity &a;/, (xml) => xml.replace("Norway", "&a;")],
        [/not there/, (xml) => xml.replace(/(t="s"><v>)\d+/, "$1999")],
        [/no number but 1,25/, (xml) => xml.replace("1.25", "1,25")],
        [/a cell stands at A2/, (xml) => xml.replace('r="B2"', 'r="A2"')],
        [/a cell stands at 2/, (xml) => xml.replace('r="B2"', 'r="2"')],
      ];
      for (const [message, edit] of edits) await refused(edited(book, sheetPart, edit), "BROKEN_WORKBOOK", message);
      const parts = unzipSync(readFileSync(book));
      const latin = Buffer.from(strFromU8(parts[sheetPart]!).replace("Norway", "R\xe9union"), "latin1");
      await refused(file("latin.xlsx", zipSync({ ...parts, [sheetPart]: latin })), "BROKEN_WORKBOOK", /not UTF-8/);
    });

    it("reads CDATA, comments and single quotes as XML means them", async () => {
      const book = edited(workbook([header, row(day)]), sheetPart, (xml) =>
        xml.replace("Norway", "<!-- > -->No<![CDATA[r<way]]>").replace('r="A2"', "\n r = 'A2' note='>'"),
      );
      await take(book);
      assert.deepEqual(hour(), [line("3/1/2012 0:00", { Country: "Nor<way" })]);
    });
  });
});
