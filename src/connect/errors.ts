import { exitCodes, HowdahError, messageOf, systemCode, type ErrorDetails } from "../core/errors.ts";

/** How far a request got. `unsent`: the server saw none of it. `unknown`: it may have been carried out. */
export type Progress = "unsent" | "unknown" | "answered";

export interface ConnectErrorDetails extends ErrorDetails {
  readonly progress: Progress;
  readonly status?: number;
  readonly exception?: string;
  /** Asking the same again may do. */
  readonly transient?: boolean;
  /** Another server of the same service may do: this one is a standby, or down. */
  readonly elsewhere?: boolean;
}

/** A server that refused, broke, or could not be asked. Holds no secret; its cause is rewritten too. */
export class ConnectError extends HowdahError {
  readonly progress: Progress;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** The server's own name of the error: a Java class without its package, Oozie's code, or an SQLSTATE. */
  readonly exception: string | undefined;
  readonly transient: boolean;
  readonly elsewhere: boolean;

  constructor(message: string, details: ConnectErrorDetails) {
    super(message, { fault: "server", ...details });
    this.name = "ConnectError";
    this.progress = details.progress;
    this.status = details.status;
    this.exception = details.exception;
    this.transient = details.transient ?? false;
    this.elsewhere = details.elsewhere ?? false;
  }
}

/** What is known of a failure, for whoever wants to say more about it. */
export type Explanation = Partial<Omit<ConnectErrorDetails, "progress" | "status" | "exception" | "cause">> & {
  /** Replaces the message. */
  readonly message?: string;
};

interface FailureFacts extends Explanation {
  readonly code: string;
  readonly why: string;
}

/** System errors of which it is certain that the server saw nothing of the request. */
const unsentCodes = new Map<string, FailureFacts>([
  [
    "ECONNREFUSED",
    {
      code: "CONNECT_REFUSED",
      why: "nothing listens there (connection refused)",
      next: "is the server up, and is the port right?",
      transient: true,
      elsewhere: true,
    },
  ],
  [
    "ENOTFOUND",
    {
      code: "CONNECT_UNRESOLVED",
      why: "this machine cannot resolve the host's name",
      next: "check the name; if only the cluster knows it, add it to /etc/hosts, or give its address in `hosts`",
      elsewhere: true,
    },
  ],
  [
    "EAI_AGAIN",
    {
      code: "CONNECT_UNRESOLVED",
      why: "this machine's name service does not answer",
      next: "is the network there? Otherwise give the host's address in `hosts`",
      transient: true,
      elsewhere: true,
    },
  ],
  ...["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "CONNECT_TIMEOUT"].map((code): [string, FailureFacts] => [
    code,
    {
      code: "CONNECT_UNREACHABLE",
      why: code === "CONNECT_TIMEOUT" ? "it does not accept the connection in time" : "there is no way to the host",
      next: "is a VPN, a proxy or a gateway (Knox, HttpFS) needed to reach it?",
      transient: true,
      elsewhere: true,
    },
  ]),
  [
    "ERR_SSL_WRONG_VERSION_NUMBER",
    { code: "TLS", why: "it does not speak TLS there", next: "does the URL begin with http:// rather than https://?" },
  ],
  ["EPROTO", { code: "TLS", why: "the two do not agree on TLS", next: "is it https at all, and with which version?" }],
  [
    "CERT_HAS_EXPIRED",
    {
      code: "TLS",
      why: "its certificate has expired",
      next: "its administrator has to renew it; check this machine's clock",
    },
  ],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    {
      code: "TLS",
      why: "its certificate is for another name",
      next: "use the name in the certificate, or set tls.serverName",
    },
  ],
  ...[
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  ].map((code): [string, FailureFacts] => [
    code,
    {
      code: "TLS",
      why: `its certificate is signed by an authority that is not known here (${code})`,
      next: "give the authority's certificate, in PEM, as tls.ca",
    },
  ]),
]);

