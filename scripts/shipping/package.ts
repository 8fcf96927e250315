import { createHash } from "node:crypto";
import { mkdirSync, rmSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build, HowdahError, loadProject, onDisk, targetOf } from "howdah";
import { tarOf } from "./tar.ts";

export interface PackageRequest {
  /** The project's folder. */
  readonly root: string;
  /** @default the default cluster */
  readonly target: string | undefined;
  /** `name=value` each, for job.properties. */
  readonly define: readonly string[];
  /** Where the archive goes. @default build-files-RELEASE.tar.gz in the project */
  readonly out?: string | undefined;
}

/** A build as one archive. */
export interface Package {
  readonly archive: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Of its files, once they are unpacked. */
  readonly unpackedBytes: number;
  readonly files: number;
  /** The one folder that it unpacks to. */
  readonly folder: string;
  readonly release: string;
  readonly target: string;
  /** What can be submitted of it, the bundles first. */
  readonly applications: readonly string[];
}

/**
 * Builds the project for a cluster and writes the build as one archive: the same project, target and values give the
 * same bytes. Throws what building does, and `USAGE` for a value that is none.
 */
export async function packageBuild({ root, target, define, out }: PackageRequest): Promise<Package> {
  const given = givenValues(define);
  const project = await loadProject(root);
  const { manifest, files } = build(project, targetOf(project, "cluster", target), { given });
  const folder = `build-files-${manifest.hash}`;
  const contents = files.map(({ path, content, executable = false }) => ({
    path: `${folder}/${path}`,
    content: Buffer.from(content),
    executable,
  }));
  const bytes = gzipSync(tarOf(contents), { level: 9 });
  // The byte for the operating system: 255 says none, so that all of them write the same.
  bytes[9] = 255;
  const archive = out === undefined ? join(root, `${folder}.tar.gz`) : resolve(out);
  write(archive, bytes);
  return {
    archive,
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    unpackedBytes: contents.reduce((sum, { content }) => sum + content.length, 0),
    files: contents.length,
    folder,
    release: manifest.hash,
    target: manifest.target,
    applications: ["bundle", "coordinator", "workflow"].flatMap((kind) =>
      manifest.applications.filter((one) => one.kind === kind).map(({ name }) => name),
    ),
  };
}

/** Under another name first: nobody finds half an archive. */
function write(archive: string, bytes: Uint8Array): void {
  const aside = `${archive}.${process.pid}.partial`;
  onDisk("write the archive", archive, () => {
    try {
      mkdirSync(dirname(archive), { recursive: true });
      writeFileSync(aside, bytes);
      renameSync(aside, archive);
    } finally {
      rmSync(aside, { force: true });
    }
  });
}

function givenValues(define: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    define.map((text) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined)
        throw new HowdahError(`-D ${text} is no name=value`, { code: "USAGE" });
      return [name, value];
    }),
  );
}
