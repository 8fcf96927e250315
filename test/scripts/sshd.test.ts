import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { removeFolder, startProgram, writeFile, type Ended } from "../support/command.js";
import { projectRoot } from "../support/project.js";
import { skip } from "../support/skip.js";

const sshd = "/usr/sbin/sshd";

/** What the shell scripts of `host.ts` stand for: OpenSSH's own server and clients, at 127.0.0.1. */
describe("scripts/deploy_to_vm.sh and a real sshd", () => {
  let server: ChildProcess | undefined;
  let folder = "";
  let port: number;

  before(async function () {
    if (!existsSync(sshd)) skip(this, `there is no ${sshd}`);
    folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
    for (const key of ["host", "user"])
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, key)]);
    // Where root starts it, it wants this folder, as its own start script makes it.
    if (process.getuid!() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    port = await freePort();
    const config = `Port ${port}
ListenAddress 127.0.0.1
HostKey ${join(folder, "host")}
AuthorizedKeysFile ${join(folder, "user.pub")}
PidFile none
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
Subsystem sftp internal-sftp
`;
    server = spawn(sshd, ["-D", "-e", "-f", writeFile(join(folder, "config"), config)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const said: string[] = [];
    for await (const line of createInterface({ input: server.stderr! }))
      if (said.push(line) && line.includes("listening on")) break;
    assert.match(said.at(-1) ?? "", /listening on/, said.join("\n"));
  });

  after(async () => {
    if (server !== undefined && server.exitCode === null) {
      server.kill();
      await once(server, "exit");
    }
    if (folder !== "") removeFolder(folder);
  });

  const deploy = (key: string, ...words: readonly string[]): Promise<Ended> => {
    const known = `UserKnownHostsFile=${join(folder, "known")}`;
    const options = ["--port", `${port}`, "--identity", join(folder, key), "-o", known, "-o", "BatchMode=yes"];
    const all = [`${userInfo().username}@127.0.0.1`, "--target", "sandbox", ...options, ...words];
    return startProgram(join(projectRoot, "scripts/deploy_to_vm.sh"), all, projectRoot, {}).ended;
  };
  const trusting = ["-o", "StrictHostKeyChecking=accept-new"];

  it("refuses a host that it does not know, and a key that the host does not know", async () => {
    const place = join(folder, "drops");
    const stranger = await deploy("user", "--folder", place);
    assert.equal(stranger.code, 5, stranger.err);
    assert.match(stranger.err, /^error: .* cannot be reached: .*Host key verification failed/s);
    const key = await deploy("host", "--folder", place, ...trusting);
    assert.equal(key.code, 5, key.err);
    assert.match(key.err, /^error: \S+ cannot be reached: \S+: Permission denied \(publickey\)\.\n/);
    assert.equal(existsSync(place), false);
  });

  it("puts a release there once, and again where a file of it is gone", async () => {
    const place = join(folder, "code-drops");
    const first = await deploy("user", "--folder", place, ...trusting);
    assert.equal(first.code, 0, first.err);
    const [, release] = /^put release (\S+) of sandbox/.exec(first.out) ?? [];
    const name = `build-files-${release}`;
    assert.deepEqual(readdirSync(place).sort(), [name, "current"]);
    assert.equal(readlinkSync(join(place, "current")), name);
    const deployed = readFileSync(join(place, "current/bin/deployed"), "utf8").trim().split("\n");
    for (const path of deployed) assert.ok(existsSync(join(place, "current", path)), path);

    assert.match((await deploy("user", "--folder", place)).out, /^there already: release /);
    rmSync(join(place, name, "jobs/prepare.sql"));
    assert.match((await deploy("user", "--folder", place)).out, /^put release/);
    assert.ok(existsSync(join(place, name, "jobs/prepare.sql")));
  });
});

/** A port that nobody listens on just now. */
async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
