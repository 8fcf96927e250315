import { HowdahError } from "../core/errors.ts";
import { credential, type Credential, type LaunchedAction } from "../oozie/actions/index.ts";
import { text } from "../oozie/el/index.ts";
import type { ClusterTarget } from "../project/config.ts";

/** Types of credentials that actions of a kind need on a secured cluster. */
function neededBy(action: LaunchedAction): readonly ("hive2" | "hcat")[] {
  if (action.type === "hive2") return ["hive2"];
  // A SQL job tells the metastore of the partitions it has made.
  return action.type === "spark" ? ["hcat"] : [];
}

/** What a target with Kerberos adds to an action's credentials, those left out that the action brings itself. */
export function credentialsOf(target: ClusterTarget): (action: LaunchedAction) => readonly Credential[] {
  if (target.kerberos !== true) return () => [];
  const known = { hive2: hive2Credential(target), hcat: hcatCredential(target) };
  return (action) =>
    neededBy(action)
      .filter((type) => !action.credentials.some((own) => own.type === type))
      .flatMap((type) => known[type] ?? []);
}

/** Actions that lack a credential on a target with Kerberos, with the code `CREDENTIAL`. */
export function missingCredentials(
  target: ClusterTarget,
  name: string,
  actions: readonly { readonly action: LaunchedAction; readonly path: string }[],
): readonly HowdahError[] {
  if (target.kerberos !== true) return [];
  const known = { hive2: hive2Credential(target), hcat: hcatCredential(target) };
  const settings = {
    hive2: 'hiveServer2: { url, principal: "hive/_HOST@REALM" }',
    hcat: 'metastore: { uri, principal: "hive/_HOST@REALM" }',
  };
  return actions.flatMap(({ action, path }) =>
    neededBy(action)
      .filter((type) => known[type] === undefined && !action.credentials.some((own) => own.type === type))
      .map(
        (type) =>
          new HowdahError(`${path} needs a credential of the type ${type}, for ${name} is secured with Kerberos`, {
            code: "CREDENTIAL",
            where: action.at,
            next: `give the target ${settings[type]}, or the action a credential of its own`,
          }),
      ),
  );
}

function hive2Credential({ hiveServer2 }: ClusterTarget): Credential | undefined {
  if (typeof hiveServer2 !== "object" || hiveServer2.principal === undefined) return undefined;
  return credential("hive2", "hive2", {
    "hive2.jdbc.url": text`${hiveServer2.url}`,
    "hive2.server.principal": text`${hiveServer2.principal}`,
  });
}

function hcatCredential({ metastore }: ClusterTarget): Credential | undefined {
  if (metastore?.principal === undefined) return undefined;
  return credential("hcat", "hcat", {
    "hcat.metastore.uri": text`${metastore.uri}`,
    "hcat.metastore.principal": text`${metastore.principal}`,
  });
}
