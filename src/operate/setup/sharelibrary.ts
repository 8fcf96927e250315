import { isLaunched } from "../../oozie/actions/index.ts";
import { actionsOf } from "../../oozie/app/workflow.ts";
import { profileOf } from "../../oozie/profiles.ts";
import type { Cluster } from "../../project/cluster.ts";
import type { Definitions } from "../../project/definitions.ts";
import type { AdministratorRequest } from "./administrator.ts";

/** What of Oozie's share library a project's actions take. */
export interface ShareLibraries {
  readonly needed: readonly string[];
  readonly missing: readonly string[];
}

/** Names of the share libraries that the actions of all workflows take, with the one of every launcher. */
export function neededLibraries({ workflows }: Definitions, profile: string): readonly string[] {
  const spark = profileOf(profile).versions["spark3-action"] === null ? "spark" : "spark3";
  const usual: Readonly<Record<string, string>> = {
    hive2: "hive2",
    spark,
    "spark-application": spark,
    distcp: "distcp",
  };
  const launched = [...workflows.values()].flatMap(actionsOf).filter(isLaunched);
  const names = launched.flatMap(({ type, launcher }) =>
    launcher.shareLib === undefined ? (usual[type] ?? []) : launcher.shareLib.split(",").map((name) => name.trim()),
  );
  return launched.length === 0 ? [] : [...new Set(["oozie", ...names])].sort();
}

/** Asks Oozie which of them it has. */
export async function checkLibraries({ oozie, target }: Cluster, definitions: Definitions): Promise<ShareLibraries> {
  const needed = neededLibraries(definitions, target.profile);
  if (needed.length === 0) return { needed, missing: [] };
  const there = new Set(await oozie.shareLibraries());
  return { needed, missing: needed.filter((name) => !there.has(name)) };
}

/** How a share library is installed. */
export function libraryRequest({ target }: Cluster, missing: readonly string[]): AdministratorRequest {
  const { profile, nameNode, oozie } = target;
  const url = [oozie ?? ""].flat()[0]!;
  const cloudera = profile.startsWith("cd");
  return {
    why: `Oozie's share library lacks ${missing.join(", ")}`,
    commands: [
      ...(cloudera
        ? ["# with Cloudera Manager: Oozie > Actions > Install Oozie ShareLib; without, on Oozie's host:"]
        : []),
      cloudera
        ? `sudo oozie-setup sharelib create -fs ${nameNode} -locallib /usr/lib/oozie/oozie-sharelib-yarn`
        : `sudo -u oozie bin/oozie-setup.sh sharelib create -fs ${nameNode}`,
      `oozie admin -oozie ${url} -sharelibupdate`,
    ],
  };
}
