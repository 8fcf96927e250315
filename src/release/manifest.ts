import type { ProfileName } from "../oozie/profiles.ts";
import type { AppKind } from "./layout.ts";

/** What a build wrote, for people and for whoever deploys it. */
export interface Manifest {
  readonly format: 1;
  readonly project: string;
  readonly target: string;
  readonly profile: ProfileName;
  /** Folder of HDFS that the release is meant for. */
  readonly root: string;
  /** Of the paths and contents of all files but the job.properties: what a release is known by. */
  readonly hash: string;
  readonly applications: readonly ManifestApp[];
  /** In order of their paths. */
  readonly files: readonly ManifestFile[];
}

export interface ManifestApp {
  readonly kind: AppKind;
  readonly name: string;
  /** Path of its document. */
  readonly path: string;
  readonly properties: string;
  /** The version of each namespace in it. */
  readonly versions: Readonly<Record<string, string>>;
}

export interface ManifestFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Whether it is uploaded; a job.properties is for whoever submits. */
  readonly deployed: boolean;
  /** Where in the project it comes from: a file, or a file and a line. */
  readonly from: string;
}
