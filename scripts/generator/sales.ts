import type { Random } from "./random.ts";
import { services, type Customer, type Product, type Shop } from "./shop.ts";

export const salesHeader = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";

/** A purchase to be written: who (undefined: the till does not know), and when in seconds since 1970. */
export interface Purchase {
  readonly customer: Customer | undefined;
  readonly time: number;
}

/** Writes the lines of invoices, in the order in which they are numbered. */
export class Till {
  readonly #shop: Shop;
  readonly #shiftSeconds: number;
  #number = 700_001;
  #negativePrices = 0;

  /** Dates are written `shiftDays` earlier. */
  constructor(shop: Shop, shiftDays: number) {
    this.#shop = shop;
    this.#shiftSeconds = shiftDays * 86_400;
  }

  /** An invoice of the kinds that a shop has: mostly sales, some cancellations, some that are neither. */
  invoice({ customer, time }: Purchase, late: boolean, random: Random): string[] {
    const kind = random.unit();
    const number = this.#number++;
    if (kind < 0.06) return [this.#writeOff(number, time, random)];
    if (kind < 0.16) return this.#basket(`C${number}`, -1, customer, time, late, random).slice(0, random.between(1, 6));
    return this.#basket(String(number), 1, customer, time, late, random);
  }

  /** A correction of the books. The first two of a shop are negative. */
  adjustment(time: number, random: Random): string {
    const amount = random.between(100, 9999) + 0.06;
    const price = this.#negativePrices++ < 2 ? -amount : amount;
    return this.#line(`A${this.#number++}`, "B", "Correct the ledger", 1, time, price, undefined);
  }

  #basket(
    number: string,
    sign: 1 | -1,
    customer: Customer | undefined,
    time: number,
    late: boolean,
    random: Random,
  ): string[] {
    const spend = customer?.spend ?? 2;
    const count = Math.min(500, 1 + Math.floor(random.logNormal(customer === undefined ? 21 : 12, 1.05)));
    const lines = Array.from({ length: count }, () => {
      const { stockCode, description, price } = this.#product(customer, random);
      const quantity = sign * Math.min(5000, Math.max(1, Math.round(random.logNormal(3, 1) * spend)));
      return this.#line(number, stockCode, description, quantity, time, price, customer);
    });
    // The same line twice is two lines: somebody scanned the article again.
    if (random.chance(0.05)) lines.push(lines[0]!);
    if (late && random.chance(0.1))
      lines.push(this.#line(number, "VOUCHER 10", "GIFT VOUCHER £10.00", sign, time, 8.333, customer));
    return lines;
  }

  #product(customer: Customer | undefined, random: Random): Product {
    if (random.chance(0.006)) return random.pick(services);
    const own = customer !== undefined && random.chance(0.6) ? this.#shop.byCategory[customer.favourite] : undefined;
    return random.pickSkewed(own ?? this.#shop.products, 1.4);
  }

  /** Goods that went without a sale; often nobody wrote down why. */
  #writeOff(number: number, time: number, random: Random): string {
    const { stockCode } = random.pick(this.#shop.products);
    const why = random.chance(0.6) ? "" : random.pick(["damaged", "lost, found?", 'wrong label "B"', "?"]);
    return this.#line(
      String(number),
      stockCode,
      why,
      random.chance(0.7) ? -random.between(1, 90) : 3,
      time,
      0,
      undefined,
    );
  }

  #line(
    number: string,
    stockCode: string,
    description: string,
    quantity: number,
    time: number,
    price: number,
    customer: Customer | undefined,
  ): string {
    const date = new Date((time - this.#shiftSeconds) * 1000);
    const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
    const minute = String(date.getUTCMinutes()).padStart(2, "0");
    return [
      number,
      stockCode,
      quoted(description),
      quantity,
      `${day} ${date.getUTCHours()}:${minute}`,
      // Never an exponent, and no more than the three places that prices have.
      String(Math.round(price * 1000) / 1000),
      customer?.customerId ?? "",
      customer?.country ?? "United Kingdom",
    ].join(",");
  }
}

/** RFC 4180: quotes only where they are needed, those within doubled. */
function quoted(text: string): string {
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
