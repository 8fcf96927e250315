// Reads all rows of a workbook and prints how many there were: `jiti xlsx-reader.mjs howdah|exceljs FILE`.
import Excel from "exceljs";
import { workbookLines } from "../scripts/landing/workbook/lines.ts";
import { timeWriter } from "../scripts/landing/row-time.ts";

const [, , reader, path] = process.argv;

const readers = {
  async howdah() {
    let rows = -1;
    const times = timeWriter("M/d/yyyy H:mm");
    const { signal } = new AbortController();
    const lines = workbookLines({ path, times, signal, progress: () => undefined, taken: () => undefined });
    for await (const piece of lines) for (const byte of piece) if (byte === 10) rows += 1;
    return rows;
  },
  async exceljs() {
    let rows = -1;
    let cells = 0;
    const sheets = new Excel.stream.xlsx.WorkbookReader(path, { sharedStrings: "cache", styles: "cache" });
    for await (const sheet of sheets)
      for await (const row of sheet) {
        rows += 1;
        row.eachCell(({ value }) => (cells += value === null ? 0 : 1));
      }
    if (cells < rows) throw new Error(`${cells} cells in ${rows} rows`);
    return rows;
  },
};
console.log(await readers[reader]());
