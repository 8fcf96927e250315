import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { howdahDependency } from "#src/project/newproject/dependency.js";
import { templateFiles } from "#src/project/newproject/templates.js";
import { commandFile, howdah, startProgram, writeFile, type Ended } from "../support/command.js";
import { freshFolders } from "../support/folders.js";
import { install, installedHowdah, noNetwork, pack, removePacked, type Packed } from "../support/installation.js";
import { projectRoot } from "../support/project.js";

const textOf = (folder: string, path: string): string => readFileSync(join(folder, path), "utf8");
const jsonOf = (folder: string, path: string): unknown => JSON.parse(textOf(folder, path));

/** Compiles a project as its own `npm run types` does. */
function types(folder: string): Promise<Ended> {
  return startProgram(process.execPath, [join(projectRoot, "node_modules/typescript/bin/tsc")], folder).ended;
}

describe("howdah init", () => {
  const fresh = freshFolders();

  it("says what it wrote, and what comes next, for people and for programs", async () => {
    const folder = fresh();
    const told = await howdah(["init", "sales"], folder, noNetwork);
    assert.equal(told.code, 0, told.err);
    assert.match(told.out, /^ {2}pipeline\.ts$/m);
    assert.match(told.out, /^made sales a project; .*\nnext: cd sales && npm install && npx howdah run$/m);
    const listed = JSON.parse((await howdah(["init", "other", "--json"], folder, noNetwork)).out) as {
      readonly files: readonly string[];
      readonly next: readonly string[];
    };
    assert.deepEqual(listed.next, ["cd other", "npm install", "npx howdah run"]);
    const there = readdirSync(join(folder, "sales"), { recursive: true, withFileTypes: true });
    assert.equal(there.filter((entry) => entry.isFile()).length, listed.files.length);
    for (const path of listed.files) assert.ok(existsSync(join(folder, "sales", path)), path);
  });

  it("makes a package.json that depends on the folder that ran it, in the versions that it is made with", async () => {
    const folder = fresh();
    assert.equal((await howdah(["init", "Shop One"], folder)).code, 0);
    const made = jsonOf(folder, "Shop One/package.json") as {
      readonly name: string;
      readonly dependencies: { readonly howdah: string };
      readonly devDependencies: object;
    };
    assert.equal(made.name, "shop-one");
    assert.equal(join(folder, "Shop One", made.dependencies.howdah.slice("file:".length)), join(projectRoot));
    const own = jsonOf(projectRoot, "package.json") as { readonly devDependencies: { readonly typescript: string } };
    assert.deepEqual(made.devDependencies, { typescript: own.devDependencies.typescript });
  });

  it("adds to a package.json what it lacks, and changes nothing in it", async () => {
    const folder = fresh();
    const before = {
      type: "commonjs",
      scripts: { types: "true" },
      devDependencies: { typescript: "5.9.0" },
      other: [1],
    };
    writeFile(join(folder, "package.json"), JSON.stringify(before, null, 4));
    assert.equal((await howdah(["init", "--template", "marketing"], folder)).code, 0);
    const { scripts, dependencies, devDependencies, ...rest } = jsonOf(folder, "package.json") as {
      readonly scripts: Readonly<Record<string, string>>;
      readonly dependencies: object;
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    assert.deepEqual(rest, { type: "commonjs", other: [1] });
    assert.deepEqual(Object.keys(dependencies), ["howdah"]);
    assert.deepEqual([scripts["types"], scripts["land"]], ["true", "jiti scripts/land.ts"]);
    assert.deepEqual([devDependencies["typescript"], Object.hasOwn(devDependencies, "jiti")], ["5.9.0", true]);
    assert.match(textOf(folder, "package.json"), /^ {4}"type"/m);
  });

  it("leaves the packages of one alone that depends on howdah: its lock file would not fit any more", async () => {
    const folder = fresh();
    const before = '{"dependencies":{"howdah":"0.1.0"}}';
    writeFile(join(folder, "package.json"), before);
    const told = await howdah(["init"], folder);
    assert.equal(textOf(folder, "package.json"), before);
    assert.match(told.out, /^to have types checked: npm install --save-dev typescript@\S+ && npm pkg set/m);
    assert.match(told.out, /^next: npx howdah run$/m);
  });

  it("writes nothing where one of its files is there, and says which", async () => {
    const folder = fresh();
    writeFile(join(folder, "README.md"), "mine");
    writeFile(join(folder, "jobs/read_orders.sql"), "mine too");
    writeFile(join(folder, "queries"), "a file where a folder goes");
    const refused = await howdah(["init"], folder);
    assert.equal(refused.code, 2);
    assert.equal(refused.out, "");
    assert.match(
      refused.err,
      /^error: README\.md, jobs\/read_orders\.sql, queries\/best_sellers\.sql are there already: nothing was written\n.*\n {2}→ /,
    );
    assert.deepEqual(readdirSync(folder), ["README.md", "jobs", "queries"]);
    assert.equal(textOf(folder, "README.md"), "mine");
    const json = await howdah(["init", "--json"], folder);
    assert.equal((JSON.parse(json.out) as { errors: [{ code: string }] }).errors[0].code, "FILE_EXISTS");
  });

  it("takes away what it wrote when a write fails, and leaves a package.json that it cannot read", async () => {
    const folder = fresh();
    const command = `ulimit -f 2; exec "$0" "$@"`;
    const words = ["-c", command, process.execPath, commandFile, "init", "new/one"];
    const failed = await startProgram("bash", words, folder).ended;
    assert.equal(failed.code, 1, failed.err);
    assert.match(failed.err, /^error: cannot write pipeline\.ts: the file would grow beyond the limit\n/);
    assert.deepEqual(readdirSync(folder), []);

    const broken = fresh();
    writeFile(join(broken, "package.json"), "{ nothing");
    const refused = await howdah(["init"], broken);
    assert.deepEqual([refused.code, readdirSync(broken)], [2, ["package.json"]]);
    assert.match(refused.err, /^error: package\.json is no JSON object: nothing was written/);
  });

  it("refuses a template that there is not", async () => {
    const refused = await howdah(["init", "--template", "market"], fresh());
    assert.equal(refused.code, 2);
    assert.match(refused.err, /there is no template market, did you mean \w+\?|there is no template market/);
    assert.match(refused.err, /→ the templates are orders, marketing/);
  });

  it("depends on howdah as it was asked for where it is installed", () => {
    const folder = fresh();
    const at = (asked: object | undefined): string => {
      const place = fresh();
      if (asked !== undefined) writeFile(join(place, "package.json"), JSON.stringify(asked));
      mkdirSync(join(place, "node_modules/howdah"), { recursive: true });
      return join(place, "node_modules/howdah");
    };
    const absolute = (spec: string): string => join(folder, spec.replace(/^file:/, ""));
    assert.equal(howdahDependency(folder, at({ devDependencies: { howdah: "^1.2.3" } })), "^1.2.3");
    const withTarball = at({ dependencies: { howdah: "file:howdah.tgz" } });
    const tarball = writeFile(join(withTarball, "../../howdah.tgz"), "");
    assert.equal(absolute(howdahDependency(folder, withTarball)), tarball);
    // A tarball that is gone, a workspace of somebody else, and nothing known: the folder is there in any case.
    for (const asked of [
      { dependencies: { howdah: "file:gone.tgz" } },
      { dependencies: { howdah: "workspace:*" } },
      undefined,
    ]) {
      const installed = at(asked);
      assert.equal(absolute(howdahDependency(folder, installed)), installed);
    }
  });
});

describe("howdah init, from the packed package alone", function () {
  // A dozen programs each, two compilers among them.
  this.timeout(180_000);
  const fresh = freshFolders();
  let packed: Packed;
  before(() => {
    packed = pack();
  });
  after(() => removePacked(packed));

  it("makes a small project that validates, builds and runs without a network", async () => {
    const folder = fresh();
    install(packed, folder);
    const before = textOf(folder, "package.json");
    const made = await installedHowdah(folder, "init", ".");
    assert.equal(made.code, 0, made.err);
    assert.equal(textOf(folder, "package.json"), before, "npm's own files stay as they are");
    const valid = await installedHowdah(folder, "validate", "--strict");
    assert.equal(valid.code, 0, valid.out);
    assert.equal((await installedHowdah(folder, "build")).code, 0);
    assert.ok(existsSync(join(folder, "build-files/oozie/coordinators/hourly/coordinator.xml")));
    const ran = await installedHowdah(folder, "run");
    assert.match(ran.out + ran.err, /^done: 25 ran, 0 were done before/m);
    const asked = await installedHowdah(folder, "query", "best_sellers", "--json", "-D", "limit=1");
    assert.deepEqual(JSON.parse(asked.out), {
      date_ts: "20260105",
      product: "teapot",
      revenue: "288.00",
      pieces: 9,
      orders: 6,
    });
    const again = await installedHowdah(folder, "run");
    assert.match(again.out + again.err, /^done: 0 ran, 25 were done before/m);
    const compiled = await types(folder);
    assert.equal(compiled.code, 0, compiled.out);
  });

  it("makes the reference pipeline, whose scripts find howdah", async () => {
    const folder = fresh();
    install(packed, folder);
    assert.equal((await installedHowdah(folder, "init", "--template", "marketing")).code, 0);
    const valid = await installedHowdah(folder, "validate", "--strict");
    assert.equal(valid.code, 0, valid.out);
    assert.equal((await installedHowdah(folder, "build")).code, 0);
    const script = (name: string, ...words: readonly string[]): Promise<Ended> =>
      startProgram(join(folder, "node_modules/.bin/jiti"), [`scripts/${name}.ts`, ...words], folder, noNetwork).ended;
    const generated = await script("generate", "--out", "data/raw", "--days", "1", "--customers", "linked");
    assert.equal(generated.code, 0, generated.err);
    const feeds = ["--web-logs", "data/raw/web-logs.tsv.gz", "--sales", "data/raw/online-retail.csv.gz"];
    const landed = await script("land", ...feeds, "--link", "column");
    assert.equal(landed.code, 0, landed.err);
    const step = await startProgram(join(folder, "scripts/20_prepare.sh"), ["--dry-run"], folder, noNetwork).ended;
    assert.match(step.out + step.err, /24 would run/);
    // The compiler's types of Node are no dependency of the package: the project has its own.
    cpSync(join(projectRoot, "node_modules/@types/node"), join(folder, "node_modules/@types/node"), {
      recursive: true,
    });
    if (!existsSync(join(folder, "node_modules/undici-types")))
      symlinkSync(join(projectRoot, "node_modules/undici-types"), join(folder, "node_modules/undici-types"));
    const compiled = await types(folder);
    assert.equal(compiled.code, 0, compiled.out);
  });

  it("is a library of modules, each with its types", async () => {
    const folder = fresh();
    install(packed, folder);
    const { exports } = jsonOf(packed.unpacked, "package.json") as {
      readonly exports: Readonly<Record<string, { readonly types: string }>>;
    };
    const names = Object.keys(exports).map((path) => path.replace(".", "howdah"));
    for (const { types: file } of Object.values(exports)) assert.ok(existsSync(join(packed.unpacked, file)), file);
    const program = names.map((name) => `console.log(Object.keys(await import("${name}")).length > 0);`).join("\n");
    const file = writeFile(join(folder, "use.mjs"), program);
    const used = await startProgram(process.execPath, [file], folder, noNetwork).ended;
    assert.deepEqual([used.code, used.out], [0, "true\n".repeat(names.length)], used.err);
  });

  it("holds all of its templates", () => {
    for (const name of ["orders", "marketing"] as const)
      for (const { path } of templateFiles(name)) {
        const places = ["templates/every", `templates/${name}`, "."].map((place) =>
          join(packed.unpacked, place, path.replace(/^\.(git)/, "$1").replace(/^data\/landing/, "landing")),
        );
        assert.ok(places.some(existsSync), path);
      }
  });
});
