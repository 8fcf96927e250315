import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashOf } from "../core/hash.ts";
import { formatOozieTime, type Instant } from "../core/time.ts";
import { isRawDataSet, isTableDataSet } from "../jobs/job.ts";
import { recordFile, recordFormat, type PartitionRecord } from "../jobs/record.ts";
import type { Expected } from "../jobs/staleness.ts";
import { instancesAt } from "../oozie/calendar.ts";
import type { Coordinator } from "../oozie/coordinator.ts";
import type { DataSet } from "../oozie/dataset.ts";
import type { ElValue } from "../oozie/el.ts";
import { currentUser, type Data } from "./data.ts";
import { onDisk } from "./disk.ts";

/*
 * An action that writes no table leaves nothing that tells that it is done, so it leaves a record of its own:
 * `_howdah/done/<coordinator>/<nominal>/_howdah.json`.
 */

interface Action {
  readonly coordinator: Coordinator;
  readonly nominal: Instant;
  readonly inputs: Readonly<Record<string, ElValue>>;
}

export function doneFolder({ coordinator, nominal }: Action, data: Data): string {
  return data.own("done", coordinator.name, formatOozieTime(nominal).replaceAll(":", ""));
}

/** What the action's record would say now. */
export function expectedDone({ coordinator, nominal, inputs }: Action, data: Data): Expected {
  return {
    job: hashOf({ workflow: definitionText(coordinator.run.workflow.body) }),
    columns: "",
    parameters: Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)])),
    inputs: Object.values(coordinator.reads).flatMap(({ dataSet, from, to }) =>
      instancesAt({ from, to }, data.grid(dataSet), nominal).times.map((time) => ({
        dataSet: dataSet.name,
        instance: formatOozieTime(time),
        content: contentOf(dataSet, time, data),
      })),
    ),
  };
}

export function keepDone(action: Action, data: Data): void {
  const folder = doneFolder(action, data);
  const expected = expectedDone(action, data);
  const record: PartitionRecord = {
    format: recordFormat,
    identity: {
      ...expected,
      table: `coordinator/${action.coordinator.name}`,
      partition: formatOozieTime(action.nominal),
      inputs: expected.inputs.map((input) => ({ ...input, content: input.content ?? "" })),
      rows: 0,
      rejects: {},
      checks: [],
      content: "",
    },
    run: {
      engine: "none",
      files: [],
      bytes: 0,
      started: new Date().toISOString(),
      seconds: 0,
      release: null,
      user: currentUser(),
    },
  };
  onDisk("keep that it is done", folder, () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, recordFile), `${JSON.stringify(record)}\n`);
  });
}

/** Everything of a definition but where it was written: equal definitions have equal texts. */
function definitionText(value: unknown): string {
  return JSON.stringify(value, (key, member: unknown) => (key === "at" ? undefined : member));
}

/** A data set that is neither a table nor raw files is known by its flag alone. */
function contentOf(dataSet: DataSet, time: Instant, data: Data): string | null {
  if (isTableDataSet(dataSet) || isRawDataSet(dataSet)) return data.content(dataSet, time);
  return data.isComplete(dataSet, time) ? "complete" : null;
}
