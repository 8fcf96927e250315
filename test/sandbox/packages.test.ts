import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isHowdahError, type HowdahError } from "#src/core/errors.js";
import type { HowdahEvent } from "#src/core/events.js";
import { damagedPackages, fetchPackages, missingPackages, packageCache } from "#src/sandbox/packages.js";
import type { PackageGroup, Packages } from "#src/sandbox/packages.js";
import { zipEntries } from "#src/sandbox/zip.js";
import { readClassFile } from "./classfiles.js";
import { startProgram, type Started } from "../support/command.js";
import { freshFolders } from "../support/folders.js";
import { until } from "../support/until.js";
import { fakePrograms, type Programs } from "./programs.js";
import { tinyPackages } from "./tinypackages.js";

const worker = join(import.meta.dirname, "fetch-worker.js");
const everything: readonly PackageGroup[] = ["hadoop", "hive", "oozie", "livy", "spark"];

describe("packages of the sandbox", () => {
  const folderOf = freshFolders();
  const before = { ...process.env };
  let [cache, lists, repository] = ["", "", ""];
  let programs: Programs;
  let events: HowdahEvent[] = [];

  beforeEach(() => {
    const folder = folderOf();
    ({ lists, repository } = tinyPackages(folder));
    programs = fakePrograms(folder, repository);
    cache = join(folder, "cache");
    events = [];
    Object.assign(process.env, programs.env);
  });
  afterEach(() => {
    for (const name of ["PATH", "HOWDAH_MAVEN", "JAVA_HOME"])
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
  });

  const fetch = (groups: readonly PackageGroup[] = ["hadoop"], signal?: AbortSignal): Promise<Packages> =>
    fetchPackages(groups, { cache, lists, emit: (event) => void events.push(event), signal });
  const failure = async (work: Promise<unknown>): Promise<HowdahError> => {
    const error: unknown = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(isHowdahError(error), `it ended with ${String(error)}`);
    return error;
  };
  const another = (...groups: readonly PackageGroup[]): Started =>
    startProgram(process.execPath, [worker, cache, lists, ...groups], cache.slice(0, -"/cache".length), programs.env);
  const leftovers = (): readonly string[] =>
    [cache, join(cache, "packages")].flatMap((folder) =>
      existsSync(folder) ? readdirSync(folder).filter((name) => /draft|^fetch-|lock/.test(name)) : [],
    );

  it("are put where each server finds them, by one call of Maven and one of pip", async () => {
    const packages = await fetch(everything);
    assert.deepEqual(readdirSync(packages.hadoop), ["hadoop-common-3.jar", "hadoop-hdfs-3.jar", "shared-1.0.jar"]);
    assert.equal(readFileSync(join(packages.web, "webapps/hdfs/index.html"), "utf8"), "<html></html>");
    assert.deepEqual(readdirSync(join(packages.web, "webapps/hdfs")), ["index.html"]);
    assert.ok(packages.hiveGuava.endsWith("guava/guava-19.jar"));
    assert.ok(packages.hiveService.endsWith("jars/hive-service-3.jar"));
    assert.ok(existsSync(join(packages.oozieWeb, "webapp")));
    assert.ok(existsSync(packages.agent));
    const { oozie = [], spark } = packages.shareLibrary;
    assert.deepEqual([oozie.length, spark], [1, undefined]);
    assert.equal(programs.calls("mvn").length, 1);
    assert.deepEqual(programs.calls("pip"), ["pyspark==3.5.6"]);
    const asked = programs.calls("mvn")[0]!.split(" ");
    assert.equal(asked.length, new Set(asked).size, "a jar of two groups was asked for twice");
    assert.ok(asked.includes("tiny:hadoop-hdfs:3:tests"));
    const hive = readFileSync(join(packages.hive, "hive-exec-3.jar"));
    const mended = zipEntries(hive).find(({ name }) => name.includes("SubListSerializer"))!;
    assert.deepEqual(readClassFile(mended.bytes()).texts, ["offset", "root", "size"]);
    assert.deepEqual(leftovers(), []);
  });

  it("of a group that was not asked for are not fetched, and not to be read", async () => {
    const packages = await fetch(["livy"]);
    assert.deepEqual(programs.calls("mvn")[0]!.split(" "), [
      "tiny:byte-buddy:1",
      "tiny:ecj:3",
      "tiny:livy-core_2.11:0.7.1-incubating",
      "tiny:livy-server:0.7.1-incubating",
    ]);
    assert.deepEqual(programs.calls("pip"), []);
    assert.throws(() => packages.hadoop, /hadoop were not asked for/);
    assert.throws(() => packages.python, /spark were not asked for/);
  });

  it("that are there need no Maven, no Python and no Java", async () => {
    await fetch(everything);
    programs.forget();
    for (const name of ["mvn", "python3", "java/bin/java"]) rmSync(join(programs.folder, name));
    process.env["PATH"] = programs.folder;
    await fetch(everything);
    assert.deepEqual([...programs.calls("mvn"), ...programs.calls("pip"), ...programs.calls("venv")], []);
    assert.deepEqual(await missingPackages(everything, { cache, lists }), []);
    assert.deepEqual(damagedPackages(everything, { cache, lists }), []);
  });

  it("are counted before they are fetched: a jar of two groups, and the agent, once", async () => {
    const bytes = async (...groups: readonly PackageGroup[]): Promise<number> =>
      (await missingPackages(groups, { cache, lists })).reduce((sum, one) => sum + one.bytes, 0);
    const shared = statSync(join(repository, "tiny/shared/1.0/shared-1.0.jar")).size;
    const agent = ["byte-buddy/1/byte-buddy-1.jar", "ecj/3/ecj-3.jar"]
      .map((path) => statSync(join(repository, "tiny", path)).size)
      .reduce((a, b) => a + b);
    const [hadoop, oozie] = [await bytes("hadoop"), await bytes("oozie")];
    assert.equal(await bytes("hadoop", "oozie"), hadoop + oozie - shared - agent);
    await fetch(["hadoop"]);
    assert.equal(await bytes("hadoop"), 0);
    assert.equal(await bytes("oozie"), oozie - shared - agent);
  });

  it("tell how far they are, up to the last byte", async () => {
    await fetch(["hadoop", "spark"]);
    const told = events.filter(({ event, group }) => event === "packages.fetching" && group === "hadoop");
    assert.deepEqual([told[0]!["artifacts"], told.at(-1)!["artifacts"]], [0, 4]);
    assert.equal(told.at(-1)!["bytes"], told.at(-1)!["ofBytes"]);
    const ready = events.filter(({ event }) => event === "packages.ready").map(({ group }) => group);
    assert.deepEqual(ready.toSorted(), ["agent", "hadoop", "spark"]);
  });

  it("of an interrupted download are not fetched again", async () => {
    programs.maven({ diesAfter: 3 });
    const error = await failure(fetch(["hadoop", "livy"]));
    assert.equal(error.code, "FETCH_FAILED");
    assert.match(error.next ?? "", /what was fetched is kept/);
    programs.maven();
    await fetch(["hadoop", "livy"]);
    const [first, second] = programs.calls("mvn").map((call) => call.split(" "));
    assert.equal(second!.length, first!.length - 3);
    assert.deepEqual(leftovers(), []);
  });

  it("of another content than listed are refused, named, and fetched again the next time", async () => {
    programs.maven({ spoils: "hadoop-common" });
    const error = await failure(fetch());
    assert.equal(error.code, "BAD_PACKAGE");
    assert.match(error.message, /tiny:hadoop-common:3 came with another content/);
    assert.equal((await missingPackages(["hadoop"], { cache, lists })).length, 1);
    programs.maven();
    await fetch();
    assert.deepEqual(programs.calls("mvn")[1], "tiny:hadoop-common:3");
  });

  it("that are cut short are noticed, and those alone fetched again", async () => {
    const { hadoop } = await fetch();
    writeFileSync(join(hadoop, "hadoop-hdfs-3.jar"), "");
    assert.deepEqual(damagedPackages(["hadoop"], { cache, lists }), [join(hadoop, "hadoop-hdfs-3.jar")]);
    await fetch();
    assert.deepEqual(programs.calls("mvn")[1], "tiny:hadoop-hdfs:3");
    assert.deepEqual(damagedPackages(["hadoop"], { cache, lists }), []);
  });

  it("that are gone from their folder come from Maven's copies, without Maven", async () => {
    const { hadoop } = await fetch();
    rmSync(join(hadoop, "shared-1.0.jar"));
    await fetch();
    assert.equal(programs.calls("mvn").length, 1);
    assert.ok(existsSync(join(hadoop, "shared-1.0.jar")));
  });

  it("whose bytes changed though their size did not are found by a thorough look, PySpark's too", async () => {
    const { hadoop, sparkHome } = await fetch(["hadoop", "spark"]);
    const files = [join(hadoop, "shared-1.0.jar"), join(sparkHome, "jars/spark-core.jar")];
    for (const file of files) {
      const bytes = readFileSync(file);
      bytes[0]! ^= 1;
      rmSync(file);
      writeFileSync(file, bytes);
    }
    assert.deepEqual(damagedPackages(["hadoop", "spark"], { cache, lists }), []);
    assert.deepEqual(damagedPackages(["hadoop", "spark"], { cache, lists, thoroughly: true }), files);
  });

  it("of Python that miss a file are installed again", async () => {
    const { sparkHome } = await fetch(["spark"]);
    rmSync(join(sparkHome, "jars/spark-core.jar"));
    assert.equal((await missingPackages(["spark"], { cache, lists })).length, 1);
    const again = await fetch(["spark"]);
    assert.equal(programs.calls("pip").length, 2);
    assert.ok(existsSync(join(again.sparkHome, "jars/spark-core.jar")));
  });

  it("are fetched once when two processes want them at once", async () => {
    const go = join(programs.folder, "go");
    programs.maven({ waitsFor: go });
    const first = another("hadoop", "spark");
    await until(() => programs.calls("mvn").length === 1, "the first process calls Maven");
    const second = another("hadoop", "spark");
    let told = "";
    second.child.stdout!.on("data", (text: string) => (told += text));
    await until(() => told.includes("packages.waiting"), "the second process waits");
    assert.ok(told.includes(`"pid":${first.child.pid!}`), "it says for whom it waits");
    writeFileSync(go, "");
    const codes = (await Promise.all([first.ended, second.ended])).map(({ code, out }) => [code, /failed/.test(out)]);
    assert.deepEqual(codes, [
      [0, false],
      [0, false],
    ]);
    assert.deepEqual([programs.calls("mvn").length, programs.calls("pip").length], [1, 1]);
  });

  it("are whole after a kill -9 in the middle and one more call", async () => {
    programs.maven({ waitsFor: join(programs.folder, "never") });
    const { child, ended } = another("hadoop", "livy");
    await until(() => programs.calls("mvn").length === 1, "Maven was called");
    await until(() => existsSync(join(cache, "maven")) && readdirSync(join(cache, "maven")).length > 0, "a file came");
    child.kill("SIGKILL");
    // The fake Maven outlives its caller, as the real one would; its repository is not disturbed by another.
    writeFileSync(join(programs.folder, "never"), "");
    await ended;
    assert.ok(leftovers().length > 0, "the killed one left its lock and its work");
    programs.maven();
    const packages = await fetch(["hadoop", "livy"]);
    assert.equal(readdirSync(packages.hadoop).length, 3);
    assert.deepEqual(damagedPackages(["hadoop", "livy"], { cache, lists }), []);
    assert.deepEqual(leftovers(), []);
  });

  it("are left when the signal comes, and Maven ends with it", async () => {
    programs.maven({ waitsFor: join(programs.folder, "never") });
    const stop = new AbortController();
    const fetched = fetch(["hadoop", "spark"], stop.signal);
    fetched.catch(() => undefined);
    await until(() => programs.calls("mvn").length === 1, "Maven was called");
    const reason = new Error("stopped by a test");
    stop.abort(reason);
    await assert.rejects(fetched, reason);
    assert.deepEqual(leftovers(), []);
  });

  it("cannot be fetched without Maven, and how to get it is said for three systems", async () => {
    process.env["HOWDAH_MAVEN"] = join(programs.folder, "no-such-mvn");
    const error = await failure(fetch());
    assert.equal(error.code, "NO_MAVEN");
    assert.match(error.message, /no-such-mvn cannot be started/);
    assert.match(error.next ?? "", /Debian, Ubuntu: .*; Fedora: .* \(not tried\); macOS: .*HOWDAH_MAVEN/);
  });

  it("cannot be fetched without Python, or with one that lacks venv", async () => {
    programs.python({ venv: "ERROR: ensurepip is not available" });
    const lacking = await failure(fetch(["spark"]));
    assert.equal(lacking.code, "NO_PYTHON");
    assert.match(lacking.message, /ensurepip is not available/);
    assert.match(lacking.next ?? "", /apt-get install python3 python3-venv/);
    rmSync(join(programs.folder, "python3"));
    process.env["PATH"] = programs.folder;
    const none = await failure(fetch(["spark"]));
    assert.deepEqual([none.code, none.message], ["NO_PYTHON", "there is no python3"]);
    assert.deepEqual(leftovers(), []);
  });

  it("cannot be made by a Java that does not run the compiler", async () => {
    programs.java(17, "java.lang.UnsupportedClassVersionError: org/eclipse/jdt/internal/compiler/batch/Main");
    const old = await failure(fetch());
    assert.equal(old.code, "OLD_JAVA");
    assert.match(old.next ?? "", /openjdk-17-jre-headless.*JAVA_HOME/);
    programs.java(17, "LoopbackAgent.java:7: cannot be resolved");
    const ours = await failure(fetch());
    assert.deepEqual([ours.code, ours.fault], ["BUG", "bug"]);
    assert.match(ours.message, /LoopbackAgent.java:7/);
    assert.deepEqual(leftovers(), []);
  });

  it("say in Maven's own words why they could not be fetched", async () => {
    programs.maven({
      fails:
        "[INFO] Scanning\n[ERROR] Failed to execute goal a:b:1:copy (default) on project part0: Could not transfer artifact tiny:shared -> [Help 1]\n[ERROR] Re-run Maven using the -X switch",
    });
    const error = await failure(fetch());
    assert.deepEqual(
      [error.code, error.message],
      ["FETCH_FAILED", "Maven could not fetch the packages: Could not transfer artifact tiny:shared"],
    );
  });

  it("tell of a full disk, whoever notices it", async () => {
    programs.maven({ fails: "[ERROR] a.jar: No space left on device" });
    assert.equal((await failure(fetch())).code, "DISK_FULL");
    programs.python({ pip: "ERROR: [Errno 28] No space left on device" });
    assert.equal((await failure(fetch(["spark"]))).code, "DISK_FULL");
    // More than any disk holds.
    const list = readFileSync(join(lists, "livy.txt"), "utf8");
    writeFileSync(join(lists, "livy.txt"), list.replace(/ \d+ (?=[0-9a-f]{64})/, " 900000000000000000 "));
    const called = programs.calls("mvn").length;
    const error = await failure(fetch(["livy"]));
    assert.deepEqual([error.code, error.where], ["DISK_FULL", cache]);
    assert.match(error.next ?? "", /HOWDAH_CACHE/);
    assert.equal(programs.calls("mvn").length, called, "it began to download first");
  });

  it("need a cache that can be written", async () => {
    writeFileSync(cache, "a file where the folder should be");
    const error = await failure(fetch());
    assert.ok(["NOT_A_FOLDER", "IN_THE_WAY"].includes(error.code), error.code);
    assert.ok(error.where?.startsWith(cache), error.where);
    if (process.getuid?.() === 0) return;
    rmSync(cache);
    mkdirSync(cache, { mode: 0o555 });
    assert.equal((await failure(fetch())).code, "NOT_PERMITTED");
  });

  it("lie where the environment says", () => {
    assert.equal(packageCache({ HOWDAH_CACHE: "/a", XDG_CACHE_HOME: "/b" }), "/a");
    assert.equal(packageCache({ HOWDAH_CACHE: "", XDG_CACHE_HOME: "/b" }), "/b/howdah");
    assert.match(packageCache({}), /\/\.cache\/howdah$/);
  });
});
