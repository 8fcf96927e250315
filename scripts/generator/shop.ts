import { Random } from "./random.ts";

/*
 * The shop behind the data: what it sells, the pages of its site, who visits and who buys. All of it is invented. The
 * host is one that RFC 2606 keeps for examples, and addresses are private ones.
 */

export interface Product {
  readonly stockCode: string;
  readonly description: string;
  readonly category: number;
  readonly price: number;
}

export interface Page {
  readonly url: string;
  /** None for the cart, say, which is in no category. */
  readonly category: number | undefined;
}

export interface Place {
  readonly city: string;
  readonly state: string;
  readonly country: string;
}

export interface Visitor {
  /** `{GUID}` */
  readonly userId: string;
  readonly ips: readonly string[];
  readonly place: Place;
  readonly language: string;
  readonly agent: string;
  readonly screen: readonly [width: number, height: number];
  readonly favourite: number;
  /** Cells of a hit that stay the same for a visitor. */
  readonly ids: readonly [string, string];
  readonly spend: number;
}

export interface Customer {
  readonly customerId: string;
  readonly country: string;
  readonly favourite: number;
  /** What an invoice is worth relative to others: the top spenders are those of the heavy tail. */
  readonly spend: number;
}

export const categories = [
  "lamps",
  "kitchen",
  "garden",
  "paper",
  "toys",
  "textiles",
  "bath",
  "bags",
  "clocks",
  "candles",
  "tools",
  "seasonal",
] as const;

const materials = "TIN OAK FELT ENAMEL WICKER GLASS LINEN COPPER SLATE CORK PAPER WOOL".split(" ");
const motifs = "FOX OWL FERN COMET ANCHOR POPPY BADGER KITE ACORN HERON MOSS TEAPOT MAGPIE THISTLE".split(" ");
const things: readonly (readonly string[])[] = [
  ["LANTERN", "TABLE LAMP", "NIGHT LIGHT"],
  ["MUGS, SET OF 4", "COLANDER", "TEA TOWEL"],
  ["PLANT LABEL", "WATERING CAN", "BIRD FEEDER"],
  ["NOTEBOOK", "GIFT TAGS, PACK OF 12", "WRAP"],
  ["SPINNING TOP", "PUZZLE", "HAND PUPPET"],
  ["CUSHION", "THROW", "DOOR STOP"],
  ["SOAP DISH", "BATH MAT", "SPONGE"],
  ["SHOPPER", "WASH BAG", "RUCKSACK"],
  ["WALL CLOCK", "EGG TIMER", "ALARM CLOCK"],
  ["CANDLE", "TEALIGHT HOLDER", "INCENSE, BOX OF 20"],
  ["TAPE MEASURE", "TOOL ROLL", "TORCH"],
  ["GARLAND", "BAUBLE", "WREATH"],
];

/** Stock codes that are no goods; text with spaces, as tills have them. */
export const services: readonly Product[] = [
  { stockCode: "CARD FEES", description: "Card fees", category: 0, price: 12.5 },
  { stockCode: "HAND DELIVERY", description: "Delivery by hand", category: 0, price: 8 },
  { stockCode: "POST", description: "Postage", category: 0, price: 18 },
];

export interface Shop {
  readonly seed: number;
  readonly products: readonly Product[];
  readonly byCategory: readonly (readonly Product[])[];
  readonly pages: readonly Page[];
  readonly pagesByCategory: readonly (readonly Page[])[];
}

const host = "http://www.shop.example";
const pagesPerCategory = 5;

export function openShop(seed: number): Shop {
  const products = catalogue(seed);
  const pages: Page[] = [{ url: `${host}/`, category: undefined }];
  categories.forEach((name, category) => {
    for (let i = 0; i < pagesPerCategory; i++)
      pages.push({ url: i === 0 ? `${host}/${name}` : `${host}/${name}/${name.slice(0, 2)}${100 + 7 * i}`, category });
  });
  pages.push(
    { url: `${host}/basket`, category: undefined },
    { url: `${host}/help?topic=delivery`, category: undefined },
  );
  return {
    seed,
    products,
    byCategory: categories.map((_, category) => products.filter((product) => product.category === category)),
    pages,
    pagesByCategory: categories.map((_, category) => pages.filter((page) => page.category === category)),
  };
}

/** The products file's rows: url and category. */
export function productRows(shop: Shop): string[] {
  return shop.pages.flatMap(({ url, category }) => (category === undefined ? [] : [`${url}\t${categories[category]}`]));
}

