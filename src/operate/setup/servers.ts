import { isHowdahError, type HowdahError } from "../../core/errors.ts";
import type { Cluster } from "../../project/cluster.ts";

/** A server that answered. */
export interface ServerFacts {
  readonly server: "HDFS" | "Oozie" | "HiveServer2" | "Livy";
  readonly at: string;
  /** Where it tells. */
  readonly version?: string;
}

export interface ServerRefusal {
  readonly server: ServerFacts["server"];
  readonly error: HowdahError;
}

/** Asks every server that a target names for a word, all at once. */
export async function reachServers(
  cluster: Cluster,
): Promise<{ readonly servers: readonly ServerFacts[]; readonly refusals: readonly ServerRefusal[] }> {
  const { oozie, hiveServer2, livy, nameNode } = cluster.target;
  const text = (url: string | readonly string[]): string => [url].flat().join(", ");
  const asked: readonly (readonly [ServerFacts["server"], string, () => Promise<string | undefined>])[] = [
    ["HDFS", nameNode, () => silent(cluster.hdfs.stat("/"))],
    ...(oozie === undefined ? [] : [["Oozie", text(oozie), () => cluster.oozie.buildVersion()] as const]),
    ...(hiveServer2 === undefined
      ? []
      : [
          [
            "HiveServer2",
            typeof hiveServer2 === "object" ? hiveServer2.url : hiveServer2,
            () => silent(cluster.hive().then((session) => session.close())),
          ] as const,
        ]),
    ...(livy === undefined ? [] : [["Livy", livy, () => cluster.livy.version()] as const]),
  ];
  const answers = await Promise.allSettled(asked.map(([, , ask]) => ask()));
  const servers: ServerFacts[] = [];
  const refusals: ServerRefusal[] = [];
  for (const [i, answer] of answers.entries()) {
    const [server, at] = asked[i]!;
    if (answer.status === "fulfilled") {
      const version = answer.value;
      servers.push({ server, at: at.replace(/;.*$/s, ""), ...(version === undefined ? {} : { version }) });
    } else if (isHowdahError(answer.reason)) refusals.push({ server, error: answer.reason });
    else throw answer.reason;
  }
  return { servers, refusals };
}

/** Of an answer that tells no version. */
async function silent(answer: Promise<unknown>): Promise<undefined> {
  await answer;
  return undefined;
}
