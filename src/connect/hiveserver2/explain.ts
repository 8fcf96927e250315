import type { Place } from "../../core/source.ts";
import { placeText } from "../../core/errors.ts";
import { ConnectError, type Explanation } from "../errors.ts";
import { impersonatingUser, impersonationAdvice } from "../impersonation.ts";

/** What a server says of a call that failed (`TStatus`, and the same in `TGetOperationStatusResp`). */
export interface ServerStatus {
  readonly sqlState?: string | null;
  readonly errorCode?: number | null;
  readonly errorMessage?: string | null;
  /** The exception and its causes, line by line (HiveSQLException.toString): a cause begins with `*`. */
  readonly infoMessages?: readonly string[] | null;
}

/** What is known of a statement that failed. */
export interface StatementFacts {
  /** Where it begins in its file. */
  readonly place?: Place;
  /** The last lines of its log. */
  readonly log?: readonly string[];
}

/** A call that the server refused, or a statement that failed. */
export function refused(what: string, server: string, status: ServerStatus, facts: StatementFacts = {}): ConnectError {
  const { place, log = [] } = facts;
  const whole = [status.errorMessage ?? "", ...(status.infoMessages ?? [])].join("\n");
  const said = decisive(status, log);
  const position = /\bline (\d+):(\d+)\b/i.exec(said);
  const sqlState = status.sqlState ?? undefined;
  const { next, ...explanation } = explained(status, whole);
  const application = /\b(?:application|job)_\d+_\d+/.exec(`${whole}\n${log.join("\n")}`)?.[0];
  const advice = [
    next,
    explanation.code === "HIVE_FAILED" && application !== undefined ? `YARN has the logs of ${application}` : undefined,
  ].filter((one) => one !== undefined);
  const where = place === undefined ? server : placeText(position === null ? place : within(place, position));
  // Told once, as a place in the file.
  const message = place === undefined || position === null ? said : said.replace(/\s*\bline \d+:\d+\s*/i, " ").trim();
  return new ConnectError(`${what}: ${message}${sqlState === undefined ? "" : ` (SQLSTATE ${sqlState})`}`, {
    ...explanation,
    where,
    progress: "answered",
    ...(sqlState === undefined ? {} : { exception: sqlState }),
    ...(advice.length === 0 ? {} : { next: advice.join("; ") }),
  });
}

/** A place in a statement, as Hive counts it (lines from 1, columns from 0), as one in the file of the statement. */
function within(place: Place, [, line, column]: RegExpExecArray): Place {
  const [down, right] = [Number(line) - 1, Number(column)];
  return {
    file: place.file,
    line: place.line + down,
    column: down === 0 ? (place.column ?? 1) + right : right + 1,
  };
}

/** What of all that the server said tells why. */
function decisive({ errorMessage, infoMessages }: ServerStatus, log: readonly string[]): string {
  const causes = (infoMessages ?? []).flatMap((line) => /^\*[\w.$]+:(.*):\d+:\d+$/s.exec(line)?.[1] ?? []);
  const message = cleaned(errorMessage ?? causes[0] ?? "the server does not say why");
  // "Execution Error, return code 2 from …MapRedTask" says nothing: the innermost cause or the log does.
  if (!/Execution Error, return code -?\d+/.test(message) || / \S*(Exception|Error): |\. \S/.test(message))
    return message;
  const logged = log.findLast(
    (line) => /\b(?:Caused by: )?[\w.$]*(?:Exception|Error)\b.*: \S/.test(line) && !/return code/.test(line),
  );
  const cause = causes.length > 1 ? cleaned(causes.at(-1)!) : logged === undefined ? undefined : cleaned(logged);
  return cause === undefined || cause === message ? message : `${cause} (${message})`;
}

/** Without Hive's own framing, and without the Java stack. */
function cleaned(message: string): string {
  return message
    .replace(/\n\s*at [^]*$/, "")
    .replace(/^(?:ERROR|WARN|INFO)\s*:\s*/, "")
    .replace(/^(?:(?:Caused by: )?(?:[a-z]\w*\.)+[\w$]*(?:Exception|Error): )+/, "")
    .replace(/^Error while (?:compiling|processing|running) (?:statement|query): /, "")
    .replace(/^FAILED: /, "")
    .replace(/^(?:Semantic|Parse)Exception (?:\[Error \d+\]: )?/, "")
    .trim();
}

