import { HowdahError } from "../../core/errors.ts";
import type { ActionFilter, ActionScope, ChangeRequest, JobFilter, LogFilter, SlaChange, SlaFilter } from "./api.ts";

/** `yyyy-MM-dd'T'HH:mm'Z'`: whole minutes of UTC. A server whose processing time zone is another is not supported. */
export function oozieTime(date: Date): string {
  return `${date.toISOString().slice(0, 16)}Z`;
}

/** `name=value;…`, for which there is no way to write a `;` in a value. */
function pairs(members: readonly (readonly [string, string | undefined])[], separator = ";"): string | undefined {
  const given = members.flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (value.includes(";"))
      throw new HowdahError(`Oozie's filters cannot hold the semicolon of ${JSON.stringify(value)}`, {
        code: "OOZIE_FILTER",
      });
    return [`${name}=${value}`];
  });
  return given.length === 0 ? undefined : given.join(separator);
}

export function jobFilter(filter: JobFilter): string | undefined {
  const { name = [], user, group, id, status = [], createdFrom, createdUntil, text } = filter;
  return pairs([
    ...[name].flat().map((one) => ["name", one] as const),
    ["user", user],
    ["group", group],
    ["id", id],
    ...status.map((one) => ["status", one] as const),
    ["startcreatedtime", createdFrom === undefined ? undefined : oozieTime(createdFrom)],
    ["endcreatedtime", createdUntil === undefined ? undefined : oozieTime(createdUntil)],
    ["text", text],
  ]);
}

/** `status=…;nominaltime>=…` (`CoordinatorEngine.parseJobFilter`). */
export function actionFilter({ status = [], from, until }: ActionFilter): string | undefined {
  return pairs([
    ...status.map((one) => ["status", one] as const),
    ["nominaltime>", from === undefined ? undefined : oozieTime(from)],
    ["nominaltime<", until === undefined ? undefined : oozieTime(until)],
  ]);
}

export function slaFilter({ id, parentId, appName, bundle, nominalFrom, nominalUntil }: SlaFilter): string | undefined {
  return pairs([
    ["id", id],
    ["parent_id", parentId],
    ["app_name", appName],
    ["bundle", bundle],
    ["nominal_start", nominalFrom === undefined ? undefined : oozieTime(nominalFrom)],
    ["nominal_end", nominalUntil === undefined ? undefined : oozieTime(nominalUntil)],
  ]);
}

/** `type` and `scope`, by which kill, rerun and log name actions. */
export function typedScope(scope: ActionScope): { readonly type: string; readonly scope: string } {
  if ("actions" in scope) return { type: "action", scope: numbers(scope.actions) };
  return { type: "date", scope: dates(scope.dates) };
}

/** `action-list` or `date`, by which the younger requests do. */
export function listedScope(scope: ActionScope): Readonly<Record<string, string>> {
  if ("actions" in scope) return { "action-list": numbers(scope.actions) };
  return { date: dates(scope.dates) };
}

export function numbers(actions: string | readonly number[]): string {
  const text = typeof actions === "string" ? actions : actions.join(",");
  if (!/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(text))
    throw new HowdahError(`${JSON.stringify(text)} names no actions: they are numbers and ranges, such as 1-3,7`, {
      code: "OOZIE_SCOPE",
    });
  return text;
}

export function dates(list: readonly (Date | readonly [Date, Date])[]): string {
  if (list.length === 0) throw new HowdahError("no dates are given", { code: "OOZIE_SCOPE" });
  return list.map((one) => (one instanceof Date ? oozieTime(one) : one.map(oozieTime).join("::"))).join(",");
}

export function changeValue({ end, concurrency, pause, status }: ChangeRequest): string {
  const value = pairs([
    ["endtime", end === undefined ? undefined : oozieTime(end)],
    ["concurrency", concurrency?.toString()],
    ["pausetime", pause === undefined ? undefined : pause === "none" ? "" : oozieTime(pause)],
    ["status", status],
  ]);
  if (value === undefined) throw new HowdahError("nothing is to be changed", { code: "OOZIE_SCOPE" });
  return value;
}

export function slaValue({ shouldStart, shouldEnd, maxDuration, nominalTime }: SlaChange): string | undefined {
  return pairs([
    ["sla-should-start", shouldStart],
    ["sla-should-end", shouldEnd],
    ["sla-max-duration", maxDuration],
    ["sla-nominal-time", nominalTime],
  ]);
}

export function logFilter({ levels, text, from, until, recentMinutes, limit }: LogFilter): string | undefined {
  return pairs([
    ["loglevel", levels?.join("|")],
    ["text", text],
    ["start", from === undefined ? undefined : oozieTime(from)],
    ["end", until === undefined ? undefined : oozieTime(until)],
    ["recent", recentMinutes === undefined ? undefined : `${recentMinutes}m`],
    ["limit", limit?.toString()],
  ]);
}
