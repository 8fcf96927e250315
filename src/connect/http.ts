import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Readable } from "node:stream";
import { bug, HowdahError, isHowdahError } from "../core/errors.ts";
import type { Emit } from "../core/events.ts";
import { serverMessage, type ServerMessage } from "./answer.ts";
import type { Auth, AuthRequest } from "./auth/index.ts";
import { ConnectError, failure, interrupted, late, refusal, type Explanation } from "./errors.ts";
import { Redaction } from "./redact.ts";
import { proxyFor, type ProxyOption } from "./proxy.ts";
import type { TlsOptions } from "./tls.ts";
import type { Transport } from "./transport.ts";
import { Meter, readAll, readSome } from "./streams.ts";

/** What every client of a server over HTTP takes. Times are milliseconds. */
export interface HttpOptions {
  /** Full base URL, with a gateway's path (`https://knox:8443/gateway/default`); several of the same service fail over. */
  readonly url: string | readonly string[];
  /** Who asks; parts together, such as Kerberos and a proxy user. @default nobody */
  readonly auth?: Auth | readonly Auth[];
  readonly tls?: TlsOptions;
  /** @default what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say; loopback is never asked for through a proxy */
  readonly proxy?: ProxyOption;
  /** Addresses of hosts that this machine cannot resolve, such as DataNodes inside of containers. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Within which a connection must be accepted. @default 10,000 */
  readonly connectTimeout?: number;
  /** Within which an answer must be there, whole; of a stream, within which the next bytes must come or go. @default 60,000 */
  readonly deadline?: number;
  /** How often a request is sent at most, where repeating is safe. @default 4 */
  readonly attempts?: number;
  /** The pause before the second attempt; each further one is twice as long, and up to half of it is left to chance. @default 250 */
  readonly pause?: number;
  /** Told `http.request`, `http.retry` and `http.failover`, without secrets. */
  readonly emit?: Emit;
}

/** What one client, such as WebHDFS, adds to it. */
export interface ServerKind {
  /** Said in messages: "WebHDFS". */
  readonly name: string;
  /** The path below the host where the URL has none. */
  readonly path?: string;
  readonly proxyUserParameter?: string;
  /** Sent with what is not GET or HEAD, for servers that guard against cross-site requests. */
  readonly csrfHeader?: string;
  /** What this server's refusals mean. */
  explain?(answer: { readonly status: number } & ServerMessage): Explanation | undefined;
}

export interface RequestSpec {
  readonly method?: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Behind the base URL, encoded: `/jobs`. Or a whole URL, to where a server redirected. */
  readonly path: string | URL;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Of a stream a maker, since it may be sent anew. */
  readonly body?: string | Uint8Array | (() => Readable);
  /** The bytes of a body that is a stream, where known. */
  readonly length?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** True where sending it twice does what sending it once does. @default true for GET and HEAD */
  readonly repeatable?: boolean;
  /** Statuses that are no errors, besides 200 to 299. */
  readonly accept?: readonly number[];
  readonly deadline?: number;
  readonly signal?: AbortSignal;
  /** What was to be done, for messages: "cannot read /a/b". @default the method and the URL */
  readonly what?: string;
  /** False keeps who asks to ourselves: a redirect that carries a token. @default true */
  readonly authorize?: boolean;
  /** Redirects of a GET to be followed. @default 0 */
  readonly follow?: number;
}

export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

export interface StreamedAnswer extends Omit<Answer, "text"> {
  readonly body: Readable;
}

/** Sends requests to one service, whichever of its servers answers. `close` it, or its connections keep the process alive. */
export class Http {
  readonly kind: ServerKind;
  readonly bases: readonly URL[];
  readonly emit: Emit;
  readonly #options: HttpOptions;
  readonly #auth: readonly Auth[];
  readonly #redaction = new Redaction();
  #transport: Transport | undefined;
  #active = 0;
  readonly #closing = new AbortController();

