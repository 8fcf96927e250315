/** A request as auth may change it before it is sent. */
export interface AuthRequest {
  readonly url: URL;
  readonly headers: Record<string, string>;
  /** What this server calls the parameter that names whom to act for: `doAs`, of WebHDFS `doas`. */
  readonly proxyUserParameter: string;
}

/** The head of an answer. */
export interface AuthAnswer {
  readonly status: number;
  readonly wwwAuthenticate: string | undefined;
  readonly setCookie: readonly string[];
}

/** One exchangeable part of who the client is; several go together (Kerberos and a proxy user). */
export interface Auth {
  /** Said in messages: "Kerberos". */
  readonly name: string;
  /** Texts that no error, event or log may hold. */
  readonly secrets?: readonly string[];
  /**
   * True where what it sends is nothing that another host could misuse. Otherwise it is sent to the servers the client
   * was given alone, not where they redirect to.
   */
  readonly anyHost: boolean;
  /** Adds what tells the server who is asking. */
  authorize(request: AuthRequest): void | Promise<void>;
  /** Sees each answer's head. True: with what was learnt from it the same request, sent again, may be let in. */
  answered?(answer: AuthAnswer, request: AuthRequest): boolean | Promise<boolean>;
}
