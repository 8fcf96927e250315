import { join, relative } from "node:path";
import { parseOptions, reportError } from "./command-line.ts";
import { packageBuild } from "./shipping/package.ts";

const help = `Builds the project for a cluster, and makes one archive of the build.

  scripts/package.sh [--target NAME] [--out FILE] [-D name=value …]

  --target NAME     a cluster of howdah.config.ts (default: the default one)
  --out FILE        default: build-files-RELEASE.tar.gz in the project
  -D name=value     a parameter's value, for job.properties; may be repeated
  --json            the facts as one JSON object
  --help

The same project, target and values give the same bytes. The archive unpacks to one folder, build-files-RELEASE, on any
host with tar and gzip. scripts/deploy_to_vm.sh brings it to one.

Exit codes: 0 written, 2 refused (nothing was written), 1 failed (a full disk, say).`;

const options = {
  target: { type: "string" },
  out: { type: "string" },
  define: { type: "string", short: "D", multiple: true },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const args = process.argv.slice(2);
const json = args.includes("--json");
try {
  const { help: wantsHelp, target, define = [], out } = parseOptions("package.sh", options, args);
  if (wantsHelp === true) console.log(help);
  else {
    const made = await packageBuild({ root: join(import.meta.dirname, ".."), target, define, out });
    const { archive, release, files, bytes } = made;
    console.log(
      json
        ? JSON.stringify(made)
        : `packaged ${made.target}, release ${release}: ${files} files, ${bytes.toLocaleString("en-US")} bytes in ` +
            relative(process.cwd(), archive),
    );
  }
} catch (error) {
  reportError(error, json);
}
