import { HowdahError, messageOf } from "../../core/errors.ts";
import type { Auth, AuthRequest } from "./auth.ts";

/** One GSS-API context, as the package `kerberos` (3.0 and later, promises) offers it. */
export interface GssClient {
  step(challenge: string): Promise<string>;
  /** True once both sides know each other. These three are for SASL, which goes on from there. */
  readonly contextComplete?: boolean;
  unwrap?(message: string): Promise<string>;
  wrap?(message: string, options: object): Promise<string>;
}

/** What is used of the package `kerberos`. */
export interface GssModule {
  initializeClient(servicePrincipal: string, options?: object): Promise<GssClient>;
}

export interface SpnegoOptions {
  /** The service's name before the host, in its principal. @default "HTTP" */
  readonly service?: string;
  /** The host in the principal, where it is not the URL's: a load balancer's name. */
  readonly host?: string;
  /** Another implementation of GSS-API. @default the optional package `kerberos`, loaded when first used */
  readonly load?: () => Promise<GssModule>;
}

/**
 * Kerberos over HTTP (SPNEGO, RFC 4559), with the ticket that `kinit` left. Hadoop's servers answer with a signed cookie
 * that spares the next negotiation (AuthenticatedURL); one that is stale is dropped, and negotiated anew.
 */
export function spnego(options: SpnegoOptions = {}): Auth {
  const { service = "HTTP", load = loadKerberos } = options;
  const cookies = new Map<string, string>();
  const contexts = new WeakMap<AuthRequest, GssClient>();
  let loaded: Promise<GssModule> | undefined;

  async function tokenFor(request: AuthRequest): Promise<string> {
    const principal = `${service}@${options.host ?? request.url.hostname}`;
    const module = await (loaded ??= load());
    try {
      const client = await module.initializeClient(principal);
      const token = await client.step("");
      contexts.set(request, client);
      return token;
    } catch (error) {
      throw new HowdahError(`Kerberos gives no ticket for ${principal}: ${messageOf(error)}`, {
        code: "KERBEROS_TICKET",
        fault: "server",
        next: "look at `klist`; get a ticket with `kinit`. The server must be named as in its principal, not by its address",
      });
    }
  }

  return {
    name: "Kerberos",
    // The ticket is for the host it is sent to, and for nobody else.
    anyHost: true,
    async authorize(request) {
      const { url, headers } = request;
      if (url.searchParams.has("delegation")) return;
      const cookie = cookies.get(url.host);
      if (cookie !== undefined) headers["Cookie"] = cookie;
      else headers["Authorization"] = `Negotiate ${await tokenFor(request)}`;
    },
    async answered({ status, wwwAuthenticate, setCookie }, request) {
      const { host } = request.url;
      if (status === 401) return cookies.delete(host);
      const context = contexts.get(request);
      const proof = /^Negotiate\s+(\S+)/i.exec(wwwAuthenticate ?? "")?.[1];
      if (context !== undefined && proof !== undefined) await prove(context, proof, host);
      for (const line of setCookie) {
        const pair = line.split(";")[0]!;
        if (/^(?:hadoop|hive\.server2)\.auth="?[^"]/.test(pair)) cookies.set(host, pair);
      }
      return false;
    },
  };
}

/** The server's answer shows that it holds the key of the principal that the ticket was for. */
async function prove(context: GssClient, proof: string, host: string): Promise<void> {
  try {
    await context.step(proof);
  } catch (error) {
    throw new HowdahError(`${host} does not prove to be the server that the ticket was for: ${messageOf(error)}`, {
      code: "KERBEROS_SERVER",
      fault: "server",
      next: "something between may answer in its place: compare its address and certificate with the cluster's",
    });
  }
}

/** The name in a variable keeps compiler and bundler from asking for what need not be installed. */
const kerberosPackage = "kerberos";

/** @throws KERBEROS_MISSING */
export async function loadKerberos(): Promise<GssModule> {
  try {
    const module = (await import(kerberosPackage)) as GssModule & { readonly default?: GssModule };
    return module.default ?? module;
  } catch (error) {
    throw new HowdahError(`Kerberos needs the optional package kerberos, which cannot be loaded: ${messageOf(error)}`, {
      code: "KERBEROS_MISSING",
      next: "npm install kerberos (it compiles against the headers of libkrb5-dev), or use a delegation token or a Knox gateway",
    });
  }
}
