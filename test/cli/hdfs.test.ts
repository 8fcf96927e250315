import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { standInCluster } from "../connect/namenode.js";
import { localServers } from "../connect/servers.js";
import { freshFolders } from "../support/folders.js";
import { howdah } from "../support/command.js";

describe("howdah hdfs", function () {
  this.timeout(120_000);
  const servers = localServers();
  const folders = freshFolders();

  async function surroundings() {
    const { url, files } = servers.also(await standInCluster());
    const folder = folders();
    const run = (verb: string, ...args: readonly string[]) =>
      howdah(["hdfs", verb, ...args, "--url", url, "--user", "ann"], folder);
    const done = async (verb: string, ...args: readonly string[]): Promise<string> => {
      const { code, out, err } = await run(verb, ...args);
      assert.equal(code, 0, err);
      return out;
    };
    const refused = async (pattern: RegExp, verb: string, ...args: readonly string[]): Promise<void> => {
      const { code, err } = await run(verb, ...args);
      assert.equal(code, 2, err);
      assert.match(err, pattern);
    };
    return { files, folder, done, refused };
  }

  it("puts and gets files and folders, into a folder that is there and under another name, never over what is there", async () => {
    const { files, folder, done, refused } = await surroundings();
    mkdirSync(join(folder, "in/sub"), { recursive: true });
    const contents = { "in/a b": "1", "in/sub/ü%2F": "2", "in/empty": "" };
    for (const [path, text] of Object.entries(contents)) writeFileSync(join(folder, path), text);
    await done("mkdir", "-p", "/data");
    await done("put", "in", "/data");
    await done("put", "in", "/other");
    for (const [path, text] of Object.entries(contents))
      for (const place of ["/data/in", "/other"])
        assert.equal(files.get(path.replace("in", place))?.toString(), text, place + path);
    await refused(/there is something already/, "put", "in", "/data");
    await refused(/no folder, into which several could go/, "put", "in/a b", "in/empty", "/none");
    await refused(/no such file/, "put", "none", "/data");
    writeFileSync(join(folder, "in/a b"), "changed");
    assert.match(await done("put", "--resume", "in", "/data"), /1 file, 7 bytes; 2 files were there already/);
    assert.equal(files.get("/data/in/a b")?.toString(), "changed");

    await done("get", "/data/in", "back");
    assert.equal(readFileSync(join(folder, "back/sub/ü%2F"), "utf8"), "2");
    await refused(/there is something already/, "get", "/data/in/a b", "in/a b");
    await done("get", "-f", "/data/in/*b", "/data/in/empty", ".");
    assert.equal(readFileSync(join(folder, "a b"), "utf8"), "changed");
    assert.equal(await done("get", "/data/in/a b", "-"), "changed");
  });

  it("lists, prints, appends and moves what patterns stand for", async () => {
    const { files, folder, done, refused } = await surroundings();
    for (const name of ["p1", "p2", "q", "p*"]) files.set("/d", undefined).set(`/d/${name}`, Buffer.from(`${name};`));
    assert.equal(await done("cat", "/d/p[12]", "/d/q"), "p1;p2;q;");
    assert.equal(await done("cat", "/d/p*"), "p*;", "a name that is there stands for itself");
    assert.equal(await done("cat", "/d/?"), "q;");
    const listed = JSON.parse(await done("ls", "/d", "--json")) as { name: string; length: number }[];
    assert.deepEqual(
      listed.map(({ name, length }) => [name, length]),
      [
        ["p*", 3],
        ["p1", 3],
        ["p2", 3],
        ["q", 2],
      ],
    );
    assert.match(await done("ls", "/d/q"), /^-rw-r--r-- {3}1 root supergroup {12}2 1970-01-01 00:00 \/d\/q\n$/);
    writeFileSync(join(folder, "more"), "more");
    await done("append", "more", "/d/q");
    await done("append", "more", "/d/new");
    assert.deepEqual([files.get("/d/q")?.toString(), files.get("/d/new")?.toString()], ["q;more", "more"]);
    await refused(/nothing is there that \/d\/x\* stands for/, "cat", "/d/x*");
    await done("mkdir", "/e");
    await refused(/is there already/, "mkdir", "/e");
    await refused(/File does not exist: \/no/, "mkdir", "/no/e");
    await done("mv", "/d/p1", "/d/p2", "/e");
    assert.deepEqual([files.has("/e/p1"), files.has("/e/p2"), files.has("/d/p1")], [true, true, false]);
    await refused(/something already/, "mv", "/d/q", "/d/new");
    await done("mv", "-f", "/d/q", "/d/new");
    assert.equal(files.get("/d/new")?.toString(), "q;more");
    assert.match(await done("du", "/e"), /6 {2}2 files {2}\/e/);
  });

  it("removes into the trash unless told otherwise, folders with -r alone, and never everything", async () => {
    const { files, done, refused } = await surroundings();
    files.set("/d", undefined).set("/d/a", Buffer.from("a")).set("/d/b", Buffer.from("b"));
    files.set("/user", undefined).set("/user/ann", undefined);
    await done("rm", "/d/a");
    assert.equal(files.get("/user/ann/.Trash/Current/d/a")?.toString(), "a");
    await refused(/is a folder/, "rm", "/d");
    await refused(/File does not exist/, "rm", "/d/none");
    await done("rm", "-f", "/d/none", "/d/none*");
    await done("rm", "-r", "--skip-trash", "/d");
    assert.deepEqual([files.has("/d"), files.has("/user/ann/.Trash/Current/d/b")], [false, false]);
    for (const all of ["/", ".", "/user/ann/"]) await refused(/is not removed/, "rm", "-r", "--skip-trash", all);
  });

  it("needs a project or a URL", async () => {
    const { code, err } = await howdah(["hdfs", "ls", "/"], folders());
    assert.equal(code, 2);
    assert.match(err, /there is no howdah.config.ts/);
  });
});
