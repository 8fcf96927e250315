import assert from "node:assert/strict";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { writePage } from "#src/report/write.js";
import type { ReportFacts } from "#src/report/facts.js";
import { freshFolders } from "../support/folders.js";
import { browserForSuite, type Look, type Opened } from "./browser.js";
import { barsOf, daily, drawing, factsWith, hourly } from "./madefacts.js";

/** The page as a browser shows it. */
describe("report: the page in Chromium", () => {
  const open = browserForSuite();
  const folder = freshFolders();

  function shown(facts: ReportFacts, hash?: string, look?: Look): Promise<Opened> {
    const file = join(folder(), "report.html");
    writePage(facts, drawing, file);
    return open(file, hash, look);
  }

  /** Two and a half weeks of two hourly and one daily data set; one hour of the last day failed. */
  const weeks = factsWith([
    hourly("readings", 361, (i) =>
      i === 350
        ? { state: "failed", error: { message: "41 of 50 lines of lines were rejected", next: "howdah query …" } }
        : { state: i % 5 === 0 ? "empty" : "done", rows: i % 5 === 0 ? 0 : i, bytes: 2048, files: 1, seconds: 0.25 },
    ),
    hourly("totals", 361, (i) =>
      i > 350 ? { state: "missing", waits: ["house/totals/date_ts=20120315_14/_SUCCESS"] } : { state: "done", rows: 3 },
    ),
    daily("alarms", 15),
  ]);

  const focused = (page: Page): Promise<string | null> =>
    page.evaluate("document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? null");

  it("shows the newest fifteen days, and says of each cell in words how it stands", async () => {
    const { page, complaints } = await shown(weeks);
    const grid = page.getByRole("grid", { name: "Hours by data set, 2012-03-02 to 2012-03-16" });
    assert.deepEqual(await grid.getByRole("rowheader").allInnerTexts(), [
      "readings\ncollect",
      "totals\ncollect",
      "alarms\ncount",
    ]);
    assert.equal(await grid.getByRole("columnheader").count(), 16);
    const cell = grid.getByRole("gridcell", { name: "readings, 2012-03-15: 24: 1 failed, 3 empty, 20 done" });
    assert.equal(await cell.innerText(), "✕ 1");
    assert.equal(
      await grid.getByRole("gridcell", { name: "totals, 2012-03-15: 24: 9 missing, 15 done" }).innerText(),
      "– 9",
    );
    assert.equal(await grid.getByRole("gridcell", { name: "alarms, 2012-03-14: done" }).innerText(), "✓");
    assert.equal(await grid.getByRole("gridcell", { name: "alarms, 2012-03-16: none" }).innerText(), "");
    assert.deepEqual(complaints, []);
  });

  it("is used with keys alone: arrows, Enter, Escape, zoom and pages, and one cell alone is in the order of tabs", async () => {
    const { page } = await shown(weeks);
    const press = async (...keys: string[]): Promise<string | null> => {
      for (const key of keys) await page.keyboard.press(key);
      return focused(page);
    };
    assert.equal(await page.locator('[role=gridcell][tabindex="0"]').count(), 1);
    await page.locator('[role=gridcell][tabindex="0"]').focus();
    assert.match((await focused(page))!, /^readings, 2012-03-16/);
    assert.match((await press("ArrowLeft"))!, /^readings, 2012-03-15/);
    assert.match((await press("ArrowDown"))!, /^totals, 2012-03-15/);
    assert.match((await press("ArrowUp", "ArrowUp"))!, /^readings, 2012-03-15/);
    assert.equal(await press("Enter"), "readings, 2012-03-15");
    const details = page.getByRole("complementary", { name: "readings, 2012-03-15" });
    assert.match(await details.innerText(), /1 failed[^]*2012-03-15 14:00 failed: 41 of 50 lines/);
    assert.match((await press("Escape"))!, /^readings, 2012-03-15/);
    assert.equal(await details.count(), 0);

    assert.equal(await press("+"), "readings, 2012-03-15 00:00: done, 336 rows");
    assert.match(page.url(), /#zoom=day&at=2012-03-15T00:00Z&row=readings$/);
    assert.match((await press("End"))!, /^readings, 2012-03-15 23:00/);
    assert.match((await press("ArrowRight"))!, /^readings, 2012-03-16 00:00/);
    assert.match((await press("PageUp", "Home"))!, /^readings, 2012-03-15 00:00/);
    assert.equal(await press("+"), "readings, State: done");
    assert.equal(await press("ArrowRight"), "readings, Rows: 336");
    assert.equal(await press("-", "-"), "readings, 2012-03-15: 24: 1 failed, 3 empty, 20 done");
    assert.equal(await press("Home", "ArrowLeft"), "readings, 2012-03-01: 24: 5 empty, 19 done");
    assert.equal(await page.locator("#view").innerText(), "2012-03-01 to 2012-03-15");
  });

  it("moves over a day that spans its hours as over one cell", async () => {
    const { page } = await shown(weeks, "#zoom=day&at=2012-03-05T07:00Z&row=alarms");
    await page.locator('[role=gridcell][tabindex="0"]').focus();
    assert.equal(await focused(page), "alarms, 2012-03-05 00:00: done");
    await page.keyboard.press("ArrowRight");
    assert.equal(await focused(page), "alarms, 2012-03-06 00:00: done");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await focused(page), "alarms, 2012-03-05 00:00: done");
  });

  it("opens where the address says, with what an hour waits for and why it failed", async () => {
    const { page } = await shown(weeks, "#zoom=day&at=2012-03-15T15:00Z&row=totals&open");
    assert.match(
      await page.getByRole("complementary").innerText(),
      /totals, 2012-03-15 15:00[^]*missing – nothing is there[^]*Waits for\s+house\/totals\/date_ts=20120315_14\/_SUCCESS/,
    );
    await page.evaluate("location.hash = '#zoom=hour&at=2012-03-15T14:00Z&row=readings'");
    const row = page
      .getByRole("grid", { name: /^One hour by data set, 2012-03-15 14:00/ })
      .getByRole("row")
      .nth(1);
    assert.match(await row.innerText(), /readings\s+collect\s+✕\s*failed[^]*41 of 50 lines of lines were rejected/);
  });

  it("passes over an address that makes no sense", async () => {
    const { page, complaints } = await shown(weeks, "#zoom=year&at=never&row=nobody");
    assert.equal(await page.locator("#view").innerText(), "2012-03-02 to 2012-03-16");
    assert.deepEqual(complaints, []);
  });

  it("opens a cell by a click, and closes it by a button", async () => {
    const { page } = await shown(weeks);
    await page.getByRole("gridcell", { name: /^totals, 2012-03-15/ }).click();
    const details = page.getByRole("complementary", { name: "totals, 2012-03-15" });
    await details.getByRole("button", { name: "Zoom in" }).click();
    await page.getByRole("gridcell", { name: "totals, 2012-03-15 23:00: missing" }).click();
    await page.getByRole("button", { name: "Close" }).click();
    assert.equal(await page.getByRole("complementary").count(), 0);
  });

  it("asks for nothing but itself, and can reach nothing else", async () => {
    const { page, requests } = await shown(weeks);
    assert.deepEqual(requests, [page.url().replace(/#.*/, "")]);
    const reached = await page.evaluate(`new Promise((resolve) => {
      const image = new Image();
      document.addEventListener("securitypolicyviolation", (event) => resolve(event.violatedDirective));
      image.onload = () => resolve("loaded");
      image.src = "http://127.0.0.1:9/picture.png";
    })`);
    assert.equal(reached, "img-src");
  });

  it("shows what looks like markup as text, wherever it stands", async () => {
    const evil = `</script><script>document.title="broken"</script><img src=x onerror="document.title='broken'">'"&`;
    const { page, complaints } = await shown(
      factsWith(
        [
          {
            ...hourly(evil, 2, () => ({
              state: "failed",
              error: { message: evil, where: evil, next: evil },
              why: [evil],
              waits: [evil],
            })),
            describe: evil,
            table: evil,
            job: evil,
          },
        ],
        {
          title: `${evil}title`,
          folder: evil,
          notices: [evil],
          atWork: [evil],
          values: [{ name: evil, value: evil, origin: evil }],
          lineage: [{ job: evil, coordinators: [evil], reads: [evil], writes: [evil] }],
          insights: [
            barsOf([[evil, 1]], { title: evil, describe: evil }),
            barsOf([[evil, 2, evil]], {
              columns: ["x", "value", "series"],
              plot: { kind: "stacked", x: "x", value: "value", series: "series", format: "number", beside: undefined },
            }),
            barsOf([], { error: { message: evil, where: evil, next: evil } }),
          ],
        },
      ),
      "#zoom=day&at=2012-03-01T01:00Z&open",
    );
    assert.equal(await page.title(), `${evil}title`);
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.locator("script").count(), 2);
    assert.ok((await page.getByRole("complementary").innerText()).includes(evil));
    assert.deepEqual(complaints, []);
  });

  it("draws insights with a name for screen readers, and has their rows as tables", async () => {
    const stacked = barsOf(
      [
        ["d1", "a", "10.50"],
        ["d1", null, 4],
        ["d2", "a", 2],
      ],
      {
        title: "By day",
        columns: ["day", "sensor", "value"],
        plot: { kind: "stacked", x: "day", value: "value", series: "sensor", format: "number", beside: undefined },
      },
    );
    const { page } = await shown(
      factsWith([hourly("readings", 1)], {
        insights: [
          barsOf([
            ["north", 60],
            ["south", null],
          ]),
          stacked,
          barsOf([], { title: "Broken", error: { message: "no table" } }),
          barsOf([], { title: "Nothing" }),
        ],
      }),
    );
    const bars = page.getByRole("img", {
      name: /^Bar chart: Highest readings\. highest by sensor, 2 of 2 rows; first north: 60/,
    });
    assert.equal(await bars.locator("rect.s0").first().getAttribute("width"), "100%");
    assert.equal(await bars.locator("rect.s0").nth(1).getAttribute("width"), "0%");
    const columns = page.getByRole("img", { name: /^Stacked columns: By day\..* the highest is d1 with 14\.5\./ });
    assert.deepEqual(await columns.locator(".area title").allTextContents(), [
      "d1, sensor a: 10.5",
      "d1, sensor (none): 4",
      "d2, sensor a: 2",
    ]);
    await page.getByText("Show as table (3 rows)").click();
    assert.equal(await page.getByRole("cell", { name: "10.50" }).innerText(), "10.50");
    assert.equal(await page.getByText("No answer: no table").count(), 1);
    assert.equal(await page.getByText("The query highest found no rows.").count(), 1);
  });

  it("has dark and light colours, by the system or by the button", async () => {
    const background = (page: Page): Promise<string> =>
      page.evaluate("getComputedStyle(document.body).backgroundColor");
    const { page } = await shown(weeks, "", { dark: true });
    assert.equal(await background(page), "rgb(20, 23, 28)");
    const change = page.getByRole("button", { name: /^Colours/ });
    await change.click();
    assert.equal(await change.innerText(), "Colours: light");
    assert.equal(await background(page), "rgb(255, 255, 255)");
  });

  for (const zoom of ["days", "day", "hour"])
    it(`needs no scrolling sideways at 400 pixels, zoomed to ${zoom}`, async () => {
      const long = "a".repeat(200);
      const facts = { ...weeks, folder: `/${long}`, insights: [barsOf([[long, 3]], { describe: long })] };
      const { page } = await shown(facts, `#zoom=${zoom}&at=2012-03-15T14:00Z&row=readings&open`, { width: 400 });
      const [whole, seen] = await page.evaluate<readonly number[]>(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
      );
      assert.equal(whole, seen);
      const box = (await page.getByRole("complementary").boundingBox())!;
      assert.ok(box.x >= 0 && box.x + box.width <= 400, `the details reach from ${box.x} to ${box.x + box.width}`);
    });
});
