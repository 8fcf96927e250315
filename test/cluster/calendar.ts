import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { simpleAuth } from "#src/connect/auth/index.js";
import { isOver, oozieClient, type CoordinatorAction, type Oozie } from "#src/connect/oozie/index.js";
import { inParallel } from "#src/connect/parallel.js";
import { formatOozieTime, type Instant } from "#src/core/time.js";
import type { Coordinator } from "#src/oozie/coordinator.js";
import { Simulation } from "#src/oozie/simulate.js";
import { printXml } from "#src/oozie/xml.js";
import { find } from "#src/project/definitions.js";
import { needCluster, type ClusterAddresses } from "../support/cluster.js";
import { documentsOf } from "../support/examples.js";
import { cases, frequencyKinds, lateCases, type Case } from "./coordinators.js";
import { TestHdfs } from "./hdfs.js";
import { all, until } from "./waiting.js";

/** In the servers' quick settings: twice the time after which it looks for actions to make. */
const twoLooks = 12_000;

/** What is told of an action, here and by the server. */
interface Facts {
  readonly number: number;
  readonly nominal: string;
  readonly missing: readonly string[];
}

interface Submitted extends Case {
  readonly id: string;
  readonly simulation: Simulation;
  readonly xml: string;
  readonly at: Instant;
}

