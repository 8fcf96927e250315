import { readFileSync } from "node:fs";
import type { SecureContextOptions } from "node:tls";
import { HowdahError, messageOf } from "../core/errors.ts";

/** How a server's certificate is checked, and what is shown to it. Each text is PEM, or the path of a file. */
export interface TlsOptions {
  /** The authorities that may have signed the server's certificate, besides those that Node knows. */
  readonly ca?: string | readonly string[];
  /** The client's certificate, with its chain. */
  readonly cert?: string;
  /** The client's private key. */
  readonly key?: string;
  /** A PKCS #12 file with both: its path. */
  readonly pfx?: string;
  /** Opens `key` or `pfx`. */
  readonly passphrase?: string;
  /** False accepts any certificate: whoever stands between reads and changes everything. @default true */
  readonly verify?: boolean;
  /** The name that the certificate must carry. @default the host of the URL */
  readonly serverName?: string;
}

/** What Node's TLS is given: files read, `ca` beside its own authorities. */
export interface NodeTls extends SecureContextOptions {
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
}

/** Reads the files of TLS options. @throws TLS_FILE when one cannot be read */
export function nodeTls(options: TlsOptions, systemAuthorities: readonly string[]): NodeTls {
  const { ca, cert, key, pfx, passphrase, verify = true, serverName } = options;
  return {
    rejectUnauthorized: verify,
    ...(ca === undefined ? {} : { ca: [...systemAuthorities, ...[ca].flat().map((one) => pem("ca", one))] }),
    ...(cert === undefined ? {} : { cert: pem("cert", cert) }),
    ...(key === undefined ? {} : { key: pem("key", key) }),
    ...(pfx === undefined ? {} : { pfx: read("pfx", pfx) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function pem(option: string, textOrPath: string): string {
  return textOrPath.includes("-----BEGIN ") ? textOrPath : read(option, textOrPath).toString();
}

function read(option: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new HowdahError(`cannot read the file of tls.${option}: ${messageOf(error)}`, {
      code: "TLS_FILE",
      where: path,
      next: "give the path of a PEM file (pfx: of a PKCS #12 file)",
    });
  }
}
