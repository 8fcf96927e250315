import { impersonatingUser, oozieProxyUser } from "../../connect/impersonation.ts";
import type { HowdahError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import type { FolderRefusal } from "./folders.ts";

/** Something that only an administrator may do. */
export interface AdministratorRequest {
  readonly why: string;
  /** To be pasted; lines that begin with `#` say what cannot be. */
  readonly commands: readonly string[];
}

/**
 * Commands that make folders usable for a user. A folder that is missing is made at the highest level that is, and given to
 * the user, who can make the rest; one that is there keeps its owner, and lets the user in by an ACL.
 * @param superuser of HDFS
 */
export function folderRequests(
  refusals: readonly FolderRefusal[],
  user: string,
  superuser: string,
): readonly AdministratorRequest[] {
  const as = `sudo -u ${shellWord(superuser)} hdfs dfs`;
  const requests = new Map<string, AdministratorRequest>();
  for (const { is, at, owner, group, permission } of refusals) {
    const path = shellWord(at);
    const whose = `it belongs to ${owner}, group ${group}, ${permission}`;
    const request: AdministratorRequest =
      is === "missing"
        ? {
            why: `${at} is not there, and ${user} may not make it`,
            commands: [
              `${as} -mkdir -p ${path}`,
              `${as} -chown ${shellWord(user)} ${path}`,
              `${as} -chmod 755 ${path}`,
            ],
          }
        : is === "closed"
          ? {
              why: `${user} may not write to ${at}: ${whose}`,
              commands: [`${as} -setfacl -m ${shellWord(`user:${user}:rwx,default:user:${user}:rwx`)} ${path}`],
            }
          : {
              why: `${user} may not look into ${at}: ${whose}`,
              commands: [`${as} -setfacl -m ${shellWord(`user:${user}:--x`)} ${path}`],
            };
    requests.set(`${is} ${at}`, request);
  }
  return [...requests.values()];
}

/** What has to be set so that one user may act for another; undefined for an error of another kind. */
export function impersonationRequest({ code, message }: HowdahError): AdministratorRequest | undefined {
  if (code !== "IMPERSONATION_REFUSED" && code !== "OOZIE_IMPERSONATION") return undefined;
  const ofOozie = oozieProxyUser(message);
  const prefix =
    ofOozie === undefined
      ? `hadoop.proxyuser.${impersonatingUser(message) ?? "<user>"}`
      : `oozie.service.ProxyUserService.proxyuser.${ofOozie}`;
  const properties = ["hosts", "groups"].map(
    (what) => `<property><name>${prefix}.${what}</name><value>*</value></property>`,
  );
  const narrower = "instead of *, the hosts that it asks from, and the groups of those it acts for";
  return {
    why: message,
    commands:
      ofOozie === undefined
        ? [
            `# in core-site.xml of HDFS, YARN and Hive; ${narrower}:`,
            ...properties,
            "hdfs dfsadmin -refreshSuperUserGroupsConfiguration",
            "yarn rmadmin -refreshSuperUserGroupsConfiguration",
          ]
        : [`# in oozie-site.xml, then restart Oozie; ${narrower}:`, ...properties],
  };
}
