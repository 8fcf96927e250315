import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { HowdahEvent } from "#src/core/events.js";
import { formatTimeBy, type Instant } from "#src/core/time.js";
import { dispatch, type Dispatched } from "#src/operate/spark/dispatch.js";
import type { TestSandbox } from "./sandbox.js";
import { kill, ownSandbox } from "./sandboxwork.js";
import { sensorsOn, type SensorsOn } from "./sensors.js";
import { until } from "./waiting.js";

/** A batch, with its Livy killed beneath it. */
describe("cluster: Livy restarts during a batch", function () {
  this.timeout(900_000);
  let sandbox: TestSandbox;
  let sensors: SensorsOn | undefined;
  const from = Date.parse("2021-05-01T00:00Z") as Instant;
  // So many that the batch still publishes when Livy is back.
  const hours = 300;
  const end = (from + hours * 3_600_000) as Instant;

  // Before the sandbox's own, which takes Livy away.
  after(() => sensors?.end(false));
  ownSandbox(5000, (made) => (sandbox = made));

  before(async () => {
    await sandbox.up();
    const keys = Array.from({ length: hours }, (_, i) =>
      formatTimeBy("yyyyMMdd_HH", (from + i * 3_600_000) as Instant),
    );
    sensors = await sensorsOn(sandbox.at, "restarted", Object.fromEntries(keys.map((key) => [key, []])));
  });

  interface Ran {
    readonly sent: Dispatched;
    readonly events: readonly HowdahEvent[];
  }

  /** Runs all hours again, and does something to Livy as soon as the application runs. */
  async function dispatched(meanwhile: () => Promise<void>): Promise<Ran> {
    const events: HowdahEvent[] = [];
    const { project, on } = sensors!;
    const running = dispatch(
      project,
      on,
      { jobs: ["collect"], from, until: end, rerun: true },
      { emit: (event) => events.push(event) },
    );
    await Promise.race([
      running,
      until(
        "the application",
        () => Promise.resolve(events.some((one) => one.event === "batch.progress")),
        (runs) => runs,
      ),
    ]);
    await meanwhile();
    const [sent] = await running;
    return { sent: sent!, events };
  }
  const names = ({ events }: Ran): readonly string[] => events.map(({ event }) => event);

  it("waits for a Livy that remembers it", async () => {
    const ran = await dispatched(async () => {
      await kill(sandbox, "livy");
      assert.deepEqual(await sandbox.up(), ["livy"]);
    });
    assert.deepEqual([ran.sent.end?.finalStatus, ran.sent.end?.progress?.made], ["SUCCEEDED", hours]);
    assert.ok(names(ran).includes("server.away"), names(ran).join(" "));
    assert.ok(!names(ran).includes("batch.lost"), names(ran).join(" "));
  });

  it("goes on in YARN where Livy has forgotten it", async () => {
    const ran = await dispatched(async () => {
      await kill(sandbox, "livy");
      rmSync(join(sandbox.opened.data, "livy", "state"), { recursive: true });
      assert.deepEqual(await sandbox.up(), ["livy"]);
    });
    assert.deepEqual([ran.sent.end?.finalStatus, ran.sent.end?.state], ["SUCCEEDED", undefined]);
    assert.ok(names(ran).includes("batch.lost"), names(ran).join(" "));
    assert.equal(ran.sent.attempt, 2);
  });
});