function explained({ sqlState, errorMessage }: ServerStatus, whole: string): Explanation & { readonly code: string } {
  if (impersonatingUser(whole) !== undefined)
    return { code: "IMPERSONATION_REFUSED", exitCode: 4, next: impersonationAdvice(whole) };
  if (/Invalid (?:SessionHandle|OperationHandle)/.test(whole))
    return {
      code: "HIVE_SESSION_ENDED",
      next:
        "the server has forgotten the session: it was idle for longer than hive.server2.idle.session.timeout, or the " +
        "server was restarted; open a new one, with its settings and temporary tables",
    };
  if (/Failed to open new session: Database \S+ does not exist/.test(whole))
    return {
      code: "HIVE_DATABASE",
      fault: "user",
      next: "open it with the database default; show databases lists them",
    };
  if (/HiveAccessControlException|HiveAuthzPluginException|AccessControlException|Permission denied/.test(whole))
    return { code: "HIVE_PERMISSION", next: "ask the owner of the table or the folder, or act as another user" };
  if (/Could not connect to meta ?store|SessionHiveMetaStoreClient|TTransportException/i.test(whole))
    return { code: "HIVE_METASTORE", transient: true, next: "HiveServer2 does not reach the metastore: is that up?" };
  if (/Cannot modify \S+ at runtime/.test(whole))
    return { code: "HIVE_SETTING", fault: "user", next: "the server's administrator allows what sessions may set" };
  if (/SafeModeException|Name node is in safe mode/.test(whole))
    return { code: "HDFS_SAFE_MODE", transient: true, next: "HDFS is read-only while it starts: try again" };
  // The classes of ISO 9075: 42 is a statement that does not hold, 08 is also what Hive gives to tasks that failed.
  if (/ParseException|SemanticException|Error while compiling/.test(whole) || sqlState?.startsWith("42") === true)
    return { code: "HIVE_STATEMENT", fault: "user" };
  if (/Execution Error, return code/.test(errorMessage ?? ""))
    return { code: "HIVE_FAILED", fault: "run", next: "HiveServer2's own log says what was done before" };
  if (sqlState === "08S01" || /HiveException|IOException|Error while processing statement/.test(whole))
    return { code: "HIVE_FAILED", fault: "run" };
  return { code: "HIVE_REFUSED" };
}

/** The server closed a connection, or vanished, in the middle of something. */
export function wentAway(during: string, where: string, cause: ConnectError, place?: Place): ConnectError {
  const why = cause.message.replace(/^.*?: /, "");
  return new ConnectError(`HiveServer2 went away while ${during}: ${why}`, {
    code: "HIVE_GONE",
    where: place === undefined ? where : `${placeText(place)}, on ${where}`,
    progress: "unknown",
    transient: true,
    elsewhere: true,
    next:
      "its log says why; what it was doing may be done, in part or in whole: look at the tables before running the " +
      "statement again, in a new session",
    cause,
  });
}

export function tooLate(what: string, where: string, milliseconds: number): ConnectError {
  return new ConnectError(`${what}: no answer within ${milliseconds / 1000} s`, {
    code: "CONNECT_TIMEOUT",
    where,
    progress: "unknown",
    transient: true,
    elsewhere: true,
    next:
      "is it a HiveServer2, and does it want what was sent? One with NOSASL, given a name and a password, says nothing: " +
      "then write auth=noSasl. Otherwise give a longer deadline",
  });
}

/** What SASL said no with. */
export function loginRefused(message: string, mechanism: string, where: string): ConnectError {
  const [why, next] = /Unsupported mechanism/i.test(message)
    ? mechanism === "PLAIN"
      ? [
          "the server wants Kerberos, not a name and a password",
          "give its principal: principal=hive/_HOST@REALM, after `kinit`",
        ]
      : ["the server does not want Kerberos", "leave the principal out; give user and password, if it asks a directory"]
    : mechanism === "PLAIN"
      ? [
          `the server does not let the user in: ${message}`,
          "are user and password those that the server's directory knows?",
        ]
      : [
          `the server does not take the ticket: ${message}`,
          "is the principal the server's own? Look at `klist`, and at both clocks",
        ];
  return new ConnectError(`cannot connect to HiveServer2: ${why}`, {
    code: "HIVE_LOGIN",
    where,
    progress: "answered",
    exception: "28000",
    next,
  });
}

export function wantsSasl(where: string): ConnectError {
  return new ConnectError("cannot connect to HiveServer2: it wants to know who asks (SASL)", {
    code: "HIVE_TRANSPORT",
    where,
    progress: "answered",
    next: "leave out auth=noSasl: the server's hive.server2.authentication is another",
  });
}

/** The server accepted the connection, and closed it when it was told who asks. */
export function hungUp({ message, where, cause }: ConnectError): ConnectError {
  return new ConnectError(message, {
    code: "CONNECT_BROKE",
    ...(where === undefined ? {} : { where }),
    progress: "unsent",
    transient: true,
    elsewhere: true,
    next: "does the server want TLS (ssl=true), or nothing of who asks (auth=noSasl)? Is it starting?",
    cause,
  });
}

/** The server accepted the connection, and does not know what TLS is. */
export function notTls(where: string, cause: unknown): ConnectError {
  return new ConnectError("cannot connect to HiveServer2: it does not speak TLS there", {
    code: "TLS",
    where,
    progress: "unsent",
    next: "leave out ssl=true if the server has hive.server2.use.SSL=false, or take the port that has TLS",
    cause,
  });
}

/** Whatever answered there does not speak the binary transport. */
export function notThrift(bytes: Buffer, where: string): ConnectError {
  const [why, next] =
    bytes.toString("latin1", 0, 4) === "HTTP"
      ? [
          "it speaks HTTP there",
          "write transportMode=http;httpPath=cliservice, or take the port of the binary transport (10000)",
        ]
      : bytes[0] === 0x15
        ? ["it speaks TLS there", "write ssl=true, with the authority's certificate as tls.ca"]
        : ["what answers there is no HiveServer2 that is known here", "are host and port right, and the transport?"];
  return new ConnectError(`cannot connect to HiveServer2: ${why}`, {
    code: "HIVE_TRANSPORT",
    where,
    progress: "answered",
    next,
  });
}
