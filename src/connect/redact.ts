/** What stands where a secret stood. */
const hidden = "***";

/** Names of parameters, properties and cookies whose value is a secret, wherever they stand. */
const secretNames = [
  "access_token",
  "api[-_]?key",
  "delegation",
  "delegationtoken",
  "hadoop\\.auth",
  "hive\\.server2\\.auth",
  "id_token",
  "jsessionid",
  "passphrase",
  "passwd",
  "password",
  "pwd",
  "secret",
  "signature",
  "ssltruststorepassword",
  "sslkeystorepassword",
  "token",
  "urlstring",
].join("|");

const rules: readonly (readonly [RegExp, string])[] = [
  // user:password@ in a URL; a password may hold an @ of its own.
  [/(\/\/[^/?#\s:@"'<>]*):[^/?#\s"'<>]*@/g, `$1:${hidden}@`],
  [/\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)[^\r\n"']+/gi, `$1${hidden}`],
  [/\b((?:set-)?cookie["']?\s*[:=]\s*["']?)[^\r\n]+/gi, `$1${hidden}`],
  [/\b(negotiate|bearer|basic)\s+[A-Za-z0-9+/=_.~-]{8,}/gi, `$1 ${hidden}`],
  // "name": "value" of JSON, then name=value of queries, cookies, JDBC URLs and properties.
  [new RegExp(`("(?:${secretNames})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, "gi"), `$1"${hidden}"`],
  [new RegExp(`((?:\\b|\\w)(?:${secretNames})\\s*=\\s*)"[^"\\r\\n]*"`, "gi"), `$1${hidden}`],
  [new RegExp(`((?:\\b|\\w)(?:${secretNames})\\s*=\\s*)[^&;#\\s"'<>,)]+`, "gi"), `$1${hidden}`],
];

/** The forms in which a text may come back: as it is, percent-encoded, in JSON, in Base64. */
function formsOf(secret: string): readonly string[] {
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encodeURI(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    Buffer.from(secret).toString("base64"),
  ];
}

/** Removes secrets from texts that people or logs may see: those it was told of, and whatever looks like one. */
export class Redaction {
  readonly #known = new Set<string>();

  /** Has this very text hidden wherever it appears. Shorter ones than four characters would hide too much. */
  add(secret: string): void {
    if (secret.length < 4) return;
    // By way of bytes: a lone surrogate has no percent-encoding.
    for (const form of [secret, ...formsOf(Buffer.from(secret).toString())]) this.#known.add(form);
  }

  text(text: string): string {
    let clean = text;
    for (const secret of [...this.#known].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(secret, hidden);
    return redact(clean);
  }
}

/** A text without whatever looks like a secret: passwords in URLs, tokens in queries, Authorization, cookies. */
export function redact(text: string): string {
  return rules.reduce((clean, [pattern, replacement]) => clean.replace(pattern, replacement), text);
}
