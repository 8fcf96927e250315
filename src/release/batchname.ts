import { sha256 } from "../core/hash.ts";

/**
 * What a batch of Livy is called: by its name it is found again when nobody knows whether it arrived, and the tags that
 * follow from the name find its application in YARN when Livy has forgotten it.
 */
export interface BatchName {
  readonly project: string;
  /** Jobs that run one after another in it; `+` is between their names. */
  readonly jobs: readonly string[];
  /** Keys of the first and the last unit, such as `20120301_00`. */
  readonly first: string;
  readonly last: string;
  /** The release's hash. */
  readonly release: string;
  /** The first digits of a hash over all that was sent. */
  readonly content: string;
  /** From 1: a name is taken for as long as Livy remembers a batch, also one that is over. */
  readonly attempt: number;
}

/** `marketing~prepare~20120301_00~20120301_05-0123456789abcdef-01234567`, with `-2` behind it the second attempt. */
export function batchName({ project, jobs, first, last, release, content, attempt }: BatchName): string {
  const base = `${project}~${jobs.join("+")}~${first}~${last}-${release}-${content}`;
  return attempt === 1 ? base : `${base}-${attempt}`;
}

/** What a name says; undefined for one of a batch that is not the project's. */
export function parseBatchName(name: string, project: string): BatchName | undefined {
  if (!name.startsWith(`${project}~`)) return undefined;
  const pattern = /^(.+)~([^~]+)~([^~]+)-([0-9a-f]{16})-([0-9a-f]{8})(?:-([1-9]\d{0,5}))?$/;
  const [, jobs, first, last, release, content, attempt = "1"] = pattern.exec(name.slice(project.length + 1)) ?? [];
  if (jobs === undefined) return undefined;
  const names = jobs.split("+");
  return {
    project,
    jobs: names,
    first: first!,
    last: last!,
    release: release!,
    content: content!,
    attempt: Number(attempt),
  };
}

/** Tags of the application in YARN, which keeps them in lower case: of the batch with any attempt, and of this one. */
export function tagsOf(name: BatchName): { readonly any: string; readonly own: string } {
  const any = `howdah-${name.release}-${sha256(batchName({ ...name, attempt: 1 })).slice(0, 12)}`;
  return { any, own: `${any}-${name.attempt}` };
}

/** The release that an application runs and which attempt it is, by its tags; undefined where howdah did not give it any. */
export function tagged(tags: readonly string[]): { readonly release: string; readonly attempt: number } | undefined {
  for (const tag of tags) {
    const [, release, attempt] = /^howdah-([0-9a-f]{16})-[0-9a-f]{12}-(\d+)$/.exec(tag) ?? [];
    if (release !== undefined) return { release, attempt: Number(attempt) };
  }
  return undefined;
}

/** The release in a batch's name, whatever project it is of. */
export function releaseInName(name: string): string | undefined {
  return /~[^~]+~[^~]+-([0-9a-f]{16})-[0-9a-f]{8}(?:-\d+)?$/.exec(name)?.[1];
}
