import { redact } from "../connect/redact.ts";
import { absentIfMissing, replaceFile, type CallOptions } from "../connect/webhdfs/index.ts";
import { isHowdahError } from "../core/errors.ts";
import type { Cluster } from "../project/cluster.ts";
import { isSecretSetting, readConfFile, readHadoopXml, type HadoopSettings } from "../project/hadoopconf.ts";
import { remoteLayout } from "./remote.ts";

/** A setting that is not as it was. Secrets are `***`. */
export interface SettingChange {
  readonly name: string;
  /** Undefined where it was not set. */
  readonly before?: string;
  /** Undefined where it is not set any more. */
  readonly after?: string;
}

/** What became of the hive-site.xml that jobs read. */
export interface HiveSitePlaced {
  readonly path: string;
  /** The file of this machine. */
  readonly source: string;
  /** `same`: nothing was to be done. A dry run says what would have been. */
  readonly state: "same" | "new" | "changed";
  /** In order of names; none where only comments or white space differ. */
  readonly changes: readonly SettingChange[];
  /** Whether it holds a password, so that its owner and group alone may read it. */
  readonly secret: boolean;
}

export interface PlaceOptions extends CallOptions {
  /** Only say what would be done. @default false */
  readonly dryRun?: boolean;
}

/**
 * Makes `<root>/conf/hive-site.xml` a copy of a file of this machine. It is replaced by a rename, so that a job reads the
 * old or the new one. @throws HADOOP_CONF
 */
export async function placeHiveSite(
  { hdfs, target }: Cluster,
  source: string,
  { dryRun = false, ...call }: PlaceOptions = {},
): Promise<HiveSitePlaced> {
  const path = remoteLayout(target).hiveSite;
  const text = readConfFile(source);
  const settings = await readHadoopXml(text, source);
  const secret = [...settings].some(([name, value]) => isSecretSetting(name) && value !== "");
  const there = (await absentIfMissing(hdfs.cat(path, call)))?.toString();
  const facts = { path, source, secret };
  if (there === text) return { ...facts, state: "same", changes: [] };
  const changes = settingChanges(there === undefined ? new Map() : await settingsOf(there, path), settings);
  if (!dryRun) await replaceFile(hdfs, path, text, { ...call, permission: secret ? "640" : "644" });
  return { ...facts, state: there === undefined ? "new" : "changed", changes };
}

/** What differs between two configurations, in order of names. */
export function settingChanges(before: HadoopSettings, after: HadoopSettings): readonly SettingChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name): readonly SettingChange[] => {
    const [old, now] = [before.get(name), after.get(name)];
    if (old === now) return [];
    const shown = (value: string): string => (isSecretSetting(name) && value !== "" ? "***" : redact(value));
    return [
      {
        name,
        ...(old === undefined ? {} : { before: shown(old) }),
        ...(now === undefined ? {} : { after: shown(now) }),
      },
    ];
  });
}

/** What somebody may have put there by hand is no reason not to replace it. */
async function settingsOf(text: string, path: string): Promise<HadoopSettings> {
  try {
    return await readHadoopXml(text, path);
  } catch (error) {
    if (isHowdahError(error) && error.code === "HADOOP_CONF") return new Map();
    throw error;
  }
}