/** What went wrong before there was an answer. `where` is what people may see of the URL. */
export function failure(what: string, where: string, error: unknown, clean: (text: string) => string): ConnectError {
  const code = systemCode(error) ?? "";
  const facts = unsentCodes.get(code);
  const cause = cleanCause(error, clean);
  if (facts !== undefined) {
    const { why, ...rest } = facts;
    return new ConnectError(`${what}: ${why}`, { ...rest, where, progress: "unsent", cause });
  }
  if (code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS") || code.startsWith("CERT_"))
    return new ConnectError(`${what}: TLS failed: ${clean(messageOf(error))}`, {
      code: "TLS",
      where,
      progress: "unsent",
      next: "does the server ask for a certificate of the client (tls.cert, tls.key)?",
      cause,
    });
  return new ConnectError(`${what}: the connection broke (${clean(messageOf(error))})`, {
    code: "CONNECT_BROKE",
    where,
    progress: "unknown",
    transient: true,
    elsewhere: true,
    next: "the request may have been carried out: look before sending it again",
    cause,
  });
}

/** A deadline that passed. */
export function late(what: string, where: string, milliseconds: number, of: "answer" | "data"): ConnectError {
  const why = of === "answer" ? "no answer" : "no more data";
  return new ConnectError(`${what}: ${why} within ${milliseconds / 1000} s`, {
    code: "CONNECT_TIMEOUT",
    where,
    progress: "unknown",
    transient: true,
    elsewhere: true,
    next: "the request may have been carried out: look before sending it again, or give a longer deadline",
  });
}

/** The caller's own wish to stop. `next` says what is left, and what to do with it. */
export function interrupted(what: string, where: string, next?: string): HowdahError {
  const facts = { code: "INTERRUPTED", fault: "run", where, exitCode: exitCodes.interrupted } as const;
  return new HowdahError(`${what}: interrupted`, next === undefined ? facts : { ...facts, next });
}

/** An error that can be looked at from all sides without showing a secret: axios' own hold the whole request. */
function cleanCause(error: unknown, clean: (text: string) => string): Error {
  const cause = new Error(clean(messageOf(error)));
  const code = systemCode(error);
  if (code !== undefined) Object.assign(cause, { code });
  delete cause.stack;
  return cause;
}

interface RefusalFacts {
  readonly what: string;
  readonly where: string;
  readonly status: number;
  readonly exception: string | undefined;
  readonly message: string | undefined;
  /** Where a redirect points to that nobody followed. */
  readonly location: string | undefined;
  /** How a server that answers 401 wants to be shown who asks: `WWW-Authenticate`. */
  readonly challenge: string | undefined;
  /** Who asked, in words. */
  readonly auth: readonly string[];
}

/** What a status alone says. */
function byStatus({
  status,
  location,
  challenge,
  auth,
}: RefusalFacts): Explanation & { readonly code: string; readonly why: string } {
  const who = auth.length === 0 ? "nobody (no auth is set)" : auth.join(", ");
  switch (status) {
    case 401:
      return {
        code: "HTTP_UNAUTHORIZED",
        why: "the server does not know who asks",
        next: `${kerberosAdvice(challenge, auth)}it was asked by: ${who}`,
      };
    case 403:
      return { code: "HTTP_FORBIDDEN", why: "the server forbids it", next: `it was asked by: ${who}` };
    case 404:
      return {
        code: "HTTP_NOT_FOUND",
        why: "there is nothing there",
        next: "is the URL the service's own, with a gateway's whole path?",
      };
    case 407:
      return {
        code: "HTTP_PROXY",
        why: "the proxy wants to know who asks",
        next: "put name and password into the proxy's URL",
      };
    case 413:
      return { code: "HTTP_TOO_LARGE", why: "it is too large for the server" };
    case 429:
      return { code: "HTTP_BUSY", why: "the server is asked too often", transient: true };
    case 502:
    case 503:
    case 504:
      return {
        code: "HTTP_UNAVAILABLE",
        why: "the server cannot serve now",
        transient: true,
        elsewhere: true,
        next: "is it starting, or overloaded? Look at its log",
      };
    default:
      if (location !== undefined)
        return {
          code: "HTTP_REDIRECT",
          why: `the server sends elsewhere: ${location}`,
          next: "should the URL be that one?",
        };
      return status >= 500
        ? { code: "HTTP_SERVER", why: "the server failed", next: "look at the server's log" }
        : { code: "HTTP_STATUS", why: "the server refused it" };
  }
}

/** What to do about a server that wants a ticket of Kerberos. */
function kerberosAdvice(challenge: string | undefined, auth: readonly string[]): string {
  if (challenge === undefined || !/\bNegotiate\b/i.test(challenge)) return "";
  return auth.includes("Kerberos")
    ? "it does not take the ticket: `klist` shows whose it is and until when, `kinit` gets another one; "
    : "it wants Kerberos: get a ticket with `kinit`, and set `kerberos: true` in the target; ";
}

/** What an answer that refuses says: the server's own words, and what its kind knows of them. */
export function refusal(facts: RefusalFacts, explanation: Explanation | undefined): ConnectError {
  const { what, where, status, exception, message } = facts;
  const { why, ...general } = byStatus(facts);
  // Oozie's message begins with its code already.
  const named =
    exception === undefined || message?.startsWith(exception) === true ? message : `${exception}: ${message}`;
  const own = message === undefined ? undefined : named;
  const said = explanation?.message ?? own ?? [why, exception].filter((part) => part !== undefined).join(", ");
  return new ConnectError(`${what}: ${said} (${status})`, {
    ...general,
    ...explanation,
    where,
    progress: "answered",
    status,
    ...(exception === undefined ? {} : { exception }),
  });
}
