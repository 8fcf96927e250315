import type { Random } from "./random.ts";
import { hourSeconds, isQuiet, type Hour } from "./rhythm.ts";
import { visitor, type Page, type Shop, type Visitor } from "./shop.ts";

export interface Hit {
  /** Seconds since 1970. */
  readonly time: number;
  readonly page: Page;
}

/** What a visitor does from one address without a long pause, or with one of just the length that matters. */
export interface Visit {
  readonly visitor: Visitor;
  readonly ip: string;
  readonly hits: readonly Hit[];
}

export interface VisitOptions {
  readonly shop: Shop;
  /** How many visitors there are. */
  readonly visitors: number;
  /** First hour of the generated time, and the second at which it ends; seconds since 1970. */
  readonly start: number;
  readonly end: number;
}

/** Visits that begin in an hour; they may go on through the next ones, and over midnight. */
export function* visitsOf(hour: Hour, count: number, random: Random, options: VisitOptions): Generator<Visit> {
  for (let i = 0; i < count; i++) {
    // A few come back often, most once or twice.
    const who = visitor(options.shop.seed, Math.floor(random.unit() ** 1.25 * options.visitors));
    const start = hour.start + random.below(hourSeconds);
    const hits = browse(who, start, hitCount(random), random, options);
    if (hits.length > 0) yield { visitor: who, ip: random.pickSkewed(who.ips, 1.6), hits };
    // At times the same user is on from a second address, within the first visit or beyond its end.
    if (who.ips.length > 1 && random.chance(0.4)) {
      const other = browse(who, start + random.below(900), hitCount(random), random, options);
      if (other.length > 0) yield { visitor: who, ip: random.pick(who.ips), hits: other };
    }
  }
}

/** A visit that never pauses for half an hour, for more than a day. */
export function marathon(hour: Hour, random: Random, options: VisitOptions): Visit {
  const who = visitor(options.shop.seed, random.below(options.visitors));
  const until = hour.start + random.between(25, 27) * hourSeconds;
  const hits: Hit[] = [];
  for (let time = hour.start + random.below(1800); time < until; time += random.between(120, 1750))
    hits.push({ time, page: nextPage(who, random, options.shop) });
  return { visitor: who, ip: who.ips[0]!, hits: hits.filter((hit) => isRecorded(hit.time, options)) };
}

function hitCount(random: Random): number {
  return random.chance(0.2) ? 1 : Math.min(140, 1 + Math.floor(random.logNormal(3.6, 0.95)));
}

function browse(who: Visitor, start: number, count: number, random: Random, options: VisitOptions): Hit[] {
  const hits: Hit[] = [];
  let page = entryPage(who, random, options.shop);
  for (let time = start, i = 0; i < count; i++, time += pause(random)) {
    if (isRecorded(time, options)) hits.push({ time, page });
    page = nextPage(who, random, options.shop);
  }
  return hits;
}

/** Seconds to the next hit: often none, so that rows share user, address and time. */
function pause(random: Random): number {
  if (random.chance(0.11)) return 0;
  // Exactly the idle time still continues a session, a second more does not.
  if (random.chance(0.002)) return random.pick([1800, 1801]);
  return Math.min(1790, 1 + Math.floor(random.logNormal(170, 1.25)));
}

function isRecorded(time: number, { shop, start, end }: VisitOptions): boolean {
  return time < end && !isQuiet(shop.seed, Math.floor((time - start) / hourSeconds));
}

function entryPage(who: Visitor, random: Random, shop: Shop): Page {
  return random.chance(0.35) ? shop.pages[0]! : random.pickSkewed(shop.pagesByCategory[who.favourite]!, 1.5);
}

function nextPage(who: Visitor, random: Random, shop: Shop): Page {
  const turn = random.unit();
  if (turn < 0.55) return random.pickSkewed(shop.pagesByCategory[who.favourite]!, 1.5);
  if (turn < 0.88) return random.pickSkewed(shop.pages, 1.6);
  return shop.pages[shop.pages.length - (turn < 0.96 ? 2 : 1)]!;
}
