import type { CallOptions, Calls } from "./calls.ts";

/** Delegation tokens, which a Kerberized cluster gives. */
export class Tokens {
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** A token that stands for whoever asks; it is kept out of errors and events. */
  async get(renewer?: string, options: CallOptions = {}): Promise<string> {
    const found = await this.#calls.get<{ Token: { urlString: string } | null }>(
      "GETDELEGATIONTOKEN",
      "/",
      "cannot get a delegation token",
      options,
      { renewer },
    );
    if (found.Token === null)
      throw this.#calls.refused(
        "cannot get a delegation token",
        "/",
        "the cluster has none without Kerberos",
        "HDFS_UNSUPPORTED",
      );
    this.#calls.http.hide(found.Token.urlString);
    return found.Token.urlString;
  }

  /** Gives the time, in milliseconds since 1970, until which the token holds now. */
  async renew(token: string, options: CallOptions = {}): Promise<number> {
    this.#calls.http.hide(token);
    const spec = { ...options, method: "PUT" as const, what: "cannot renew a delegation token", repeatable: true };
    return (
      await this.#calls.http.json<{ long: number }>({
        ...spec,
        ...this.#calls.at("/", { op: "RENEWDELEGATIONTOKEN", token }),
      })
    ).long;
  }

  cancel(token: string, options: CallOptions = {}): Promise<void> {
    this.#calls.http.hide(token);
    return this.#calls.put("CANCELDELEGATIONTOKEN", "/", "cannot cancel a delegation token", { token }, options);
  }
}
