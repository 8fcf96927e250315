import type { CoordinatorAction } from "../../connect/oozie/index.ts";
import { formatOozieTime, type Instant } from "../../core/time.ts";
import type { DataSet } from "../../oozie/dataset.ts";
import { choiceText } from "../../oozie/resolve.ts";
import type { SimulatedEvent } from "../../oozie/simulate.ts";
import type { Cluster } from "../../project/cluster.ts";
import { instantOf, type Instance, type Planned } from "../planned.ts";
import { probeAll, signUri, type Presence, type Sign } from "../probe.ts";
import type { InputNow, InstanceNow } from "./explanation.ts";

/** Instances that `latest` and `future` have asked for in one go, and altogether. */
const lookAhead = 64;
const lookedAtMost = 2048;

/** Presences by URI, so that what two inputs share is asked for once. */
export class Eyes {
  readonly #cluster: Cluster;
  readonly #signal: AbortSignal | undefined;
  readonly #known = new Map<string, Presence>();

  constructor(cluster: Cluster, signal: AbortSignal | undefined) {
    this.#cluster = cluster;
    this.#signal = signal;
  }

  async look(signs: readonly Sign[]): Promise<readonly Presence[]> {
    const wanted = [...new Map(signs.map((sign) => [signUri(sign), sign])).values()];
    const fresh = wanted.filter((sign) => !this.#known.has(signUri(sign)));
    const { hdfs, target, user } = this.#cluster;
    const found = await probeAll(hdfs, { nameNode: target.nameNode, user }, fresh, this.#signal);
    fresh.forEach((sign, i) => this.#known.set(signUri(sign), found[i]!));
    return signs.map((sign) => this.#known.get(signUri(sign))!);
  }

  known(sign: Sign): Presence | undefined {
    return this.#known.get(signUri(sign));
  }
}

/** An input as it stands, and the instances of it that are missing, for whoever asks who makes them. */
export interface LookedAt {
  readonly input: InputNow;
  readonly missing: readonly { readonly index: number; readonly instance: Instance }[];
}

/** Looks at everything that an action reads, all at once. */
export async function lookAtInputs(
  { simulation }: Planned,
  nominal: Instant,
  action: CoordinatorAction | undefined,
  eyes: Eyes,
  nameNode: string,
): Promise<readonly LookedAt[]> {
  const sign = (dataSet: DataSet, time: Instant): Sign => {
    const uri = simulation.uri(dataSet, time);
    return { folder: uri.startsWith("/") ? `${nameNode}${uri}` : uri, flag: dataSet.doneFlag };
  };
  const { reads, looked } = await resolved();
  const times = reads.flatMap(({ instances: { dataSet }, resolved }) =>
    resolved.times.map((time) => sign(dataSet, time)),
  );
  await eyes.look(times);
  return reads.map((event) => {
    const { dataSet } = event.instances;
    const instances = event.resolved.times.map((time): InstanceNow => {
      const at = sign(dataSet, time);
      return { time: formatOozieTime(time), uri: signUri(at), presence: eyes.known(at)!, maker: undefined };
    });
    const missing = event.resolved.times.flatMap((time, index) =>
      instances[index]!.presence.is === "there" ? [] : [{ index, instance: { dataSet, time } }],
    );
    const input = {
      name: event.name,
      dataSet: dataSet.name,
      choice: choiceText(event.instances),
      instances,
      dropped: event.resolved.dropped.map(formatOozieTime),
      resolution: resolutionOf(event, looked),
      resolved: event.resolved.unresolved === undefined && event.resolved.refused === undefined,
    };
    return { input, missing };
  });

  /** What `latest` and `future` take depends on what is there, which is asked for as far as they go. */
  async function resolved(): Promise<{ reads: readonly SimulatedEvent[]; looked: number }> {
    const created = action?.created;
    for (let looked = 0; ;) {
      const asked: Sign[] = [];
      const has = (dataSet: DataSet, time: Instant): boolean => {
        const at = sign(dataSet, time);
        const known = eyes.known(at);
        if (known !== undefined) return known.is === "there";
        if (looked + asked.length >= lookedAtMost) return false;
        asked.push(at);
        // Enough for now: as if they were there, so that the search ends.
        return asked.length >= lookAhead;
      };
      const { reads } = simulation.action(nominal, created === undefined ? { has } : { has, now: instantOf(created) });
      if (asked.length === 0) return { reads, looked };
      await eyes.look(asked);
      looked += asked.length;
    }
  }
}

function resolutionOf({ instances, resolved, first }: SimulatedEvent, looked: number): string | undefined {
  if (resolved.refused !== undefined) return resolved.refused;
  if (instances.is !== "latest" && instances.is !== "future") return undefined;
  if (resolved.unresolved === undefined)
    return `${instances.is} takes ${resolved.times.map(formatOozieTime).join(", ")}, by what is there now`;
  const from = instances.is === "latest" ? "from now back" : "from its nominal time on";
  return `not so many instances are there: ${looked} were looked at, ${from}; the first one is that of ${formatOozieTime(first)}`;
}
