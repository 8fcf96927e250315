import assert from "node:assert/strict";
import { HowdahError } from "#src/core/errors.js";
import { cluster } from "#src/index.js";
import { folderRequests, impersonationRequest } from "#src/operate/setup/administrator.js";
import { neededFolders } from "#src/operate/setup/folders.js";
import { setUp } from "#src/operate/setup/index.js";
import { libraryRequest, neededLibraries } from "#src/operate/setup/sharelibrary.js";
import { declaredTables } from "#src/operate/tables.js";
import { openCluster, type Cluster } from "#src/project/cluster.js";
import type { ProfileName } from "#src/oozie/profiles.js";
import type { Project } from "#src/project/load.js";
import { valuesOf } from "#src/release/build.js";
import { projectIn } from "../support/definitions.js";
import { withFolder } from "../support/project.js";

const config = `
import * as h from "howdah";
const p = h.parameters({ data: h.pathParameter(), unset: h.pathParameter(), elsewhere: h.pathParameter() });
const base = h.database("base");
const t = h.table(base, "t", { columns: { a: "string" }, format: h.parquet, location: h.path\`\${p.data}/t/\` });
const far = h.table(base, "far", { columns: { a: "string" }, format: h.parquet, location: h.path\`\${p.elsewhere}/far\` });
const set = (name: string, uri: ReturnType<typeof h.path>) => h.dataset(name, { every: h.hours(1), initial: "2012-03-01T00:00Z", uri });
const w = h.workflow("w", {}, () => h.sequence(
  h.hive2("t", h.create(t, far)),
  h.distcp("copy", { from: [h.path\`\${p.data}/a\`], to: h.path\`\${p.data}/b\` }),
  h.shell("x", { command: "true", launcher: { shareLib: "hcatalog, sqoop" } }),
));
const c = h.coordinator("c", { every: h.hours(1), start: "2012-03-01T00:00Z", end: "2012-03-02T00:00Z", timeout: h.days(1),
  reads: {
    hours: set("hours", h.path\`\${p.data}/in/date_ts=\${h.YEAR}\${h.MONTH}\${h.DAY}/\${h.HOUR}\`).current(0),
    unknown: set("unknown", h.path\`\${p.unset}/\${h.YEAR}\`).current(0),
  },
  run: () => w.with({}) });
export default h.defineConfig({ name: "s", definitions: [c], targets: { here: h.folder("data") } });
`;

const everywhere = { data: "/data", elsewhere: "s3a://bucket/x" };

function on(profile: ProfileName = "oozie5.2", parameters: Readonly<Record<string, string>> = everywhere): Cluster {
  const target = cluster({
    profile,
    nameNode: "hdfs://nn:8020",
    resourceManager: "rm:8032",
    root: "/user/joe/release",
    oozie: "http://oozie:11000/oozie",
    hiveServer2: "jdbc:hive2://hive:10000/default",
    login: { user: "joe" },
    parameters,
  });
  return openCluster({ name: "there", target }, { root: "/nowhere" });
}

describe("operate: setting up", () => {
  const withProject = (work: (project: Project) => Promise<void> | void): Promise<void> =>
    withFolder(async (folder) => work(await projectIn(folder, { "howdah.config.ts": config })));

  it("needs the folders of releases, tables and data sets that lie on the target's HDFS", () =>
    withProject(({ definitions, ...project }) => {
      const there = on();
      const values = valuesOf({ definitions, ...project }, there.target, {});
      const folders = neededFolders(there, definitions, declaredTables(definitions, there, values), values);
      assert.deepEqual(folders, [
        { path: "/data/in", of: "the data set hours" },
        { path: "/data/t", of: "the table base.t" },
        { path: "/user/joe/release", of: "the releases" },
      ]);
    }));

  it("says which values the tables' locations need", () =>
    withProject(({ definitions, ...project }) => {
      const bare = on("oozie5.2", {});
      const values = valuesOf({ definitions, ...project }, bare.target, {});
      assert.throws(() => declaredTables(definitions, bare, values), {
        code: "PARAMETER_MISSING",
        next: "give -D data=… -D elsewhere=…",
      });
    }));

  it("knows which share libraries actions take, and how one is installed", () =>
    withProject(({ definitions }) => {
      assert.deepEqual(neededLibraries(definitions, "oozie5.2"), ["distcp", "hcatalog", "hive2", "oozie", "sqoop"]);
      assert.deepEqual(libraryRequest(on(), ["spark"]), {
        why: "Oozie's share library lacks spark",
        commands: [
          "sudo -u oozie bin/oozie-setup.sh sharelib create -fs hdfs://nn:8020",
          "oozie admin -oozie http://oozie:11000/oozie -sharelibupdate",
        ],
      });
      assert.match(libraryRequest(on("cdh5.16"), ["spark"]).commands.join("\n"), /Install Oozie ShareLib.*-locallib/s);
    }));

  it("asks an administrator once for a folder of several, and lets a user into what belongs to another", () => {
    const owned = { owner: "hdfs", group: "super group", permission: "750" };
    const requests = folderRequests(
      [
        { is: "missing", path: "/data/a/b", at: "/data/a", ...owned },
        { is: "missing", path: "/data/a/c", at: "/data/a", ...owned },
        { is: "closed", path: "/in 1", at: "/in 1", ...owned },
        { is: "guarded", path: "/deep/er/down", at: "/deep", ...owned },
      ],
      "joe",
      "hdfs",
    );
    assert.deepEqual(
      requests.flatMap(({ commands }) => commands),
      [
        "sudo -u hdfs hdfs dfs -mkdir -p /data/a",
        "sudo -u hdfs hdfs dfs -chown joe /data/a",
        "sudo -u hdfs hdfs dfs -chmod 755 /data/a",
        "sudo -u hdfs hdfs dfs -setfacl -m user:joe:rwx,default:user:joe:rwx '/in 1'",
        "sudo -u hdfs hdfs dfs -setfacl -m user:joe:--x /deep",
      ],
    );
    assert.match(requests[1]!.why, /joe may not write to \/in 1: it belongs to hdfs, group super group, 750/);
  });

  it("says which settings let one user act for another, of Hadoop or of Oozie itself", () => {
    const asked = (code: string, message: string): string =>
      impersonationRequest(new HowdahError(message, { code }))!.commands.join("\n");
    const hadoop = asked(
      "IMPERSONATION_REFUSED",
      "AuthorizationException: User: hue is not allowed to impersonate ann",
    );
    assert.match(hadoop, /core-site.*<name>hadoop\.proxyuser\.hue\.hosts<.*hue\.groups<.*dfsadmin -refreshSuperUser/s);
    for (const said of [
      "E1400: User [hue] not defined as proxyuser",
      "E1400: Unauthorized proxyuser [hue] for user [ann], not in proxyuser groups",
      "E1400: Unauthorized host [laptop] for proxyuser [hue]",
    ])
      assert.match(
        asked("OOZIE_IMPERSONATION", said),
        /oozie-site.*ProxyUserService\.proxyuser\.hue\.hosts<.*hue\.groups</s,
      );
    assert.equal(impersonationRequest(new HowdahError("no", { code: "CONNECT_REFUSED" })), undefined);
  });

  it("refuses to go through Oozie where no workflow is named for it, before it asks any server", () =>
    withProject(async (project) => {
      await assert.rejects(setUp(project, on(), { throughOozie: true }), { code: "SET_UP", exitCode: 2 });
    }));
});
