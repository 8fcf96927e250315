import { spawnSync } from "node:child_process";
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startProgram, type Ended } from "./command.js";
import { projectRoot } from "./project.js";

/** No server answers there: whatever asks the network fails. */
export const noNetwork: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map((name) => [name, "http://127.0.0.1:9"]),
  ),
  npm_config_registry: "http://127.0.0.1:9/",
  npm_config_offline: "true",
};

/** The package as npm would publish it, unpacked in a temporary folder. */
export interface Packed {
  readonly folder: string;
  readonly tarball: string;
  /** Where it is unpacked. */
  readonly unpacked: string;
}

/** Packs this package. The caller removes the folder. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
  const words = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
  const packing = spawnSync("npm", words, {
    cwd: projectRoot,
    encoding: "utf8",
    env: { ...process.env, ...noNetwork },
  });
  assert.equal(packing.status, 0, packing.stderr);
  const tarball = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".tgz"))!,
  );
  assert.equal(spawnSync("tar", ["-xzf", tarball, "-C", folder]).status, 0);
  return { folder, tarball, unpacked: join(folder, "package") };
}

/**
 * Makes a folder as `npm install TARBALL` leaves it, without a registry: the unpacked package lies there, and of this
 * repository's packages those alone on which it depends.
 */
export function install({ tarball, unpacked }: Packed, folder: string): void {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, ".bin"), { recursive: true });
  assert.equal(spawnSync("cp", ["-R", unpacked, join(modules, "howdah")]).status, 0);
  symlinkSync("../howdah/bundle/howdah.js", join(modules, ".bin/howdah"));
  for (const path of productionPackages()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(projectRoot, path), join(folder, path));
  }
  symlinkSync("../jiti/lib/jiti-cli.mjs", join(modules, ".bin/jiti"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ dependencies: { howdah: `file:${tarball}` } }, null, 2));
}

/** Paths of the packages at the top of node_modules that `npm ci --omit=dev` would install here. */
function productionPackages(): readonly string[] {
  const lock = JSON.parse(readFileSync(join(projectRoot, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
  };
  return Object.entries(lock.packages).flatMap(([path, { dev, devOptional }]) =>
    /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) &&
    dev !== true &&
    devOptional !== true &&
    existsSync(join(projectRoot, path))
      ? [path]
      : [],
  );
}

/** Runs the command that is installed in a folder; the network is cut. */
export function installedHowdah(folder: string, ...words: readonly string[]): Promise<Ended> {
  const command = join(folder, "node_modules/.bin/howdah");
  return startProgram(process.execPath, [command, ...words], folder, noNetwork).ended;
}

/** Removes what {@link pack} made. */
export function removePacked({ folder }: Packed): void {
  rmSync(folder, { recursive: true, force: true });
}
