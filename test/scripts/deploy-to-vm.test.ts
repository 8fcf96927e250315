import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { freshFolders } from "../support/folders.js";
import { startProgram, writeFile, type Ended } from "../support/command.js";
import { projectRoot } from "../support/project.js";
import { LocalHost } from "./host.js";

/** Every suite of the laptop has ssh's clients by itself: they are shell scripts that act on a folder. */
describe("scripts/deploy_to_vm.sh", () => {
  const fresh = freshFolders();
  const on = ["ann@vm", "--target", "sandbox"];

  const failed = ({ code, out, err }: Ended, wanted: number, ...texts: readonly RegExp[]): void => {
    assert.equal(code, wanted, `${out}\n${err}`);
    for (const text of texts) assert.match(err, text);
  };
  const releaseOf = ({ out, err }: Ended): string => {
    const [, release] = /release (\S+) of sandbox/.exec(out) ?? [];
    assert.ok(release !== undefined, `${out}\n${err}`);
    return release;
  };
  const below = (host: LocalHost, folder = "codeDrops"): readonly string[] =>
    readdirSync(join(host.home, folder)).sort();

  it("puts a release there, says what to do next, and copies it once", async () => {
    const host = new LocalHost(fresh());
    const first = await host.deploy(...on, "--port", "2222", "--identity", "a key", "-o", "ProxyJump=gate");
    const name = `build-files-${releaseOf(first)}`;
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /^put release .* ann@vm:codeDrops\/build-files-/);
    assert.match(
      first.out,
      /ssh -o ProxyJump=gate -p 2222 -i 'a key' ann@vm\n  cd codeDrops\/current\n  bin\/00_deploy\.sh/,
    );
    assert.match(first.out, /bin\/10_submit\.sh marketing/);
    assert.deepEqual(below(host), [name, "current"]);
    assert.equal(readlinkSync(join(host.home, "codeDrops/current")), name);
    const current = join(host.home, "codeDrops/current");
    for (const path of readFileSync(join(current, "bin/deployed"), "utf8").trim().split("\n"))
      assert.ok(existsSync(join(current, path)), path);
    assert.equal(statSync(join(current, "bin/00_deploy.sh")).mode & 0o111, 0o111);
    assert.deepEqual(
      host.calls.map((call) => call.replace(/(codeDrops\/\.|\S*\.tar\.gz|sh -s).*/, "")).map((call) => call.trim()),
      ["ssh", "scp -q", "ssh"].map((program) => {
        const port = program.startsWith("scp") ? "-P" : "-p";
        const end = program.startsWith("scp") ? "" : " ann@vm";
        return `${program} -o ProxyJump=gate ${port} 2222 -i a key -o ConnectTimeout=15${end}`;
      }),
    );

    const again = await host.deploy(...on);
    assert.equal(again.code, 0, again.err);
    assert.match(again.out, /^there already: release /);
    assert.equal(host.calls.filter((call) => call.startsWith("scp")).length, 1);
  });

  it("copies it again when a file of it is gone, or other values are given", async () => {
    const host = new LocalHost(fresh());
    const release = releaseOf(await host.deploy(...on));
    const folder = join(host.home, "codeDrops", `build-files-${release}`);
    rmSync(join(folder, "jobs/prepare.sql"));
    assert.match((await host.deploy(...on)).out, /^put release/);
    assert.ok(existsSync(join(folder, "jobs/prepare.sql")));
    const other = await host.deploy(...on, "-D", "end=2012-03-03T00:00Z");
    assert.match(other.out, new RegExp(`^put release ${release}`));
    assert.match(readFileSync(join(folder, "oozie/bundles/marketing/job.properties"), "utf8"), /^end=2012-03-03/m);
    assert.deepEqual(below(host), [`build-files-${release}`, "current"]);
  });

  it("leaves nothing half of a copy that broke, and the release before stays current", async () => {
    const host = new LocalHost(fresh());
    const place = join(host.home, "codeDrops");
    writeFile(join(place, "build-files-before/bin/deployed"), "");
    const half = `head -c 1000 "$1" >"$HOME/\${2#*:}"\n`;
    host.copies(`${half}echo "lost connection" >&2\nexit 1\n`);
    failed(
      await host.deploy(...on),
      5,
      /^error: the archive did not get to ann@vm: lost connection\n/,
      /next: run the same/,
    );
    assert.deepEqual(below(host), ["build-files-before"]);
    // What scp does not notice.
    host.copies(half);
    failed(await host.deploy(...on), 5, /arrived broken on ann@vm: of \d+ bytes 1000 arrived/);
    assert.deepEqual(below(host), ["build-files-before"]);
    host.copies(`tr a b <"$1" >"$HOME/\${2#*:}"\n`);
    failed(await host.deploy(...on), 5, /arrived broken on ann@vm: \S/);
    assert.deepEqual(below(host), ["build-files-before"]);
    host.copies(`cp "$1" "$HOME/\${2#*:}"\n`);
    host.has("tar", `echo "tar: no space left on device" >&2\nexit 2\n`);
    failed(await host.deploy(...on), 5, /could not unpack the archive: tar: no space left/);
    assert.deepEqual(below(host), ["build-files-before"]);
  });

  it("says what a host lacks before anything is copied", async () => {
    const host = new LocalHost(fresh());
    host.has("df", `echo "Filesystem 1024-blocks Used Available"; echo "/dev/sda1 100 93 7 93% /"\n`);
    failed(await host.deploy(...on), 5, /vm:codeDrops has room for 7 kB, and \d+ kB are needed/);
    host.has("df", "exit 1\n");
    writeFile(join(host.home, "taken"), "a file");
    failed(await host.deploy(...on, "--folder", "taken"), 5, /vm:taken cannot be written to: \S/);
    mkdirSync(join(host.home, "full/current"), { recursive: true });
    failed(await host.deploy(...on, "--folder", "full"), 5, /full\/current is there and no link/);
    host.hasOnly("sh", "gzip");
    failed(await host.deploy(...on), 5, /there is no tar on ann@vm\n/, /next: install it there/);
    assert.deepEqual(
      host.calls.filter((call) => call.startsWith("scp")),
      [],
    );
    host.isAway();
    failed(
      await host.deploy(...on),
      5,
      /^error: ann@vm cannot be reached: ssh: .*No route to host\n/,
      /next: .*ssh ann@vm/,
    );
  });

  it("refuses what it cannot take, and says where there is no ssh", async () => {
    const host = new LocalHost(fresh());
    failed(await host.deploy(), 2, /no host is named: USER@HOST\n  next: scripts\/deploy_to_vm\.sh --help/);
    failed(await host.deploy("-oProxyCommand=x"), 2, /no host is named/);
    failed(await host.deploy("--", "-oProxyCommand=x"), 2, /-oProxyCommand=x is no host/);
    failed(await host.deploy("ann@vm;id"), 2, /is no host/);
    failed(await host.deploy("ann@vm", "--folder", "a $(id)"), 2, /--folder a \$\(id\): letters, digits/);
    failed(await host.deploy("ann@vm", "--port", "x"), 2, /--port x is no port/);
    failed(await host.deploy("ann@vm", "--fodler", "x"), 2, /did you mean --folder\?/);
    failed(await host.deploy("ann@vm", "--target", "laptop"), 2, /the target laptop is a folder/);
    assert.deepEqual(host.calls, []);
    const help = await host.deploy("--help");
    assert.deepEqual([help.code, help.err], [0, ""]);
    assert.match(help.out, /scripts\/deploy_to_vm\.sh USER@HOST \[options\]/);
    const bare = fresh();
    const links = ["node", "bash", "dirname", "env"].map((name) => `ln -s "$(command -v ${name})" '${bare}/${name}'`);
    await startProgram("sh", ["-ec", links.join("\n")], bare).ended;
    const script = join(projectRoot, "scripts/deploy_to_vm.sh");
    failed(
      await startProgram(script, on, bare, { PATH: bare }).ended,
      2,
      /there is no ssh on this machine\n  next: install/,
    );
  });
});
