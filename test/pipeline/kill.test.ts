import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatTimeBy } from "#src/core/time.js";
import type { Project } from "#src/project/load.js";
import { startCommand } from "../support/command.ts";
import {
  flagsOf,
  identitiesOf,
  loadOwnProject,
  projectRoot,
  recordsOf,
  rowsOf,
  runOn,
  withFolder,
  type Place,
  type Rows,
} from "../support/project.ts";
import { hours, instant, landAll } from "./six-hours.ts";

const kills = Math.ceil(50 * Number(process.env["HOWDAH_RUNS"] ?? "1"));
const seed = Number(process.env["HOWDAH_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Numbers from 0 to 1 (mulberry32), so that a failure's seed gives its moments again. */
function randomNumbers(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A way to run, and what it leaves when nobody disturbs it. */
interface Kind {
  readonly name: string;
  readonly args: readonly string[];
  readonly given: Readonly<Record<string, string>>;
  readonly asRange: boolean;
  /** The folder that it starts from. */
  readonly from: string;
  readonly expected: Left;
  /** How long it works, from its first trace in the folder, in ms. */
  readonly length: number;
}

interface Left {
  readonly rows: Rows;
  readonly identities: ReturnType<typeof identitiesOf>;
  readonly flags: readonly string[];
  /** What was in the making. */
  readonly work: readonly string[];
}

async function leftIn(place: Place): Promise<Left> {
  const work = readdirSync(join(place.folder, "_howdah", "work"));
  return { rows: await rowsOf(place), identities: identitiesOf(place.folder), flags: flagsOf(place.folder), work };
}

/** Starts a run, and waits until it has begun to work on the folder or has ended. */
async function startWork(folder: string, args: readonly string[]): Promise<ReturnType<typeof startCommand>> {
  const logs = join(folder, "_howdah", "logs");
  const before = existsSync(logs) ? readdirSync(logs).length : 0;
  const started = startCommand(["run", "marketing", "--data", folder, ...args], projectRoot);
  while (started.child.exitCode === null && (existsSync(logs) ? readdirSync(logs).length : 0) === before)
    await sleep(2);
  return started;
}

/** Whoever sees a flag that somebody waits for sees the rows of the whole unit, of one run; files are behind every flag. */
function checkMoment({ jobs, awaited }: Project, folder: string): void {
  const records = recordsOf(folder);
  const flags = new Set(flagsOf(folder));
  for (const flag of flags) {
    const path = flag.slice(0, -"/_SUCCESS".length);
    const record = records.get(path);
    assert.ok(record !== undefined, `${path} has a flag and no record`);
    for (const { name } of record.run.files)
      assert.ok(existsSync(join(folder, path, name)), `${path}/${name} is not there`);
  }
  for (const { job } of jobs.values())
    for (const hour of hours) {
      const partition = `date_ts=${formatTimeBy(job.key, instant(hour))}`;
      const paths = job.writes.map(({ table }) => `${table.database.name}/${table.name}/${partition}`);
      const isSeen = job.writes.some(({ name }, i) => awaited.has(name) && flags.has(`${paths[i]!}/_SUCCESS`));
      if (!isSeen) continue;
      const units = paths.map((path, i) => {
        // Several flags are waited for, and they come one by one: one of them may be missing yet, its rows may not.
        const mayLack = awaited.has(job.writes[i]!.name);
        assert.ok(mayLack || flags.has(`${path}/_SUCCESS`), `${path} has no flag although somebody may read it`);
        const { job: hash, parameters, inputs } = records.get(path)!.identity;
        return JSON.stringify({ hash, parameters, inputs });
      });
      assert.equal(new Set(units).size, 1, `${job.name} ${partition} is mixed: ${[...new Set(units)].join(" and ")}`);
    }
}

describe("a run that is killed", () => {
  let temporary: string;
  const kinds: Kind[] = [];

  before("run each way undisturbed", async function () {
    this.timeout(120_000);
    const project = await loadOwnProject();
    temporary = mkdtempSync(join(tmpdir(), "howdah-test-"));
    const [landed, built] = [join(temporary, "landed"), join(temporary, "built")];
    landAll(join(landed, "landing"));
    cpSync(landed, built, { recursive: true });
    await runOn({ project, folder: built });
    const ways = [
      { name: "new, hour by hour", from: landed, asRange: false, given: {} },
      { name: "new, as a range", from: landed, asRange: true, given: {} },
      {
        name: "again, hour by hour",
        from: built,
        asRange: false,
        given: { max_idle_seconds: "1700", min_rejects: "11" },
      },
      { name: "again, as a range", from: built, asRange: true, given: { max_idle_seconds: "1700", min_rejects: "11" } },
    ];
    for (const way of ways) {
      const given = Object.entries(way.given).flatMap(([name, value]) => ["-D", `${name}=${value}`]);
      const args = [...given, ...(way.asRange ? ["--as-range"] : [])];
      const folder = join(temporary, "undisturbed");
      cpSync(way.from, folder, { recursive: true });
      const { ended } = await startWork(folder, args);
      const began = performance.now();
      assert.equal((await ended).code, 0);
      const length = performance.now() - began;
      const expected = await leftIn({ project, folder, given: way.given });
      rmSync(folder, { recursive: true });
      kinds.push({ ...way, args, expected, length });
    }
    const [new0, new1, again0, again1] = kinds.map(({ expected }) => expected);
    assert.deepEqual([new1, again1], [new0, again0]);
    assert.notDeepEqual(new0, again0);
  });
  after(() => rmSync(temporary, { recursive: true, force: true }));

  it(`ends with the same rows and records when it is started again (${kills} kills)`, async function () {
    this.timeout(kills * 20_000);
    const project = await loadOwnProject();
    const random = randomNumbers(seed);
    const moments = Array.from({ length: kills }, (_, i) => {
      const kind = kinds[i % kinds.length]!;
      const [place, places] = [Math.floor(i / kinds.length), Math.ceil(kills / kinds.length)];
      return { kind, share: (place + random()) / places };
    });
    // How long a run of each kind takes now: the machine may have had other work when it was measured.
    const lengths = new Map(kinds.map((kind) => [kind, kind.length]));
    let killed = 0;
    const killOne = async ({ kind, share }: (typeof moments)[number]): Promise<void> =>
      withFolder(async (temporaryFolder) => {
        const folder = join(temporaryFolder, "data");
        cpSync(kind.from, folder, { recursive: true });
        const after = lengths.get(kind)! * share;
        const { child, ended } = await startWork(folder, kind.args);
        const began = performance.now();
        await Promise.race([ended, sleep(after)]);
        const took = performance.now() - began;
        child.kill("SIGKILL");
        if ((await ended).signal === "SIGKILL") killed += 1;
        else lengths.set(kind, Math.min(lengths.get(kind)!, took));
        try {
          checkMoment(project, folder);
          const place = { project, folder, given: kind.given };
          const { actions } = await runOn(place, { asRange: kind.asRange });
          assert.deepEqual(
            actions.filter(({ status }) => status === "failed"),
            [],
          );
          assert.deepEqual(await leftIn(place), kind.expected);
        } catch (error) {
          throw new Error(
            `${kind.name}, killed after ${after.toFixed(1)} ms of ${(after / share).toFixed(1)} (HOWDAH_SEED=${seed})`,
            {
              cause: error,
            },
          );
        }
      });
    // Two at a time: while one waits for its moment, the other is compared.
    const work = async (): Promise<void> => {
      for (let next = moments.shift(); next !== undefined; next = moments.shift()) await killOne(next);
    };
    await Promise.all([work(), work()]);
    assert.ok(killed > kills / 2, `only ${killed} of ${kills} runs were still going when they were killed`);
  });
});
