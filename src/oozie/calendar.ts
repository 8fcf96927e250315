// Oozie's calendar as arithmetic: what it does is told by the classes of Oozie 5.2.1, against which test/oracle holds it.
export * from "./calendar/functions.ts";
export * from "./calendar/forecast.ts";
export { consecutiveRuns, indexAt, onGrid, originOf, steppedFrom, timeAt, type Grid } from "./calendar/grid.ts";
export * from "./calendar/instances.ts";
export { cronGo, nextNominal, nominalAfter, nominalTimes, type Schedule } from "./calendar/nominal.ts";
