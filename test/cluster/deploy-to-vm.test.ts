import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needCluster } from "../support/cluster.js";
import { howdah, removeFolder } from "../support/command.js";
import { LocalHost } from "../scripts/host.js";
import { TestHdfs } from "./hdfs.js";

/** The whole way of the original: packaged, copied to a host, and from there to HDFS; bin.test.ts does the later steps. */
describe("cluster: a build by way of a host", function () {
  this.timeout(180_000);
  const ending: (() => unknown)[] = [];

  after(async () => {
    for (const end of ending.reverse()) await end();
  });

  it("deploys what arrived there with the host's clients", async function () {
    const at = needCluster(this);
    const hdfs = new TestHdfs(at);
    ending.push(() => hdfs.close());
    const root = `/user/${at.user}/howdah-test/vm-${randomBytes(4).toString("hex")}`;
    ending.push(() => hdfs.remove(root));
    const folder = mkdtempSync(join(tmpdir(), "howdah-test-"));
    ending.push(() => removeFolder(folder));
    const host = new LocalHost(folder);
    const { code, out, err } = await host.deploy("ann@vm", "--target", "sandbox");
    assert.equal(code, 0, err);
    const [, release] = /put release (\S+)/.exec(out)!;
    const current = join(host.home, "codeDrops/current");
    // A place of this test's own on a cluster that others use.
    const settings = join(current, "bin/settings.sh");
    const own = readFileSync(settings, "utf8")
      .replace(/^root=.*/m, `root=${root}`)
      .replace(/^hive_site=.*/m, "hive_site=no");
    writeFileSync(settings, own);
    const deployed = await howdah(["sandbox", "sh", join(current, "bin/00_deploy.sh")], host.home);
    assert.equal(deployed.code, 0, deployed.err);
    assert.match(deployed.out, new RegExp(`release ${release} is the current one`));
    const manifest = await hdfs.read(`${root}/releases/${release}/manifest.json`);
    assert.equal(String(manifest), readFileSync(join(current, "manifest.json"), "utf8"));
  });
});
