import { interruption, reportError } from "./command-line.ts";
import { generate } from "./generator/generate.ts";
import { help, readOptions } from "./generator/options.ts";

const args = process.argv.slice(2);
const json = args.includes("--json");
const signal = interruption("interrupted: no file was written");
try {
  const options = readOptions(args);
  if (options === undefined) console.log(help);
  else {
    const facts = await generate(options, signal);
    const { hits, salesLines, hours, webLogs, sales, products } = facts;
    const counted = (value: number): string => value.toLocaleString("en-US");
    console.log(
      json
        ? JSON.stringify(facts)
        : `Wrote ${counted(hits)} hits and ${counted(salesLines)} sales lines of ${counted(hours)} hours:\n` +
            [webLogs, sales, products].map((path) => `  ${path}`).join("\n"),
    );
  }
} catch (error) {
  reportError(error, json);
}
