import { calendarSuite } from "./calendar.js";

describe("cluster: the calendar beside a server, with many coordinators", function () {
  this.timeout(1_200_000);
  calendarSuite(300);
});
