import { bundle, coordinator, days, hours, startOfDay } from "howdah";
import * as d from "./data.ts";
import { p } from "./parameters.ts";
import { prepareHour, topSpenders } from "./workflows.ts";

/** Each hour, once both feeds of it have landed and the hour before has left its state. */
export const hourly = coordinator("hourly", {
  every: hours(1),
  start: p.first_hour,
  end: p.end,
  reads: {
    logs: d.webLogs.current(0),
    sales: d.salesLines.current(0),
    sessions: d.openSessions.current(-1),
    lines: d.openLines.current(-1),
  },
  run: ({ nominalTime, formatTime }) => prepareHour.with({ hour: formatTime(nominalTime, "yyyyMMdd_HH") }),
  timeout: days(30),
  concurrency: 1,
  throttle: 24,
});

/** Each day, once its 24 hours are done. */
export const daily = coordinator("daily", {
  every: days(1),
  start: startOfDay(p.first_hour),
  end: p.end,
  reads: { hours: d.hourlyTopSpenders.currentRange(0, 23) },
  run: ({ nominalTime, formatTime }) => topSpenders.with({ day: formatTime(nominalTime, "yyyyMMdd") }),
  timeout: days(30),
  accept: {
    BEFORE_INITIAL: "on a cluster first_hour is a midnight; on a laptop the first day takes the hours that there are",
  },
});

export const marketing = bundle("marketing", [hourly, daily]);
