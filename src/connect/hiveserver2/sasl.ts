import { HowdahError, messageOf } from "../../core/errors.ts";
import { loadKerberos, type GssClient } from "../auth/spnego.ts";
import type { HiveAuth } from "./options.ts";

/** Of a message while SASL is negotiated (`TSaslTransport.NegotiationStatus`). */
export const saslStatus = { start: 1, ok: 2, bad: 3, error: 4, complete: 5 } as const;

/** How a client shows who it is. */
export interface Mechanism {
  readonly name: string;
  /** What is said without being asked. */
  first(): Promise<Buffer>;
  /** What is said to a challenge. */
  answer(challenge: Buffer): Promise<Buffer>;
}

/** The mechanism for an authentication; undefined where nothing is negotiated. */
export function mechanismOf(auth: HiveAuth, host: string): Mechanism | undefined {
  switch (auth.kind) {
    case "noSasl":
      return undefined;
    case "password":
      return plain(auth.user, auth.password);
    case "kerberos":
      return gssapi(auth, host);
  }
}

/** RFC 4616. */
function plain(user: string, password: string): Mechanism {
  return {
    name: "PLAIN",
    first: () => Promise.resolve(Buffer.from(`\0${user}\0${password}`)),
    answer: () => Promise.resolve(Buffer.alloc(0)),
  };
}

/** The service and the host of a principal, as GSS-API names them. */
export function servicePrincipal(principal: string, host: string): { readonly service: string; readonly host: string } {
  const [service = "", name = ""] = principal.replace(/@.*$/, "").split("/");
  return { service, host: name === "_HOST" ? host.toLowerCase() : name };
}

/** RFC 4752: the context first, then the quality of protection, of which `auth` alone is spoken. */
function gssapi({ principal, load = loadKerberos }: HiveAuth & { readonly kind: "kerberos" }, to: string): Mechanism {
  const { service, host } = servicePrincipal(principal, to);
  let client: Required<GssClient> | undefined;
  let established = false;
  async function step(token: string): Promise<Buffer> {
    client ??= (await (await load()).initializeClient(`${service}@${host}`)) as Required<GssClient>;
    const next = await client.step(token);
    established = client.contextComplete;
    return Buffer.from(next, "base64");
  }
  const explained = async (work: () => Promise<Buffer>): Promise<Buffer> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof HowdahError) throw error;
      throw new HowdahError(`Kerberos gives no ticket for ${service}@${host}: ${messageOf(error)}`, {
        code: "KERBEROS_TICKET",
        fault: "server",
        next: "look at `klist`; get a ticket with `kinit`. The principal is the server's: hive/host@REALM, or hive/_HOST@REALM",
      });
    }
  };
  return {
    name: "GSSAPI",
    first: () => explained(() => step("")),
    answer: (challenge) =>
      explained(async () => {
        if (!established) return step(challenge.toString("base64"));
        const offered = Buffer.from(await client!.unwrap(challenge.toString("base64")), "base64");
        if ((offered[0]! & 1) === 0)
          throw new HowdahError("the server wants every message signed or encrypted by Kerberos", {
            code: "HIVE_PROTECTION",
            fault: "server",
            next: "howdah speaks hive.server2.thrift.sasl.qop=auth alone; TLS (ssl=true) or the HTTP transport encrypt as well",
          });
        // No layer of protection, so no size either, and nobody to act for.
        return Buffer.from(await client!.wrap(Buffer.from([1, 0, 0, 0]).toString("base64"), {}), "base64");
      }),
  };
}
