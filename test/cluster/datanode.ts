import assert from "node:assert/strict";
import type { ClusterAddresses } from "../support/cluster.js";
import { faultProxy, type FaultProxy } from "../support/faults.js";

/** A proxy before a sandbox's DataNode, and one before its NameNode, which sends there. */
export async function throughProxies({ webHdfs, user }: ClusterAddresses): Promise<{
  readonly nameNode: FaultProxy;
  readonly dataNode: FaultProxy;
}> {
  // It only tells where to; nothing is made.
  const query = `op=CREATE&noredirect=true&user.name=${user}`;
  const asked = await fetch(`${webHdfs}/webhdfs/v1/tmp/asked?${query}`, { method: "PUT" });
  const { Location } = (await asked.json()) as { Location?: string };
  assert.ok(Location !== undefined, `the NameNode says ${asked.status}`);
  const { origin } = new URL(Location);
  const dataNode = await faultProxy(origin);
  return { dataNode, nameNode: await faultProxy(webHdfs, { redirect: (to) => to.replace(origin, dataNode.url) }) };
}
