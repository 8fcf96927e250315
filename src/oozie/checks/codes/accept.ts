import type { CodeFacts } from "./facts.ts";

export const acceptCodes = {
  ACCEPT_UNKNOWN: {
    severity: "warning",
    title: "`accept` names a code that there is not",
    why: "It silences nothing.",
    example: `coordinator("load-hourly", {
  ...hourly,
  accept: { TIMEOUT: "they are never late" }, // there is TIMEOUT_DEFAULT
})`,
    fix: 'coordinator("load-hourly", hourly)',
  },
  ACCEPT_ERROR: {
    severity: "warning",
    title: "`accept` names an error",
    why: "Oozie does not take it, whatever the reason: only warnings can be accepted.",
    example: `coordinator("load-hourly", {
  ...hourly,
  accept: { FREQUENCY_FAST: "it is urgent" }, // an error
})`,
    fix: 'coordinator("load-hourly", hourly)',
  },
  ACCEPT_REASON: {
    severity: "warning",
    title: "`accept` gives no reason",
    why: "The next reader should know why a warning does not hold here.",
    example: `workflow("load-day", { day: "string" }, () => shell("load", { command: "load" }), {
  accept: { INPUT_UNUSED: " " }, // no reason
})`,
    fix: `workflow("load-day", { day: "string" }, () => shell("load", { command: "load" }), {
  accept: { INPUT_UNUSED: "its callers are not changed yet" },
})`,
  },
  ACCEPT_UNUSED: {
    severity: "warning",
    title: "`accept` silences nothing",
    why: "The warning is gone, or stands elsewhere: the next one of its kind would be hidden.",
    example: `coordinator("load-hourly", {
  ...hourly,
  accept: { TIMEOUT_DEFAULT: "they are never late" }, // it has a timeout
})`,
    fix: 'coordinator("load-hourly", hourly)',
  },
} as const satisfies Readonly<Record<string, CodeFacts>>;
