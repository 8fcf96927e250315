import { calendarSuite } from "./calendar.js";

describe("cluster: the calendar beside a server", function () {
  this.timeout(240_000);
  calendarSuite(30);
});
