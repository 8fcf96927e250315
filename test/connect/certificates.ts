import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { skip } from "../support/skip.js";

export interface Pair {
  readonly key: string;
  readonly cert: string;
}

/** An authority of our own, and what it signed: a server's certificate for localhost and a client's; by openssl. */
export function certificates(
  context: Mocha.Context,
  folder: string,
  host = "localhost",
): { ca: string; caFile: string; server: Pair; client: Pair } {
  if (spawnSync("openssl", ["version"]).status !== 0) skip(context, "openssl is not there");
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-days", "2", "-subj", "/CN=test CA");
  const pair = (name: string, subject: string, extension: string): Pair => {
    writeFileSync(at(`${name}.ext`), extension);
    openssl("req", ...key, "-keyout", at(`${name}.key`), "-out", at(`${name}.csr`), "-subj", subject);
    const ca = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-days", "2"];
    openssl("x509", "-req", "-in", at(`${name}.csr`), ...ca, "-out", at(`${name}.pem`), "-extfile", at(`${name}.ext`));
    return { key: readFileSync(at(`${name}.key`), "utf8"), cert: readFileSync(at(`${name}.pem`), "utf8") };
  };
  return {
    ca: readFileSync(at("ca.pem"), "utf8"),
    caFile: at("ca.pem"),
    server: pair("server", `/CN=${host}`, `subjectAltName=DNS:${host}`),
    client: pair("client", "/CN=client", "extendedKeyUsage=clientAuth"),
  };
}
