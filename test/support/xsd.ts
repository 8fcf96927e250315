import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { strFromU8, unzipSync } from "fflate";
import {
  XmlBufferInputProvider,
  XmlDocument,
  xmlRegisterInputProvider,
  XmlElement,
  XmlLibError,
  XmlText,
  XsdValidator,
} from "libxml2-wasm";
import { packageCache } from "#src/sandbox/packages.js";
import { skip } from "./skip.js";
import { start, type Missing } from "./spark.js";

/** The release whose schemas the tests compare with: the last one of Apache Oozie. */
export const oozieVersion = "5.2.1";

/** Oozie's own schemas, as one. */
export interface OozieSchemas {
  /** What is wrong with a document, in libxml2's words; undefined when nothing is. */
  readonly problem: (xml: string) => string | undefined;
  /**
   * What the schema of a namespace declares below its global elements, as `parent/child` and `element@attribute`;
   * undefined when there is no schema for it.
   */
  readonly declared: (namespace: string) => ReadonlySet<string> | undefined;
}

let schemas: Promise<OozieSchemas | Missing> | undefined;

/** The schemas for a test; without Maven or network the test is skipped and says why, with `CI=true` it fails. */
export async function needSchemas(test: Mocha.Context): Promise<OozieSchemas> {
  const found = await (schemas ??= loadSchemas());
  if (!("reason" in found)) return found;
  if (process.env["CI"] === "true") throw new Error(`Oozie's schemas are needed with CI=true: ${found.reason}`);
  return skip(test, found.reason);
}

async function loadSchemas(): Promise<OozieSchemas | Missing> {
  const jar = await clientJar();
  if (typeof jar !== "string") return jar;
  const files = unzipSync(readFileSync(jar), { filter: ({ name }) => /^[^/]+\.xsd$/.test(name) });
  // The wrapper imports each namespace once; sla 0.1 is also in the file of another server.
  delete files["gms-oozie-sla-0.1.xsd"];
  const imports = new Map<string, string>();
  for (const [name, bytes] of Object.entries(files)) {
    const namespace = /targetNamespace="([^"]*)"/.exec(strFromU8(bytes))?.[1];
    if (namespace !== undefined) imports.set(namespace, name);
  }
  // `include` and `import` name files beside the wrapper.
  const folder = "oozie-client/";
  const buffers = Object.entries(files).map(([name, bytes]) => [`${folder}${name}`, bytes] as const);
  xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(buffers)));
  const wrapper = [
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">',
    ...[...imports].map(([namespace, file]) => `<xs:import namespace="${namespace}" schemaLocation="${file}"/>`),
    "</xs:schema>",
  ].join("\n");
  const document = XmlDocument.fromString(wrapper, { url: `${folder}all.xsd` });
  const validator = XsdValidator.fromDoc(document);
  document.dispose();
  return {
    declared: (namespace) => {
      const file = imports.get(namespace);
      return file === undefined ? undefined : declaredIn(files, file);
    },
    problem: (xml) => {
      try {
        withDocument(xml, (parsed) => validator.validate(parsed));
        return undefined;
      } catch (error) {
        if (error instanceof XmlLibError) return error.message;
        throw error;
      }
    },
  };
}

/** Follows the declarations from the global elements on. Types are found by name, included ones too. */
function declaredIn(files: Readonly<Record<string, Uint8Array>>, file: string): ReadonlySet<string> {
  const read = (name: string): ReadElement => withDocument(strFromU8(files[name]!), ({ root }) => readBack(root));
  const schema = read(file);
  const included = schema.children
    .filter(({ name }) => name === "include")
    .map((one) => one.attributes["schemaLocation"]!);
  const types = new Map<string, ReadElement>();
  for (const { children } of [schema, ...included.map(read)])
    for (const one of children) if (one.name === "complexType") types.set(one.attributes["name"]!, one);
  const found = new Set<string>();
  const seen = new Set<ReadElement>();
  const visit = (parent: string, part: ReadElement): void => {
    for (const one of part.children)
      if (one.name === "element") {
        found.add(`${parent}/${one.attributes["name"]!}`);
        enter(one);
      } else if (one.name === "attribute") found.add(`${parent}@${one.attributes["name"]!}`);
      else visit(parent, one);
  };
  const enter = (one: ReadElement): void => {
    const type = types.get(one.attributes["type"]?.replace(/^.*:/, "") ?? "") ?? one;
    if (type !== one && seen.has(one)) return;
    seen.add(one);
    visit(one.attributes["name"]!, type);
  };
  for (const one of schema.children) if (one.name === "element") enter(one);
  return found;
}

/** Reads a document with libxml2 and frees it afterwards. */
export function withDocument<R>(xml: string, use: (document: XmlDocument) => R): R {
  const document = XmlDocument.fromString(xml);
  try {
    return use(document);
  } finally {
    document.dispose();
  }
}

/** An element as a reader sees it. White space between elements is left out, and so are comments. */
export interface ReadElement {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly ReadElement[];
}

export function readBack(one: XmlElement): ReadElement {
  const children: ReadElement[] = [];
  let text = "";
  for (let node = one.firstChild; node !== null; node = node.next)
    if (node instanceof XmlElement) children.push(readBack(node));
    else if (node instanceof XmlText) text += node.content;
  return {
    name: one.name,
    namespace: one.namespaceUri,
    attributes: Object.fromEntries(one.attrs.map(({ name, value }) => [name, value])),
    text: children.length > 0 && text.trim() === "" ? "" : text,
    children,
  };
}

/** The jar from the cache, or with the user's Maven, which may have mirrors and proxies of its own. */
async function clientJar(): Promise<string | Missing> {
  const artifact = `oozie-client-${oozieVersion}.jar`;
  const cache = packageCache();
  const jar = join(cache, artifact);
  if (existsSync(jar)) return jar;
  mkdirSync(cache, { recursive: true });
  // Renamed when it is whole: several runs may fetch at once, and one may be killed.
  const draft = mkdtempSync(join(cache, "fetching-"));
  try {
    const { exitCode, stdout } = await start(
      "mvn",
      [
        "--quiet",
        "--batch-mode",
        "dependency:copy",
        `-Dartifact=org.apache.oozie:oozie-client:${oozieVersion}`,
        `-DoutputDirectory=${draft}`,
      ],
      { env: process.env, killAfter: 100_000 },
    );
    if (exitCode === 127) return { reason: "there is no Maven to fetch Oozie's schemas with" };
    if (exitCode !== 0) {
      const error = /^.*ERROR.*$/m.exec(stripVTControlCharacters(stdout))?.[0] ?? "it was stopped";
      return { reason: `Maven could not fetch oozie-client ${oozieVersion}: ${error}` };
    }
    renameSync(join(draft, artifact), jar);
    return jar;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
