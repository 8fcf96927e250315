import assert from "node:assert/strict";
import fc from "fast-check";
import type { Instant } from "#src/core/time.js";
import {
  daylightSaving,
  formatLocal,
  fromLocal,
  isZone,
  localParts,
  stretchOf,
  toLocal,
  zoneOffset,
  zoneProblem,
  type Local,
} from "#src/core/zone.js";

const zones = [
  ...["UTC", "GMT", "GMT+0530", "GMT-03:30", "Europe/Berlin", "America/Los_Angeles", "America/Sao_Paulo"],
  ...["Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "Europe/Dublin", "Pacific/Apia", "Etc/GMT+5"],
];
const zone = fc.constantFrom(...zones);
const minute = fc
  .integer({ min: Date.UTC(1975, 0) / 60_000, max: Date.UTC(2036, 0) / 60_000 })
  .map((count) => (count * 60_000) as Instant);
const utc = (text: string): Instant => Date.parse(`${text}Z`) as Instant;

describe("time zones", () => {
  it("knows the names that Java knows, and no others", () => {
    for (const name of [...zones, "CET", "US/Pacific", "Etc/UTC", "America/Port-au-Prince", "EST5EDT", "GMT+00:00"])
      assert.equal(zoneProblem(name), undefined, name);
    for (const name of ["", "+01:00", "GMT+5", "GMT+24:00", "GMT-05:60", "UTC+01:00", "europe/berlin", "Etc/Unknown"])
      assert.ok(!isZone(name) && zoneProblem(name) !== undefined, name);
    assert.equal(zoneProblem("Europe/Berln"), "there is no time zone Europe/Berln, did you mean Europe/Berlin?");
    assert.match(zoneProblem("UTC+1")!, /a fixed offset is written GMT\+05:30/);
    assert.throws(() => zoneOffset("Europe/Berln", 0 as Instant), { code: "ZONE" });
  });

  it("finds an instant again by what the clock shows then", () => {
    fc.assert(
      fc.property(zone, minute, (name, instant) => {
        const { kind, instants } = fromLocal(name, toLocal(name, instant));
        assert.ok(instants.includes(instant));
        assert.equal(instants.length, kind === "one" ? 1 : 2);
        assert.notEqual(kind, "gap");
      }),
    );
  });

  it("gives times that the clock never shows as if it had been set already, and not yet", () => {
    fc.assert(
      fc.property(zone, minute, (name, instant) => {
        const local = instant as number as Local;
        const { kind, instants } = fromLocal(name, local);
        const shown = instants.filter((one) => toLocal(name, one) === local);
        assert.equal(shown.length, kind === "gap" ? 0 : instants.length);
        if (kind === "gap") assert.ok(toLocal(name, instants[0]) < local && toLocal(name, instants[1]!) > local);
      }),
    );
  });

  it("divides time into stretches without a hole", () => {
    fc.assert(
      fc.property(zone, minute, (name, instant) => {
        const { from, until, offset } = stretchOf(name, instant);
        assert.ok(from <= instant && instant < until);
        if (until === Infinity) return;
        assert.equal(stretchOf(name, until).from, until);
        for (const inside of [from, until - 1000]) assert.equal(zoneOffset(name, inside as Instant), offset);
      }),
    );
  });

  it("sets clocks where the law did", () => {
    for (const [name, until, before, after] of [
      ["Europe/Berlin", "2012-03-25T01:00", 1, 2],
      ["Europe/Berlin", "2012-10-28T01:00", 2, 1],
      ["America/Los_Angeles", "2012-03-11T10:00", -8, -7],
      ["Australia/Lord_Howe", "2012-03-31T15:00", 11, 10.5],
      ["Africa/Casablanca", "2024-03-10T02:00", 1, 0],
      ["America/Recife", "2000-10-08T03:00", -3, -2],
      ["America/Recife", "2000-10-15T02:00", -2, -3],
      ["Pacific/Apia", "2011-12-30T10:00", -10, 14],
    ] as const) {
      const { offset, until: end } = stretchOf(name, (utc(until) - 60_000) as Instant);
      assert.deepEqual([end, offset / 3_600_000], [utc(until), before], `${name} ${until}`);
      assert.equal(zoneOffset(name, utc(until)) / 3_600_000, after, `${name} ${until}`);
    }
  });

  it("knows by how much a clock is put forward for the summer", () => {
    for (const [name, time, minutes] of [
      ["Europe/Berlin", "2012-07-01T00:00", 60],
      ["Europe/Berlin", "2012-12-31T23:30", 0],
      ["America/Los_Angeles", "2012-03-11T10:00", 60],
      ["America/Los_Angeles", "2012-03-11T09:59", 0],
      ["Australia/Lord_Howe", "2012-01-01T00:00", 30],
      ["Australia/Lord_Howe", "2012-07-01T00:00", 0],
      // It is put back for a month a year.
      ["Africa/Casablanca", "2024-07-01T00:00", 60],
      ["Africa/Casablanca", "2024-03-20T00:00", 0],
      // It stayed ahead for years, and is still.
      ["Europe/Moscow", "2012-07-01T00:00", 0],
      ["Asia/Kolkata", "2012-07-01T00:00", 0],
      ["GMT+05:30", "2012-07-01T00:00", 0],
    ] as const)
      assert.equal(daylightSaving(name, utc(time)) / 60_000, minutes, `${name} ${time}`);
  });

  it("writes what the clock shows and how far it is ahead", () => {
    assert.equal(formatLocal("Europe/Berlin", utc("2012-03-25T01:00")), "2012-03-25 03:00 +02:00");
    assert.equal(formatLocal("GMT-0330", utc("2012-03-25T01:00")), "2012-03-24 21:30 -03:30");
    assert.equal(formatLocal("UTC", utc("2012-03-25T01:00")), "2012-03-25 01:00 +00:00");
    assert.deepEqual(localParts("Asia/Kolkata", utc("2012-02-29T20:00")), {
      ...{ year: 2012, month: 3, day: 1, hour: 1, minute: 30, weekday: 4 },
    });
  });
});
