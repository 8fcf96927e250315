import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isHowdahError } from "#src/core/errors.js";
import {
  days,
  formatTimeBy,
  hours,
  minutes,
  parseOozieTime,
  parseTimeBy,
  type FixedFrequency,
  type Instant,
} from "#src/core/time.js";
import { ingest, type IngestRequest } from "#src/local/ingest.js";
import { freshFolders } from "../support/folders.js";

function time(text: string): Instant {
  const parsed = parseOozieTime(text);
  assert.ok(parsed !== undefined, text);
  return parsed;
}

describe("ingest", () => {
  const fresh = freshFolders();
  let root: string;
  let file: { path: string };

  beforeEach(() => {
    root = fresh();
    file = { path: join(root, "hits.tsv") };
    writeFileSync(file.path, "a hit\n");
  });

  const pattern = "'date_ts='yyyyMMdd_HHmm";
  const present = (): Instant[] => {
    const logs = join(root, "logs");
    const names = existsSync(logs) ? readdirSync(logs).filter((name) => existsSync(join(logs, name, "_SUCCESS"))) : [];
    return names.flatMap((name) => parseTimeBy(pattern, name) ?? []).sort((a, b) => a - b);
  };

  function request(
    instance: string,
    more: Partial<IngestRequest> = {},
    every: FixedFrequency = hours(1),
  ): IngestRequest {
    return {
      dataSet: { name: "web-logs", every, doneFlag: "_SUCCESS", timezone: "UTC" },
      folderOf: (at) => join(root, "logs", formatTimeBy(pattern, at)),
      present: present(),
      instance: time(instance),
      files: [file],
      ...more,
    };
  }
  const refusal =
    (code: string, ...words: string[]) =>
    (error: unknown) => {
      assert.ok(isHowdahError(error), String(error));
      assert.equal(error.code, code);
      for (const word of words)
        assert.ok(`${error.message} ${error.next}`.includes(word), `${error.message} ${error.next}`);
      return true;
    };

  it("puts files into the instance's folder, and says where and what", () => {
    const { folder, record } = ingest(request("2012-03-01T00:00Z"));
    assert.equal(folder, join(root, "logs/date_ts=20120301_0000"));
    assert.deepEqual(readdirSync(folder).sort(), ["_SUCCESS", "_howdah.json", "hits.tsv"]);
    assert.equal(record.files[0]?.bytes, 6);
  });

  it("takes any first instance when the initial one is unknown and none is there", () => {
    ingest(request("2012-03-05T17:00Z"));
    // An earlier one may come later: nothing before it is missing.
    ingest(request("2012-03-05T10:00Z"));
    assert.equal(readdirSync(join(root, "logs")).length, 2);
  });

  it("refuses a gap, and names the first instance that is missing", () => {
    ingest(request("2012-03-01T00:00Z"));
    ingest(request("2012-03-01T01:00Z"));
    ingest(request("2012-03-01T03:00Z", { allowGap: true }));
    assert.throws(
      () => ingest(request("2012-03-01T06:00Z")),
      refusal("INSTANCE_GAP", "2012-03-01T02:00Z", "--allow-gap"),
    );
    assert.equal(existsSync(join(root, "logs/date_ts=20120301_0600")), false);
    // The one that is missing can be put, with no file when it is empty.
    ingest(request("2012-03-01T02:00Z", { files: [] }));
    ingest(request("2012-03-01T04:00Z"));
  });

  it("counts an instance without its flag as missing", () => {
    const { folder } = ingest(request("2012-03-01T00:00Z"));
    ingest(request("2012-03-01T01:00Z"));
    rmSync(join(folder, "_SUCCESS"));
    ingest(request("2012-03-01T02:00Z"));
    ingest(request("2012-03-01T03:00Z"));
    assert.throws(
      () => ingest(request("2012-03-01T04:00Z", { initial: time("2012-03-01T00:00Z") })),
      refusal("INSTANCE_GAP", "2012-03-01T00:00Z"),
    );
  });

  it("asks for every instance from a known initial one on, and for none before it", () => {
    const initial = time("2012-03-01T00:00Z");
    assert.throws(
      () => ingest(request("2012-03-01T01:00Z", { initial })),
      refusal("INSTANCE_GAP", "2012-03-01T00:00Z"),
    );
    ingest(request("2012-03-01T00:00Z", { initial }));
    ingest(request("2012-03-01T01:00Z", { initial }));
    assert.throws(
      () => ingest(request("2012-02-29T23:00Z", { initial })),
      refusal("INSTANCE_BEFORE_INITIAL", "2012-03-01T00:00Z", "2012-02-29T23:00Z"),
    );
  });

  it("refuses a time that is no instance, and names the nearest", () => {
    assert.throws(
      () => ingest(request("2012-03-01T00:30Z")),
      refusal("INSTANCE_OFF_GRID", "2012-03-01T00:00Z", "2012-03-01T01:00Z"),
    );
    assert.throws(
      () => ingest(request("2012-03-02T00:00Z", { initial: time("2012-03-01T06:00Z") }, days(1))),
      refusal("INSTANCE_OFF_GRID", "2012-03-01T06:00Z", "2012-03-02T06:00Z"),
    );
    assert.throws(() => ingest(request("2012-03-02T06:00Z", {}, days(1))), refusal("INSTANCE_OFF_GRID"));
    ingest(request("2012-03-01T00:07Z", {}, minutes(5)));
    assert.throws(
      () => ingest(request("2012-03-01T00:08Z", { initial: time("2012-03-01T00:02Z") }, minutes(5))),
      refusal("INSTANCE_OFF_GRID", "2012-03-01T00:07Z", "2012-03-01T00:12Z"),
    );
  });

  it("refuses what is there, adds when asked to, and asks for nothing earlier then", () => {
    ingest(request("2012-03-01T00:00Z"));
    ingest(request("2012-03-01T05:00Z", { allowGap: true }));
    assert.throws(() => ingest(request("2012-03-01T05:00Z", { allowGap: true })), refusal("INSTANCE_EXISTS", "--add"));
    writeFileSync(file.path, "a late hit\n");
    const { record } = ingest(request("2012-03-01T05:00Z", { mode: "add" }));
    assert.deepEqual(
      record.files.map(({ name }) => name),
      ["hits-2.tsv", "hits.tsv"],
    );
    assert.throws(() => ingest(request("2012-03-01T05:00Z", { mode: "add" })), refusal("SAME_CONTENT"));
  });
});
