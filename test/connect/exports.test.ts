import assert from "node:assert/strict";
import { basicAuth, delegationToken, proxyUser, simpleAuth, spnego } from "howdah/auth";
import { openHive, parseJdbcUrl } from "howdah/hiveserver2";
import { isBatchOver, livyClient } from "howdah/livy";
import { isAbsent, oozieClient, type Oozie } from "howdah/oozie";
import { download, isNotFound, upload, WebHdfs, type FileStatus } from "howdah/webhdfs";
import { isApplicationOver, jobHistoryClient, yarnClient } from "howdah/yarn";
import { errorOf, json, localServers } from "./servers.js";

/** The clients as other programs import them, by the package's own names. */
describe("connect: the clients as libraries", () => {
  const servers = localServers();

  it("are there by their names, with their types", () => {
    for (const one of [
      ...[basicAuth, delegationToken, proxyUser, simpleAuth, spnego, openHive, parseJdbcUrl, isBatchOver, livyClient],
      ...[
        isAbsent,
        oozieClient,
        download,
        isNotFound,
        upload,
        WebHdfs,
        isApplicationOver,
        jobHistoryClient,
        yarnClient,
      ],
    ])
      assert.equal(typeof one, "function");
  });

  it("ask a server and tell its errors apart", async () => {
    const server = await servers.http((request, response) =>
      request.url!.includes("LISTSTATUS") && request.url!.includes("/there")
        ? json(response, 200, { FileStatuses: { FileStatus: [] } })
        : json(response, 404, { RemoteException: { exception: "FileNotFoundException", message: "no" } }),
    );
    const hdfs = servers.also(new WebHdfs({ url: server.url, auth: simpleAuth("ann"), attempts: 1 }));
    assert.ok(isNotFound(await errorOf(hdfs.stat("/gone"))));
    const oozie: Oozie = servers.also(oozieClient({ url: `${server.url}/oozie`, attempts: 1 }));
    assert.ok(!isAbsent(await errorOf(oozie.systemMode())), "an answer that is not Oozie's is no absent job");
    const none: readonly FileStatus[] = await hdfs.ls("/gone").catch(() => []);
    assert.deepEqual(none, []);
  });
});
