// Online Retail as its publisher's workbook has it: so many rows, numbers and texts mixed in one column.
import { join } from "node:path";
import { writeWorkbook } from "../build/test/support/workbook.js";
import { inTurn, measure, median, spread } from "./measure.mjs";

const lines = 541_909;

function* rows() {
  const names = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"];
  yield [...names, "Country"].map((shared) => ({ shared }));
  const begin = Date.UTC(2010, 11, 1, 8) / 1000;
  for (let i = 0; i < lines; i++) {
    const invoice = 536_365 + Math.floor(i / 21);
    const code = 10_000 + ((i * 7919) % 4070);
    yield [
      invoice % 60 === 0 ? { shared: `C${invoice}` } : { number: String(invoice) },
      code % 9 === 0 ? { shared: `${code}A` } : { number: String(code) },
      { shared: `ARTICLE ${code} OF THE SHOP` },
      { number: String(invoice % 60 === 0 ? -1 : 1 + (i % 12)) },
      { time: begin + Math.floor(i / 21) * 60 * 20 },
      { number: String((25 + ((i * 31) % 975)) / 100) },
      i % 4 === 0 ? undefined : { number: String(12_346 + ((i * 13) % 5941)) },
      { shared: i % 10 === 0 ? "France" : "United Kingdom" },
    ];
  }
}

/** Reading alone, and all of landing, beside a streaming reader. */
export async function xlsx({ root, work, jiti, say }) {
  const file = join(work, "online-retail.xlsx");
  writeWorkbook(file, { sheets: [{ name: "Online Retail", rows: rows() }] });
  const read = async (reader) => {
    const one = await measure(jiti, [join(root, "bench", "xlsx-reader.mjs"), reader, file], { cwd: root });
    if (Number(one.output) !== lines) throw new Error(`${reader} read ${one.output} rows of ${lines}`);
    return one;
  };
  let landed = 0;
  const land = () => {
    const args = ["--sales", file, "--sales-shift-days", "0", "--link", "column"];
    const data = join(work, `xlsx-${landed++}`);
    return measure(jiti, [join(root, "scripts", "land.ts"), ...args, "--data", data], { cwd: root });
  };
  const results = await inTurn(3, [
    ["howdah, reading to CSV", () => read("howdah")],
    ["exceljs, reading", () => read("exceljs")],
    ["howdah, landing in hours", land],
  ]);
  say(`  ${lines.toLocaleString("en")} rows`);
  for (const [name, runs] of results) {
    const megabytes = Math.max(...runs.map((one) => one.megabytes));
    say(`  ${name.padEnd(26)} ${spread(runs.map(({ seconds }) => seconds))} s, ${megabytes} MB`);
  }
  const seconds = (name) => median(results.get(name).map((one) => one.seconds));
  const floor = seconds("exceljs, reading");
  say(`  howdah's reading / exceljs' ${(seconds("howdah, reading to CSV") / floor).toFixed(2)}`);
}
