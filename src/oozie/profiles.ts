import { didYouMean, HowdahError } from "../core/errors.ts";
import type { Family } from "./xml.ts";

/** The Oozie servers that howdah writes for. */
export const profileNames = [
  "cdh5.4",
  "cdh5.7",
  "cdh5.16",
  "cdh6.3",
  "cdp7.1.9",
  "cdp7.3",
  "oozie4.1",
  "oozie5.2",
] as const;
export type ProfileName = (typeof profileNames)[number];

/** Where a coordinator's text is evaluated, by what `oozie.service.ELService.functions.*` of oozie-default.xml tell apart. */
export type CoordinatorPhase = "frequency" | "timeout" | "initial-instance" | "instances" | "action" | "sla";

/** What a kind of Oozie server can do. */
export interface Profile {
  readonly name: ProfileName;
  /** One line for people. */
  readonly describe: string;
  /** The highest version of each namespace; null where the server does not have it. */
  readonly versions: Readonly<Record<Family, string | null>>;
  /** Whether `resource-manager` may stand for `job-tracker` in the namespaces 1.0. */
  readonly resourceManager: boolean;
  /** Whether the launcher is set by the element `launcher` or by properties of the action, `oozie.launcher.*`. */
  readonly launcher: "element" | "properties";
  /** Minutes that a coordinator's action waits for its data when no timeout is given. */
  readonly defaultTimeout: number;
  /** Characters that a node's or an application's name may have. */
  readonly longestNodeName: number;
  /** EL functions that this server offers in these phases only, where the newest one offers them in more. */
  readonly onlyIn: Readonly<Record<string, readonly CoordinatorPhase[]>>;
}

/** The property that names the launcher's queue where there is no `launcher/queue`. */
export const launcherQueueProperty = "oozie.launcher.mapreduce.job.queuename";

type Versions = Profile["versions"];

const oozie41: Versions = {
  workflow: "0.5",
  coordinator: "0.4",
  bundle: "0.2",
  sla: "0.2",
  "hive2-action": null,
  "spark-action": null,
  "spark3-action": null,
  "shell-action": "0.3",
  "email-action": "0.2",
  "distcp-action": "0.2",
};
const cdh54: Versions = { ...oozie41, "hive2-action": "0.1", "spark-action": "0.1" };
const cdh57: Versions = { ...cdh54, "hive2-action": "0.2" };
const cdh516: Versions = { ...cdh57, "spark-action": "0.2" };
const oozie52: Versions = {
  ...oozie41,
  workflow: "1.0",
  coordinator: "0.5",
  "hive2-action": "1.0",
  "spark-action": "1.0",
  "shell-action": "1.0",
  "distcp-action": "1.0",
};

/** oozie-default.xml of 4.1.0, beside that of 5.2.1. */
const functionsOf41: Profile["onlyIn"] = {
  "coord:endOfDays": ["frequency"],
  "coord:endOfMonths": ["frequency"],
  "coord:endOfWeeks": [],
  "coord:dateOffset": ["action", "sla"],
  "coord:dateTzOffset": [],
  "coord:epochTime": [],
};

const oldLauncher = {
  resourceManager: false,
  launcher: "properties",
  // Before OOZIE-2168 of November 2015.
  longestNodeName: 50,
  onlyIn: functionsOf41,
} as const;
const newLauncher = {
  resourceManager: true,
  launcher: "element",
  defaultTimeout: 120,
  longestNodeName: 128,
  onlyIn: {},
} as const;

/** Sources: the tags of Apache Oozie and of Cloudera's branches; Cloudera's documentation for CDP. */
const table: Readonly<Record<ProfileName, Omit<Profile, "name">>> = {
  "cdh5.4": {
    ...oldLauncher,
    describe: "Cloudera CDH 5.3 and 5.4: Oozie 4.1 with the first Spark action",
    versions: cdh54,
    defaultTimeout: 120,
  },
  "cdh5.7": {
    ...oldLauncher,
    describe: "Cloudera CDH 5.5 to 5.7: Oozie 4.1 with hive2 queries",
    versions: cdh57,
    defaultTimeout: 120,
  },
  "cdh5.16": {
    ...oldLauncher,
    describe: "Cloudera CDH 5.8 to 5.16: Oozie 4.1 with files for Spark actions",
    versions: cdh516,
    defaultTimeout: 120,
    longestNodeName: 128,
    onlyIn: { "coord:endOfDays": ["frequency"], "coord:endOfMonths": ["frequency"], "coord:endOfWeeks": [] },
  },
  "cdh6.3": { ...newLauncher, describe: "Cloudera CDH 6.3: Oozie 5.1", versions: oozie52 },
  "cdp7.1.9": {
    ...newLauncher,
    describe: "Cloudera CDP 7.1.9: Oozie 5.1 with Spark 3 actions; Spark 2 actions are disabled",
    versions: { ...oozie52, "spark-action": null, "spark3-action": "1.0" },
  },
  "cdp7.3": {
    ...newLauncher,
    describe: "Cloudera CDP 7.3: Oozie 5.1 with Spark 3 actions; Spark 2 actions are gone",
    versions: { ...oozie52, "spark-action": null, "spark3-action": "1.0" },
  },
  "oozie4.1": { ...oldLauncher, describe: "Apache Oozie 4.1", versions: oozie41, defaultTimeout: 10_080 },
  "oozie5.2": { ...newLauncher, describe: "Apache Oozie 5.1 and 5.2", versions: oozie52 },
};

export const profiles: readonly Profile[] = profileNames.map((name) => Object.freeze({ name, ...table[name] }));

/** The profile of a name. Throws `PROFILE` for one that there is not. */
export function profileOf(name: string): Profile {
  const found = profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  throw new HowdahError(`there is no profile ${name}${didYouMean(name, profileNames)}`, {
    code: "PROFILE",
    next: `the profiles are ${profileNames.join(", ")}`,
  });
}
