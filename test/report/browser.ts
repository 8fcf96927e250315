import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { skip } from "../support/skip.js";

/** A Chromium of this machine, by the name that CHROMIUM gives or the usual ones. Nothing is downloaded. */
function chromiumFile(): string | undefined {
  const given = process.env["CHROMIUM"];
  if (given !== undefined && given !== "") return given;
  const folders = (process.env["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

export interface Look {
  readonly width?: number;
  readonly dark?: boolean;
}

/** A page that was opened, and what it asked for or complained of. */
export interface Opened {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly complaints: readonly string[];
}

/** Opens files in a headless Chromium; a suite that has none skips with the reason. */
export function browserForSuite(): (file: string, hash?: string, look?: Look) => Promise<Opened> {
  let browser: Browser | undefined;
  const pages: Page[] = [];
  before(async function () {
    const executablePath = chromiumFile();
    if (executablePath === undefined) return skip(this, "there is no Chromium on this machine; CHROMIUM may name one");
    // Chromium's own sandbox does not start for root.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    browser = await chromium.launch({ executablePath, args });
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
  });
  after(() => browser?.close());
  return async (file, hash = "", { width = 1280, dark = false } = {}) => {
    const page = await browser!.newPage({ viewport: { width, height: 900 }, colorScheme: dark ? "dark" : "light" });
    pages.push(page);
    const [requests, complaints]: [string[], string[]] = [[], []];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`file://${file}${hash}`);
    return { page, requests, complaints };
  };
}
