// The walk of a visitor in Firefox, by WebDriver BiDi: node walk.mjs FIREFOX ADDRESS PICTURE
// Each step says its name once it holds; what goes wrong ends the walk, and so does any error that
// the page's console tells.
import assert from "node:assert/strict";
import { launch } from "puppeteer-core";

const [executablePath, address, picture] = process.argv.slice(2);
const browser = await launch({ browser: "firefox", executablePath, headless: true });
const faults = [];

/** Wait until a function of the page, given these arguments, says yes. */
const until = (page, says, ...given) => page.waitForFunction(says, { timeout: 60_000 }, ...given);
const linkHas = (page, part) => until(page, (part) => location.search.includes(part), part);
/** Wait until the page is the link's: what comes then is a step of its own, for Undo. */
const rests = (page) =>
  until(page, () => JSON.parse(document.getElementById("facts").textContent).query === location.search.slice(1));
const middle = async (page, selector) => {
  const place = await page.waitForSelector(selector, { visible: true });
  await place.evaluate((element) => element.scrollIntoView({ block: "center", behavior: "instant" }));
  const { x, y, width, height } = await place.boundingBox();
  return { x: x + width / 2, y: y + height / 2 };
};
const press = async (page, selector) => {
  const { x, y } = await middle(page, selector);
  await page.mouse.click(x, y);
};
const FIRST = "mc-kernel[data-q='0'] input";
const STEPS = {
  async load(page) {
    await page.setViewport({ width: 1440, height: 900 });
    await page.goto(`${address}/?size=64`);
    await page.waitForSelector("html.js");
    await until(page, () => [...document.querySelectorAll(".samples img")].every((image) => image.naturalWidth));
  },
  async type(page) {
    await press(page, FIRST);
    await page.$eval(FIRST, (field) => field.select());
    await page.keyboard.type("0.5");
    await linkHas(page, "w.0.0=0.5,");
    await until(page, () => document.querySelector(".output mc-map canvas"));
    await rests(page);
  },
  async drag(page) {
    const { x, y } = await middle(page, "mc-kernel[data-q='1'] input");
    const before = await page.evaluate(() => location.search);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 50, y, { steps: 5 });
    await page.mouse.up();
    await until(page, (before) => location.search !== before && location.search.includes("w.1.0="), before);
    await rests(page);
  },
  async pin(page) {
    await press(page, ".output mc-map");
    await linkHas(page, "i=32&j=32");
    await rests(page);
  },
  async step(page) {
    await press(page, "#steps summary");
    await press(page, "#steps .step");
    await until(page, () => document.querySelector("#result canvas[data-step]"));
    await press(page, "#steps [data-go=step]");
    await linkHas(page, "i=0&j=0");
    await rests(page);
    await press(page, "#steps summary");
    await until(page, () => !document.querySelector("canvas[data-step]"));
  },
  async undo(page) {
    const back = async (part) => {
      await press(page, "[data-undo='-1']");
      await until(page, (part) => !location.search.includes(part), part);
    };
    await back("i=0&j=0"); // where the window had stepped to
    await back("i=");
    await back("w.1.0=");
    await linkHas(page, "w.0.0=0.5,");
  },
  async share(page) {
    await press(page, "[popovertarget=share]");
    await press(page, "#share [data-copies=link]");
    await until(page, () => document.getElementById("copied").textContent);
    assert.equal(await page.$eval("#link", (field) => field.value), page.url());
    await page.keyboard.press("Escape");
    await until(page, () => !document.querySelector("#share:popover-open"));
  },
  async upload(page) {
    await press(page, "[popovertarget=own]");
    await (await page.$("#image")).uploadFile(picture);
    await until(page, () => /image=[0-9a-f]{64}/.test(location.search));
    await linkHas(page, "w.0.0=0.5,");
    await until(page, () => document.querySelector(".samples [aria-current] img")?.naturalWidth);
  },
  async deep(page) {
    await page.goto(`${address}/?network=faces&size=200`);
    await page.waitForSelector("html.js");
    const way = ".layer-row.wide a[data-layer='3']";
    await press(page, way);
    await linkHas(page, "layer=3");
    await until(page, () => document.querySelectorAll("#ledger a, .ledger a").length > 16);
  },
  async dark(page) {
    const light = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await press(page, "[popovertarget=help]");
    await press(page, "#help [value=dark]");
    await until(page, (light) => getComputedStyle(document.documentElement).backgroundColor !== light, light);
    await page.reload();
    await until(page, (light) => getComputedStyle(document.documentElement).backgroundColor !== light, light);
  },
  async phone(page) {
    await page.setViewport({ width: 390, height: 844 });
    for (const query of ["size=64", "network=faces&size=200&layer=3"]) {
      await page.goto(`${address}/?${query}`);
      await page.waitForSelector("html.js");
      const beyond = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
      assert.equal(await page.evaluate(beyond), 0, query);
    }
    await press(page, ".output mc-map");
    await linkHas(page, "i=");
  },
};

try {
  const page = await browser.newPage();
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  for (const [name, step] of Object.entries(STEPS)) {
    try {
      await step(page);
    } catch (error) {
      throw new Error(`${name}, at ${page.url()}: ${error.message}`, { cause: error });
    }
    assert.deepEqual(faults, [], name);
    console.log(name);
  }
} finally {
  await browser.close();
}
