import type { CodeFacts } from "./facts.ts";

export const actionCodes = {
  RETRY: {
    severity: "error",
    title: "a retry that is none",
    why: "Oozie reads whole numbers: how often, and minutes between two tries (E0700). howdah turns hours into minutes, nothing else.",
    example: `shell("load", {
  command: "load",
  retry: { max: 2, every: days(1) }, // minutes or hours
})`,
    fix: `shell("load", {
  command: "load",
  retry: { max: 2, every: hours(24) },
})`,
  },
  RETRY_MAX: {
    severity: "warning",
    title: "more retries than Oozie makes",
    why: "A server takes a higher number for its own maximum, 3 unless its administrator changed it (E0820, `oozie.service.LiteWorkflowStoreService.user.retry.max`).",
    example: `shell("load", {
  command: "load",
  retry: { max: 10, every: minutes(5) }, // three are made
})`,
    fix: `shell("load", {
  command: "load",
  retry: { max: 3, every: minutes(5) },
})`,
  },
  LAUNCHER: {
    severity: "error",
    title: "a launcher that cannot be started",
    why: "Memory and cores are whole numbers from 1. Oozie divides a launcher's environment at `:` (older servers at `,`), which therefore cannot stand in a value.",
    example: `shell("load", {
  command: "load",
  launcher: { environment: { LD_LIBRARY_PATH: "/a:/b" } }, // a colon
})`,
    fix: `shell("load", {
  command: "load",
  launcher: { environment: { LD_LIBRARY_PATH: "/a" } },
})`,
  },
  CONFIGURATION_PROPERTY: {
    severity: "error",
    title: "a property that an action may not set",
    why: "Oozie sets the cluster and the user itself, and fails the action (JA010).",
    example: `shell("load", {
  command: "load",
  configuration: { "user.name": "etl" }, // Oozie's own
})`,
    fix: `shell("load", {
  command: "load",
  configuration: { "mapreduce.job.tags": "etl" },
})`,
  },
  ENVIRONMENT_NAME: {
    severity: "error",
    title: "a name that no environment variable can have",
    why: "Oozie divides `NAME=value` at the first equals sign; without a name the action fails.",
    example: `shell("load", {
  command: "load",
  environment: { "A=B": "1" }, // an equals sign
})`,
    fix: `shell("load", {
  command: "load",
  environment: { A_B: "1" },
})`,
  },
  FS_PATH: {
    severity: "error",
    title: "a relative path in an operation on the file system",
    why: "Oozie refuses it when the action starts (FS011; FS001 on old servers). A path that begins with `/` becomes one of the target's name node.",
    example: `fs("clean", [
  remove("tmp/old"), // no slash
])`,
    fix: `fs("clean", [
  remove("/tmp/old"),
])`,
  },
  PERMISSIONS: {
    severity: "error",
    title: "permissions that Oozie does not read",
    why: "It takes three octal digits, or ten letters as `ls` shows them (FS010).",
    example: `fs("open", [
  chmod("/data", "0755"), // four digits
])`,
    fix: `fs("open", [
  chmod("/data", "755"),
])`,
  },
  EMAIL_EMPTY: {
    severity: "error",
    title: "a mail to nobody",
    why: "Oozie fails the action (EM001).",
    example: 'email("tell", { to: "", subject: "done", body: "all of it" }) // to whom?',
    fix: 'email("tell", { to: "ops@example.com", subject: "done", body: "all of it" })',
  },
  EMAIL_ADDRESS: {
    severity: "warning",
    title: "a mail address without an @",
    why: "Oozie hands it to the mail server, for which it is a user of that machine (a text that is no address at all fails the action, EM004). Addresses are divided by commas.",
    example: 'email("tell", { to: "ops@example.com;boss", subject: "done", body: "all of it" }) // a semicolon',
    fix: 'email("tell", { to: "ops@example.com,boss@example.com", subject: "done", body: "all of it" })',
  },
  SLA: {
    severity: "error",
    title: "a promise that is none",
    why: "Oozie knows `start_miss`, `end_miss` and `duration_miss`, and can tell of a late start or a long run only where one is promised (E1004, E0701).",
    example: `shell("load", {
  command: "load",
  sla: { nominalTime: p.first_hour, shouldEnd: hours(1), alertOn: ["duration_miss"] }, // no maxDuration
})`,
    fix: `shell("load", {
  command: "load",
  sla: { nominalTime: p.first_hour, shouldEnd: hours(1), maxDuration: minutes(30), alertOn: ["duration_miss"] },
})`,
  },
} as const satisfies Readonly<Record<string, CodeFacts>>;
