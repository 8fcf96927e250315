import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interruption, parseWords, reportError, usage } from "./command-line.ts";
import { deployToHost } from "./shipping/deploy.ts";
import { packageBuild, type Package } from "./shipping/package.ts";

const help = `Packages a build and brings it to a host that has the cluster's clients, by ssh and scp.

  scripts/deploy_to_vm.sh USER@HOST [options]

  --folder FOLDER   where releases lie there, below the home folder or from / on (default: codeDrops)
  --target NAME     a cluster of howdah.config.ts (default: the default one)
  -D name=value     a parameter's value, for job.properties; may be repeated
  --port N          the port of ssh there
  --identity FILE   the key with which ssh shows who asks
  -o KEY=VALUE      an option of ssh, such as -o ProxyJump=gateway; may be repeated
  --json            the facts as one JSON object
  --help

The release comes to FOLDER/build-files-RELEASE; the link FOLDER/current leads to it. One that is there is not copied
again. The host needs sh, tar and gzip.

Exit codes: 0 it is there, 2 refused before the host was asked, 5 the host could not be reached or did not do its part
(nothing half is left there), 130 interrupted.`;

const options = {
  folder: { type: "string", default: "codeDrops" },
  target: { type: "string" },
  define: { type: "string", short: "D", multiple: true },
  port: { type: "string" },
  identity: { type: "string" },
  option: { type: "string", short: "o", multiple: true },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const name = "deploy_to_vm.sh";
const args = process.argv.slice(2);
const json = args.includes("--json");

/** What scp copies to is a word of the host's shell, with old versions of it: nothing that one would read otherwise. */
function folderOf(text: string): string {
  const folder = text.replace(/^~\//, "").replace(/(?<=.)\/+$/, "");
  if (/^[\w./@+,=][\w./@+,=-]*$/.test(folder) && folder !== "/") return folder;
  throw usage(name, `--folder ${text}: letters, digits, and . _ / @ + , = - alone can be in its name`);
}

function destinationOf(words: readonly string[]): string {
  const [destination, more] = words;
  if (destination === undefined) throw usage(name, "no host is named: USER@HOST");
  if (more !== undefined) throw usage(name, `there is nothing that ${more} could mean beside ${destination}`);
  if (!/^[\w.@:[\]%+][\w.@:[\]%+-]*$/.test(destination) || destination.endsWith("@"))
    throw usage(name, `${destination} is no host such as cloudera@quickstart`);
  return destination;
}

function show(
  made: Package,
  destination: string,
  deployed: Awaited<ReturnType<typeof deployToHost>>,
  current: string,
): void {
  const { copied, place, host } = deployed;
  const [first] = made.applications;
  console.log(`${copied ? "put" : "there already:"} release ${made.release} of ${made.target}: ${destination}:${place}
Next, there:
  ssh ${host.shown}
  cd ${current}
  bin/00_deploy.sh         the release to HDFS, and hive-site.xml
  bin/05_set_up_hive.sh    databases and tables${first === undefined ? "" : `\n  bin/10_submit.sh ${first}`}`);
}

try {
  const { values, positionals } = parseWords(name, options, args);
  if (values.help === true) console.log(help);
  else {
    const destination = destinationOf(positionals);
    const folder = folderOf(values.folder);
    const { target, define = [], port, identity, option = [] } = values;
    if (port !== undefined && !/^[1-9]\d{0,4}$/.test(port)) throw usage(name, `--port ${port} is no port`);
    const signal = interruption("interrupted: the release before is the current one there");
    const work = mkdtempSync(join(tmpdir(), "howdah-package-"));
    try {
      const root = join(import.meta.dirname, "..");
      const made = await packageBuild({ root, target, define, out: join(work, "package.tar.gz") });
      const deployed = await deployToHost(made, { destination, folder, port, identity, options: option, signal });
      const { copied, place } = deployed;
      const { release, sha256 } = made;
      if (json) console.log(JSON.stringify({ release, target: made.target, sha256, host: destination, place, copied }));
      else show(made, destination, deployed, `${folder}/current`);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
} catch (error) {
  reportError(error, json);
}