/** Holds the calendar of `src/oozie` against a server, one coordinator after another. */
export function calendarSuite(count: number): void {
  let at: ClusterAddresses;
  let hdfs: TestHdfs;
  let oozie: Oozie;
  let root = "";
  const submitted: Submitted[] = [];
  const seed = Number(process.env["HOWDAH_SEED"] ?? 7);

  before(function () {
    at = needCluster(this);
    hdfs = new TestHdfs(at);
    oozie = oozieClient({ url: at.oozie, auth: simpleAuth(at.user) });
    root = `/user/${at.user}/howdah-test/calendar-${randomBytes(4).toString("hex")}`;
  });

  after(async () => {
    if (root === "") return;
    await killAll();
    await hdfs.remove(root);
    hdfs.close();
    oozie.close();
  });

  /** One after another: side by side, they and the looks for inputs wait for each other's locks, a minute each (Derby). */
  async function killAll(): Promise<void> {
    for (const { id } of submitted.splice(0)) await oozie.kill(id);
  }

  /** In the order given. */
  async function submitAll(list: readonly Case[]): Promise<readonly Submitted[]> {
    const made: Submitted[] = [];
    await inParallel(list.entries(), 4, async ([i, one]) => {
      const { coordinator } = one;
      const document = documentsOf(find([coordinator], []), "oozie5.2").find(({ kind }) => kind === "coordinator")!;
      const xml = printXml(document.root, document.chosen.versions);
      const folder = `${root}/${submitted.length + i}-${randomBytes(2).toString("hex")}`;
      await hdfs.put(`${folder}/coordinator.xml`, xml);
      const now = Date.now() as Instant;
      const id = await oozie.submit({
        "oozie.coord.application.path": `${at.nameNode}${folder}`,
        nameNode: at.nameNode,
        resourceManager: at.resourceManager,
        release: `${at.nameNode}${root}/none`,
      });
      made[i] = { ...one, id, xml, at: now, simulation: new Simulation(coordinator, () => undefined) };
    });
    submitted.push(...made);
    return made;
  }

  /** What the server should tell, and whether it refuses the coordinator when it makes an action. */
  function expected({ simulation, nominals }: Submitted): {
    readonly facts: readonly Facts[];
    readonly refused: boolean;
  } {
    const actions = nominals.slice(0, simulation.throttle).map((nominal) => simulation.action(nominal));
    const facts = actions.map(({ nominal, reads }, i) => ({
      number: i + 1,
      nominal: formatOozieTime(nominal),
      missing: reads.flatMap(({ instances: { dataSet }, resolved }) =>
        resolved.times.map((time) => {
          const flag = dataSet.doneFlag === "" ? "" : `/${dataSet.doneFlag}`;
          return `${at.nameNode}${simulation.uri(dataSet, time)}${flag}`;
        }),
      ),
    }));
    const refused = actions.some(({ reads }) => reads.some(({ resolved }) => resolved.refused !== undefined));
    return { facts, refused };
  }

  const nominalOf = ({ nominal }: CoordinatorAction): string => formatOozieTime(nominal.getTime() as Instant);

  /** The check; a failure shows the coordinator as the server got it. */
  async function held({ id, xml, at: when }: Submitted, check: () => Promise<void>): Promise<string | undefined> {
    try {
      await check();
      return undefined;
    } catch (error) {
      return `${id}, submitted ${new Date(when).toISOString()}:\n${xml}\n${String(error)}`;
    }
  }

  function assertAllHeld(failures: readonly (string | undefined)[]): void {
    const failed = failures.filter((one) => one !== undefined);
    if (failed.length === 0) return;
    assert.fail(
      `${failed.length} of ${failures.length} coordinators differ (HOWDAH_SEED=${seed}):\n${failed.slice(0, 5).join("\n\n")}`,
    );
  }

  it(`makes the same actions of ${count} coordinators, each waiting for the same`, async () => {
    const list = fc.sample(cases(`${root}/nothing`), { numRuns: count, seed });
    const kinds = new Set(list.map(({ coordinator }) => kindOfFrequency(coordinator)));
    assert.deepEqual([...kinds].sort(), [...frequencyKinds].sort(), "a seed that leaves a kind of frequency out");
    const made = await submitAll(list);
    // That it makes no more than the throttle allows is seen when it could have.
    await sleep(twoLooks);
    const failures: (string | undefined)[] = [];
    await inParallel(made.entries(), 4, async ([i, one]) => {
      failures[i] = await held(one, async () => {
        const { facts, refused } = expected(one);
        if (refused) {
          const status = await until("its refusal", () => oozie.status(one.id), isOver, { seconds: 40 });
          return assert.equal(status, "FAILED");
        }
        const actions = await until(
          "its actions",
          () => all(oozie.actions(one.id)),
          ({ length }) => length >= facts.length,
          { seconds: 40 },
        );
        const told = actions.map((action) => ({
          number: action.number,
          nominal: nominalOf(action),
          missing: action.missing,
        }));
        assert.deepEqual(told, facts);
        assert.ok(actions.every(({ status }) => status === "WAITING"));
      });
    });
    assertAllHeld(failures);
    const refusals = made.filter((one) => expected(one).refused).length;
    assert.ok(refusals < (count * 2) / 3, `${refusals} of ${count} are refused: too few are compared`);
    const throttled = made.filter(({ simulation, nominals }) => simulation.throttle < nominals.length);
    assert.ok(throttled.length > 0, "no coordinator is held back by its throttle");
  });

  it("makes the next actions when as many no longer wait", async () => {
    const throttled = submitted.filter((one) => {
      const left = one.nominals.length - one.simulation.throttle;
      return left >= 1 && !expected({ ...one, simulation: unthrottled(one) }).refused;
    });
    assert.ok(throttled.length > 0);
    assertAllHeld(
      await Promise.all(
        throttled.slice(0, 5).map((one) =>
          held(one, async () => {
            const { throttle } = one.simulation;
            await oozie.killActions(one.id, { actions: [1] });
            const actions = await until(
              "the next action",
              () => all(oozie.actions(one.id)),
              ({ length }) => length > throttle,
              { seconds: 40 },
            );
            assert.deepEqual(
              actions.map((action) => [nominalOf(action), action.status]),
              one.nominals
                .slice(0, throttle + 1)
                .map((nominal, i) => [formatOozieTime(nominal), i === 0 ? "KILLED" : "WAITING"]),
            );
          }),
        ),
      ),
    );
  });

  it("skips the same late actions of LAST_ONLY and NONE", async () => {
    // Hundreds of actions that look for inputs each second would make the server late.
    await killAll();
    const list = fc.sample(lateCases(`${root}/nothing`, Date.now() as Instant), {
      numRuns: Math.max(8, Math.floor(count / 4)),
      seed,
    });
    const made = await submitAll(list);
    const failures: (string | undefined)[] = [];
    let skipped = 0;
    await sleep(twoLooks);
    await inParallel(made.entries(), 4, async ([i, one]) => {
      failures[i] = await held(one, async () => {
        const facts = lateFacts(one);
        skipped += facts.filter(([, status]) => status === "SKIPPED").length;
        const told = async () =>
          (await all(oozie.actions(one.id))).map((action) => [nominalOf(action), action.status] as const);
        const same = (answer: readonly (readonly [string, string])[]) => isSame(answer, facts);
        const last = await until("its actions", told, same, { seconds: 25 }).catch(told);
        assert.deepEqual(last, facts);
      });
    });
    assertAllHeld(failures);
    assert.ok(skipped > list.length, `only ${skipped} actions were to be skipped`);
  });

  /** Nothing comes of what is waited for: an action is skipped, or waits. */
  function lateFacts({ simulation, at: when }: Submitted): readonly (readonly [string, string])[] {
    // The server's second look, some seconds after the first in its quick settings, comes after five minutes here.
    const until = (when + 6 * 60_000) as Instant;
    const far = 1000 * 86_400_000;
    const outcomes = [...simulation.forecast({ submitted: when, until, defaultTimeout: 0, duration: 0, delay: far })];
    return outcomes
      .sort((a, b) => a.nominal - b.nominal)
      .map(({ nominal, outcome }) => [formatOozieTime(nominal), outcome.toUpperCase()] as const);
  }
}

function unthrottled({ coordinator }: Case): Simulation {
  return Object.assign(new Simulation(coordinator, () => undefined), { throttle: Infinity });
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function kindOfFrequency({ every }: Coordinator): string {
  return every.kind === "cron" ? "cron" : every.unit;
}