  constructor(kind: ServerKind, options: HttpOptions) {
    this.kind = kind;
    this.#options = options;
    this.#auth = [options.auth ?? []].flat();
    this.emit = options.emit ?? (() => undefined);
    for (const secret of this.#auth.flatMap(({ secrets = [] }) => secrets)) this.#redaction.add(secret);
    this.bases = [options.url].flat().map((url) => this.#base(url));
    if (this.bases.length === 0) throw new HowdahError(`${kind.name} needs a URL`, { code: "CONNECT_URL" });
  }

  /** A text as people may see it. */
  clean(text: string): string {
    return this.#redaction.text(text);
  }

  /** Keeps a text, such as a token that a server gave, out of errors and events. */
  hide(secret: string): void {
    this.#redaction.add(secret);
  }

  /** Sends a request and reads the whole answer. @throws ConnectError */
  request(spec: RequestSpec): Promise<Answer> {
    return this.attempt(spec, async (base) => this.once(base, spec));
  }

  /** Sends a request and reads the JSON that is answered; undefined where the body is empty. @throws ANSWER_FORMAT */

  async json<T>(spec: RequestSpec): Promise<T> {
    return this.parse<T>(await this.request(spec), spec);
  }

  /** The JSON of an answer. What a server promises to send is believed; that it is JSON at all is not. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as above
  parse<T>({ text }: Answer, spec: RequestSpec): T {
    if (text.trim() === "") return undefined as T;
    try {
      return JSON.parse(text) as T;
    } catch {
      const start = this.clean(text.slice(0, 80).replace(/\s+/g, " "));
      throw new ConnectError(`${this.#what(spec, this.bases[this.#active]!)}: the answer is not JSON but ${start}`, {
        code: "ANSWER_FORMAT",
        progress: "answered",
        where: this.clean(this.url(this.bases[this.#active]!, spec).href),
        next: "is the URL the service's own? A gateway's login page looks like this",
      });
    }
  }

  /** Sends a request; the answer's body is a stream, to be read or destroyed. @throws ConnectError, also from the stream */
  stream(spec: RequestSpec): Promise<StreamedAnswer> {
    return this.attempt(spec, async (base) => this.streamOnce(base, spec));
  }

  /**
   * Does something with the service's servers until one of them does it: another one where this one is down or a standby,
   * again after a pause where it failed in a way that passes and `repeatable` says that twice is like once.
   */
  async attempt<T>(spec: RequestSpec, operation: (base: URL) => Promise<T>): Promise<T> {
    const { attempts = 4, pause = 250 } = this.#options;
    const repeatable = isRepeatable(spec);
    const refused: string[] = [];
    for (let tried = 1, round = 1; ; tried++) {
      const base = this.bases[this.#active]!;
      try {
        return await operation(base);
      } catch (error) {
        if (!(error instanceof ConnectError) || spec.signal?.aborted === true || this.#closing.signal.aborted)
          throw error;
        const safe = error.progress === "unsent" || isStandby(error) || repeatable;
        const others = this.bases.length > 1 && error.elsewhere && safe;
        if (!others && !(safe && error.transient)) throw error;
        refused.push(`${base.host}: ${error.message}`);
        if (others) {
          this.#active = (this.#active + 1) % this.bases.length;
          this.emit({
            event: "http.failover",
            server: this.kind.name,
            from: base.host,
            to: this.bases[this.#active]!.host,
            why: error.message,
          });
          if (tried % this.bases.length !== 0) continue;
        }
        if (round >= attempts) throw others ? this.#noneAnswers(error, refused) : error;
        const wait = pause * 2 ** (round++ - 1) * (0.5 + Math.random() / 2);
        this.emit({
          event: "http.retry",
          server: this.kind.name,
          url: error.where,
          milliseconds: Math.round(wait),
          why: error.message,
        });
        await sleep(wait, undefined, spec.signal === undefined ? {} : { signal: spec.signal }).catch(() => {
          throw interrupted(this.#what(spec, base), error.where ?? base.host);
        });
      }
    }
  }

  /** A request to this very server, once. */
  async once(base: URL, spec: RequestSpec): Promise<Answer> {
    const { status, headers, body } = await this.#exchange(base, spec, true);
    return { status, headers, text: (await readAll(body)).toString() };
  }

  /** As `once`, with the body as a stream. */
  streamOnce(base: URL, spec: RequestSpec): Promise<StreamedAnswer> {
    return this.#exchange(base, spec, false);
  }

  /** The URL of a request to this server, without who asks. */
  url(base: URL, { path, query = {} }: Pick<RequestSpec, "path" | "query">): URL {
    const url = typeof path === "string" ? new URL(base.href.replace(/\/$/, "") + path) : new URL(path);
    const parameters = Object.entries(query).flatMap(([name, value]) =>
      value === undefined
        ? []
        : [`${encodeURIComponent(name)}=${encodeURIComponent(Buffer.from(String(value)).toString())}`],
    );
    if (parameters.length > 0)
      url.search = [url.search.slice(1), ...parameters].filter((part) => part !== "").join("&");
    return url;
  }

  /** Closes what is open; requests under way fail. */
  close(): void {
    this.#closing.abort();
    this.#transport?.close();
  }

  #base(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol))
      throw new HowdahError(`${this.kind.name} needs a URL that begins with http:// or https://`, {
        code: "CONNECT_URL",
        where: this.clean(text),
      });
    if (url.username !== "" || url.password !== "")
      throw new HowdahError(`the URL of ${this.kind.name} holds a name or a password`, {
        code: "CONNECT_URL",
        where: this.clean(text),
        next: "give them as auth: URLs are shown in messages, and kept in histories",
      });
    if (url.pathname === "/" && this.kind.path !== undefined) url.pathname = this.kind.path;
    url.pathname = url.pathname.replace(/\/+$/, "");
    return url;
  }

  #what(spec: RequestSpec, base: URL): string {
    return spec.what ?? `${this.kind.name} ${spec.method ?? "GET"} ${this.clean(this.url(base, spec).pathname)}`;
  }

  /** One exchange, with a second one where auth learnt how to be let in, and as many more as redirects are followed. */
  async #exchange(base: URL, spec: RequestSpec, whole: boolean): Promise<StreamedAnswer> {
    const first = await this.#send(base, spec, whole);
    if (first.again) first.answer.body.destroy();
    const { answer, url } = first.again ? await this.#send(base, spec, whole) : first;
    const { status, headers, body } = answer;
    if ((status >= 200 && status < 300) || spec.accept?.includes(status) === true) return answer;
    const { follow = 0 } = spec;
    const location = status >= 300 && status < 400 ? headers["location"] : undefined;
    if (location !== undefined && follow > 0) {
      body.destroy();
      return this.#exchange(base, { ...spec, path: new URL(location, url), query: {}, follow: follow - 1 }, whole);
    }
    const { exception, message } = serverMessage(headers, await readSome(body, 65_536));
    const said = message === undefined ? undefined : this.clean(message);
    const explanation = this.kind.explain?.({
      status,
      ...(exception === undefined ? {} : { exception }),
      ...(said === undefined ? {} : { message: said }),
    });
    throw refusal(
      {
        what: this.#what(spec, base),
        where: this.clean(url.href),
        status,
        exception,
        message: said,
        location: location === undefined ? undefined : this.clean(location),
        challenge: headers["www-authenticate"],
        auth: this.#auth.map(({ name }) => name),
      },
      explanation,
    );
  }

  async #send(
    base: URL,
    spec: RequestSpec,
    whole: boolean,
  ): Promise<{ answer: StreamedAnswer; url: URL; again: boolean }> {
    const { method = "GET", body, length, signal } = spec;
    const { parts, request } = await this.#authorized(base, spec);
    const { url, headers } = request;
    if (length !== undefined) headers["Content-Length"] = String(length);

    const where = this.clean(url.href);
    const proxy = proxyFor(url, this.#options.proxy);
    const what = `${this.#what(spec, base)}${proxy === undefined ? "" : ` through the proxy ${proxy.host}`}`;
    if (signal?.aborted === true) throw interrupted(what, where);
    const milliseconds = spec.deadline ?? this.#options.deadline ?? 60_000;
    const stop = new AbortController();
    const meter = new Meter(milliseconds, whole && typeof body !== "function", () => stop.abort());
    const abort = () => stop.abort(interrupted(what, where));
    for (const wish of [signal, this.#closing.signal]) {
      if (wish === undefined) continue;
      // One for each request that is under way: no leak, which Node would suspect beyond ten.
      setMaxListeners(0, wish);
      wish.addEventListener("abort", abort, { once: true });
    }

    const { underlying, Transport } = await import("./transport.ts");
    const source = typeof body === "function" ? meter.sent(body()) : body;
    const done = () => {
      meter.stop();
      for (const wish of [signal, this.#closing.signal]) wish?.removeEventListener("abort", abort);
      // A server may answer before it has read everything: then nothing more is read for it.
      if (source instanceof Readable) source.destroy();
    };
    const explain = (error: unknown, of: "answer" | "data"): Error => {
      done();
      if (stop.signal.aborted)
        return isHowdahError(stop.signal.reason) ? stop.signal.reason : late(what, where, milliseconds, of);
      const cause = underlying(error);
      return isHowdahError(cause) ? cause : failure(what, where, cause, (text) => this.clean(text));
    };

    const started = performance.now();
    const transport = this.#open(Transport);
    const fresh = !isRepeatable(spec);
    const incoming = await transport
      .send({ method, url, headers, body: source, signal: stop.signal, fresh, proxy })
      .catch((error: unknown) => {
        throw explain(error, "answer");
      });
    const { status, headers: answered, setCookie } = incoming;
    const took = Math.round(performance.now() - started);
    this.emit({ event: "http.request", server: this.kind.name, method, url: where, status, milliseconds: took });
    const received = meter.received(incoming.body, (error) => explain(error, "data"), done);
    let again = false;
    for (const part of parts) {
      const head = { status, wwwAuthenticate: answered["www-authenticate"], setCookie };
      if ((await part.answered?.(head, request)) === true) again = true;
    }
    return { answer: { status, headers: answered, body: received }, url, again };
  }

  /** A request with who asks put in, and the parts of it that take notice of the answer. */
  async #authorized(base: URL, spec: RequestSpec): Promise<{ parts: readonly Auth[]; request: AuthRequest }> {
    const { method = "GET" } = spec;
    const { csrfHeader, proxyUserParameter = "doAs" } = this.kind;
    const guarded = csrfHeader !== undefined && method !== "GET" && method !== "HEAD";
    const request: AuthRequest = {
      url: this.url(base, spec),
      headers: {
        Accept: "application/json, */*;q=0.5",
        "User-Agent": "howdah",
        ...(guarded ? { [csrfHeader]: "howdah" } : {}),
        ...this.#options.headers,
        ...spec.headers,
      },
      proxyUserParameter,
    };
    const own = this.bases.some(({ origin }) => origin === request.url.origin);
    const parts = spec.authorize === false ? [] : this.#auth.filter(({ anyHost }) => own || anyHost);
    for (const part of parts) await part.authorize(request);
    const token = request.url.searchParams.get("delegation");
    if (token !== null) this.hide(token);
    return { parts, request };
  }

  #open(Made: typeof Transport): Transport {
    const { tls, hosts, connectTimeout = 10_000 } = this.#options;
    if (this.#closing.signal.aborted) throw bug(`this client of ${this.kind.name} is closed`);
    return (this.#transport ??= new Made({
      connectTimeout,
      ...(tls === undefined ? {} : { tls }),
      ...(hosts === undefined ? {} : { hosts }),
    }));
  }

  #noneAnswers(last: ConnectError, refused: readonly string[]): ConnectError {
    const each = [...new Set(refused)].join("; ");
    return new ConnectError(`none of the servers of ${this.kind.name} answers: ${each}`, {
      code: last.code,
      progress: last.progress,
      ...(last.exception === undefined ? {} : { exception: last.exception }),
      ...(last.status === undefined ? {} : { status: last.status }),
      where: this.bases.map(({ href }) => href).join(", "),
      next: last.next ?? "look at the servers' own logs",
      cause: last,
    });
  }
}

function isRepeatable({ repeatable, method = "GET" }: RequestSpec): boolean {
  return repeatable ?? (method === "GET" || method === "HEAD");
}

function isStandby(error: ConnectError): boolean {
  return error.exception === "StandbyException";
}
