import { resolve } from "node:path";
import { download, type Downloaded } from "howdah";
import { interruption, parseWords, reportError, usage } from "./command-line.ts";
import { percent, progressLine } from "./progress.ts";

const help = `Fetches a file, such as a public sample, whose URL you name.

  npm run fetch -- URL --out FILE [options]

  --out FILE       what it becomes; it comes to its name when it is whole
  --sha256 HEX     what its SHA-256 has to be; without it the sum is printed, and called unverified
  --replace        fetch it anew where a file is there already
  --json           what was fetched, as one JSON object
  --help

A download that was cut off goes on when it is started again, if the server's file is still the same. A file that is
there and has the sum is not fetched again. HTTP_PROXY, HTTPS_PROXY and NO_PROXY are obeyed.

Example
  npm run fetch -- https://example.org/online-retail.xlsx --out data/raw/online-retail.xlsx

Exit codes: 0 it is there, 1 another sum than was given (nothing is kept), or a full disk, 2 refused, 5 the server has no
such file or broke off, 130 interrupted. What came before a disk was full, a server broke or you interrupted is kept.`;

const options = {
  out: { type: "string" },
  sha256: { type: "string" },
  replace: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const args = process.argv.slice(2);
const json = args.includes("--json");
const progress = progressLine(process.stderr);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function text({ out, bytes, sha256, verified, there, resumed }: Downloaded): string {
  const sum = `  sha256 ${sha256}${verified ? ", as given" : " (unverified: no sum was given)"}`;
  if (there) return `There already: ${out}, ${bytes.toLocaleString("en-US")} bytes\n${sum}`;
  const before = resumed === 0 ? "" : `, ${resumed.toLocaleString("en-US")} of them from an earlier download`;
  return `Fetched ${out}, ${bytes.toLocaleString("en-US")} bytes${before}\n${sum}`;
}

try {
  const { values, positionals } = parseWords("fetch", options, args);
  if (values.help === true) console.log(help);
  else {
    const [url, more] = positionals;
    if (url === undefined) throw usage("fetch", "no URL is named");
    if (more !== undefined) throw usage("fetch", `there is nothing that ${more} could mean beside the URL`);
    if (values.out === undefined) throw usage("fetch", "--out names the file to write, and is not given");
    const sum = values.sha256?.toLowerCase();
    if (sum !== undefined && !/^[0-9a-f]{64}$/.test(sum))
      throw usage("fetch", `--sha256 ${values.sha256} is not 64 digits of hex`);
    const fetched = await download({
      url,
      out: resolve(values.out),
      ...(sum === undefined ? {} : { sha256: sum }),
      replace: values.replace === true,
      progress: (bytes, total) =>
        progress.show(`Fetching: ${megabytes(bytes)}${total === undefined ? "" : `, ${percent(bytes, total)}`}`),
      signal: interruption("interrupted"),
    });
    progress.clear();
    console.log(json ? JSON.stringify(fetched) : text(fetched));
  }
} catch (error) {
  progress.clear();
  reportError(error, json);
}