function catalogue(seed: number): Product[] {
  const random = Random.of(seed, "catalogue");
  const products: Product[] = [];
  categories.forEach((_, category) => {
    for (const thing of things[category]!)
      for (const material of random.shuffle([...materials]).slice(0, 8)) {
        const code = String(60_000 + products.length * 13 + random.below(13));
        const price = priceOf(random);
        const name = `${material} ${random.pick(motifs)} ${thing}`;
        const inches = random.chance(0.12) ? ` ${random.between(3, 18)}"` : "";
        const trailing = random.chance(0.06) ? " " : "";
        products.push({ stockCode: code, description: `${name}${inches}${trailing}`, category, price });
        // Sizes have letters, and some till operators typed them small: other codes, not the same ones.
        if (random.chance(0.3)) {
          products.push({ stockCode: `${code}A`, description: `${name} SMALL`, category, price: priceOf(random) });
          if (random.chance(0.5))
            products.push({ stockCode: `${code}a`, description: `${name} small`, category, price: priceOf(random) });
        }
      }
  });
  return products;
}

/** Two decimals, sometimes none or one, rarely three. */
function priceOf(random: Random): number {
  const price = Math.min(400, Math.max(0.19, random.logNormal(2.6, 0.8)));
  if (random.chance(0.02)) return Math.round(price * 1000) / 1000;
  return random.chance(0.6)
    ? Math.floor(price) + random.pick([0.25, 0.45, 0.65, 0.85, 0.95])
    : Math.round(price * 100) / 100;
}

const places: readonly Place[] = [
  ["northwick", "no", "usa"],
  ["port amber", "pa", "usa"],
  ["lakemont", "la", "usa"],
  ["elmhurst bay", "el", "usa"],
  ["stonefield", "st", "usa"],
  ["juniper falls", "ju", "usa"],
  ["westmere", "we", "usa"],
  ["harrow creek", "ha", "usa"],
  ["saint odile", "qc", "can"],
  ["maple rapids", "on", "can"],
  ["casa verde", "cv", "mex"],
  ["newbridge", "nb", "gbr"],
  ["alder point", "al", "usa"],
  ["cold spring", "cs", "usa"],
  ["red mesa", "rm", "usa"],
  ["silverton", "si", "usa"],
].map(([city = "", state = "", country = ""]) => ({ city, state, country }));
const nowhere: Place = { city: "", state: "", country: "usa" };

const languages = ["en-us", "en-us,en;q=0.5", "en-US", "en-gb", "fr-ca", "es-mx"];
const agents = [
  "Mozilla/5.0 (compatible; Larkspur/4.2; Desk)",
  "Mozilla/5.0 (compatible; Larkspur/4.1; Desk) Quill/11",
  "Mozilla/5.0 (compatible; Bramble/9.0; Tablet)",
  "Mozilla/5.0 (compatible; Bramble/8.6; Phone) Quill/10",
  "Mozilla/5.0 (compatible; Osprey/17.3; Desk) Wren/2",
];
const screens = [
  [1280, 800],
  [1366, 768],
  [1920, 1080],
  [1024, 768],
  [320, 480],
  [0, 0],
] as const;

/** The visitor of a number, the same whenever it is asked for. */
export function visitor(seed: number, number: number): Visitor {
  const random = Random.of(seed, "visitor", number);
  const guid = random
    .hex(32)
    .toUpperCase()
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "{$1-$2-$3-$4-$5}");
  const several = random.unit();
  const ips = Array.from({ length: several < 0.91 ? 1 : several < 0.97 ? 2 : random.between(3, 5) }, () =>
    ipOf(random),
  );
  return {
    userId: guid,
    ips,
    place: random.chance(0.02) ? nowhere : random.pickSkewed(places, 1.7),
    language: random.pickSkewed(languages, 1.8),
    agent: random.pick(agents),
    screen: random.pick(screens),
    favourite: random.below(categories.length),
    ids: [bigNumber(random), bigNumber(random)],
    spend: random.pareto(1.5),
  };
}

function ipOf(random: Random): string {
  return `10.${random.below(256)}.${random.below(256)}.${random.between(1, 254)}`;
}

function bigNumber(random: Random): string {
  return `${random.between(1, 4)}${String(random.below(1e9)).padStart(9, "0")}${String(random.below(1e9)).padStart(9, "0")}`;
}

const countries = [
  "United Kingdom",
  "Germany",
  "France",
  "Norway",
  "Portugal",
  "Belgium",
  "Iceland",
  "Channel Islands",
];

/** The customer of a number: an id of digits, as tills give them. */
export function customer(seed: number, number: number): Customer {
  const random = Random.of(seed, "customer", number);
  return { customerId: String(20_001 + number), ...habits(random), spend: random.pareto(1.5) };
}

/** A visitor as a customer: the shop knows who buys, by the id of its web logs. */
export function customerOf(seed: number, { userId, favourite, spend }: Visitor): Customer {
  return { customerId: userId, country: habits(Random.of(seed, "country", userId)).country, favourite, spend };
}

function habits(random: Random): { country: string; favourite: number } {
  return {
    country: random.chance(0.91) ? countries[0]! : random.pickSkewed(countries.slice(1), 1.4),
    favourite: random.below(categories.length),
  };
}
