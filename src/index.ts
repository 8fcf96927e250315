/** The public names of howdah, one by one. */
export { HowdahError, isHowdahError, exitCodes } from "./core/errors.ts";
export { days, hours, minutes, formatTimeBy, parseTimeBy, parseOozieTime, formatOozieTime } from "./core/time.ts";
