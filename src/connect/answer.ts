/** What a server said about a request that it refused, whatever the way it has of saying so. */
export interface ServerMessage {
  /** Its own name of the error: a Java class without its package, or Oozie's code, such as E0604. */
  readonly exception?: string;
  readonly message?: string;
}

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Reads the message out of an answer. Oozie puts it into headers (JsonRestServlet.sendErrorResponse); WebHDFS, HttpFS
 * and YARN answer with a `RemoteException` (JsonUtil.toJsonString), Livy with `{"msg"}` or a JSON string, servlet
 * containers and Knox with a page of HTML.
 */
export function serverMessage(headers: Headers, body: string): ServerMessage {
  const code = headers["oozie-error-code"];
  if (code !== undefined) return spoken(code, headers["oozie-error-message"] ?? "");
  const text = body.trim();
  if (text.startsWith("{") || text.startsWith('"')) {
    try {
      return fromJson(JSON.parse(text));
    } catch {
      // A text that only looks like JSON.
    }
  }
  return spoken(undefined, text.startsWith("<") ? fromMarkup(text) : text);
}

function fromJson(value: unknown): ServerMessage {
  if (typeof value === "string") return spoken(undefined, value);
  if (typeof value !== "object" || value === null) return {};
  const members = new Map<string, unknown>(Object.entries(value));
  const remote = members.get("RemoteException");
  if (typeof remote === "object" && remote !== null) {
    const { exception, javaClassName, message } = remote as Readonly<Record<string, unknown>>;
    const name = [javaClassName, exception].find((one) => typeof one === "string" && one !== "");
    return spoken(typeof name === "string" ? name : undefined, typeof message === "string" ? message : "");
  }
  for (const key of ["msg", "message", "errorMessage", "error"]) {
    const message = members.get(key);
    if (typeof message === "string") return spoken(undefined, message);
  }
  return {};
}

/** Text of an error page: Jetty's `MESSAGE:` row or `<pre>`, YARN's RemoteException in XML, else the title. */
function fromMarkup(markup: string): string {
  const found =
    /<message>([\s\S]*?)<\/message>/i.exec(markup) ??
    /<th>MESSAGE:<\/th>\s*<td>([\s\S]*?)<\/td>/i.exec(markup) ??
    /<pre>([\s\S]*?)<\/pre>/i.exec(markup) ??
    /<title>([\s\S]*?)<\/title>/i.exec(markup) ??
    /<h1>([\s\S]*?)<\/h1>/i.exec(markup);
  return (found?.[1] ?? "")
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

/** A class without its package; a message without the stack trace that Hadoop sends behind it. */
function spoken(exception: string | undefined, message: string): ServerMessage {
  const first = message
    .split(/\r?\n\s*at [\w$.]+\(/)[0]!
    .replace(/\s+/g, " ")
    .trim();
  const short = first.length > 2000 ? `${first.slice(0, 2000)}…` : first;
  return {
    ...(exception === undefined ? {} : { exception: exception.replace(/^.*[.$]/, "").trim() }),
    ...(short === "" ? {} : { message: short }),
  };
}
