import type { ServerMessage } from "../answer.ts";
import type { Explanation } from "../errors.ts";
import { impersonatingUser, oozieProxyUser } from "../impersonation.ts";

/** What Oozie's codes mean (`org.apache.oozie.ErrorCode`). It answers 400 and 401 alike: its code alone tells. */
export function explainOozie({ exception: code, message }: ServerMessage): Explanation | undefined {
  if (code === undefined || !/^[A-Z]{1,2}\d{3,4}$/.test(code)) return undefined;
  return { code: "OOZIE_REFUSED", ...known(code, message ?? "") };
}

function known(code: string, message: string): Explanation {
  if (/impersonat/i.test(message)) return impersonation(message);
  const acting = oozieProxyUser(message);
  if (acting !== undefined)
    return {
      code: "OOZIE_IMPERSONATION",
      exitCode: 4,
      next:
        `an administrator sets oozie.service.ProxyUserService.proxyuser.${acting}.hosts and .groups in oozie-site.xml, ` +
        "and restarts Oozie",
    };
  switch (code) {
    case "E0002":
      return {
        code: "OOZIE_SAFE_MODE",
        transient: false,
        next: "Oozie is in safe mode: its administrator ends that with `oozie admin -systemmode NORMAL`",
      };
    case "E0603":
      // The database refused, most often over a lock (JPAService); what can be repeated is.
      return { code: "OOZIE_DATABASE", transient: true, next: "look at Oozie's log and its database" };
    case "E0604":
    case "E0605":
      return {
        code: "OOZIE_ABSENT",
        fault: "user",
        next: message.includes("SLARegistrationBean")
          ? "the job promises nothing (no sla:info in its document), or this server watches no promises"
          : "the job may have been purged, or be another server's",
      };
    case "E0307":
      // What DagEngine and JobUtils say of a path below which there is no application, besides much else.
      return /does not exist and app definition cannot/.test(message) ? noApplication : {};
    case "E0303":
    case "E0306":
      return { code: "OOZIE_UNSUPPORTED", next: "this server's version may not know the request" };
    case "E0504":
    case "E0505":
    case "E0506":
    case "E0507":
    case "E0710":
    case "E1001":
    case "E1301":
      return noApplication;
    case "E0501":
    case "E0502":
    case "E0503":
    case "E0508":
    case "E0509":
    case "E1400":
      return { code: "OOZIE_FORBIDDEN", next: "the user may not do this to the job" };
    case "E0700":
    case "E0701":
    case "E0703":
    case "E0705":
    case "E0706":
    case "E0707":
    case "E0708":
    case "E0723":
    case "E1002":
    case "E1004":
    case "E1310":
      return { code: "OOZIE_DEFINITION", fault: "user" };
    case "E0738":
      return {
        code: "OOZIE_PROPERTY",
        fault: "user",
        next: "give the properties that it names a value: -D name=value",
      };
    case "E0401":
    case "E0404":
    case "E0405":
    case "E1003":
    case "E0808":
      return { code: "OOZIE_PROPERTY", fault: "user", next: "look at the properties that the job was submitted with" };
    case "E0901":
      return {
        code: "OOZIE_WHITELIST",
        next: "the address is not one that Oozie's HadoopAccessorService whitelists: is it spelled as the cluster spells it?",
      };
    default:
      return {};
  }
}

const noApplication: Explanation = {
  code: "OOZIE_PATH",
  fault: "user",
  next: "the application's files are not at that path, or the user may not read them",
};

/** Hadoop's words are "User: a is not allowed to impersonate b" (ProxyUsers' AuthorizationException). */
function impersonation(message: string): Explanation {
  const user = impersonatingUser(message) ?? "oozie";
  return {
    code: "OOZIE_IMPERSONATION",
    next:
      `an administrator sets hadoop.proxyuser.${user}.hosts and hadoop.proxyuser.${user}.groups in core-site.xml ` +
      "(of Oozie itself: oozie.service.ProxyUserService.proxyuser.<who asks>.hosts and .groups), then refreshes or restarts",
  };
}
