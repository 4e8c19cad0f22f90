/*
 * Opens the pages of a folder in headless Chromium as a reader does, from disk:
 *     node browser.mjs FOLDER [--shots FOLDER]
 * and checks that there is no error, no request, that every chart is drawn,
 * that the language switches and leaves no English, and that a phone (380 px) need not scroll
 * sideways. Ends with 77 where there is no Chromium. --shots keeps pictures.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const SKIPPED = 77;
const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2] ?? ".");
const shots = process.argv[3] === "--shots" ? resolve(process.argv[4] ?? "shots") : null;

const browserPath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
let chromium;
try {
  ({ chromium } = createRequire(join(here, "../../console/package.json"))("playwright-core"));
} catch {
  chromium = undefined;
}
if (browserPath === undefined || chromium === undefined) {
  console.log("skipped: no Chromium or no playwright-core");
  process.exit(SKIPPED);
}

const failures = [];
function check(condition, message) {
  if (!condition) failures.push(message);
}

const browser = await chromium.launch({
  executablePath: browserPath,
  args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

async function open(file, options) {
  const context = await browser.newContext({ locale: "en-US", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => failures.push(`${file}: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") failures.push(`${file}: console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith("file:") && !request.url().startsWith("data:")) failures.push(`${file}: asked for ${request.url()}`);
  });
  page.on("dialog", (dialog) => {
    failures.push(`${file}: a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(pathToFileURL(join(folder, file)).href);
  return page;
}

/* Charts outside a closed <details> that have no drawing in them. */
function undrawn(page) {
  return page.$$eval(".chart", (charts) =>
    charts.filter((one) => one.clientWidth > 0 && one.querySelectorAll("svg path").length < 2).map((one) => one.getAttribute("aria-label")),
  );
}

async function picture(page, name) {
  if (shots !== null) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

/* Sentences of the program in the document: what stands under these names. */
const SAID = ["reason", "split", "summary", "threshold_reason", "warnings", "why"];

function sentences(value, name) {
  if (typeof value === "string") return SAID.includes(name) && /[a-z]{3}/.test(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap((one) => sentences(one, name));
  return Object.entries(value ?? {}).flatMap(([key, one]) => sentences(one, key));
}

/* The Chinese page says none of them in English, nor anything else of three words; files and commands stay as they are. */
async function checkChinese(page, file) {
  const texts = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.getElementById("page"), NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) if (walker.currentNode.parentElement.closest("pre") === null) found.push(walker.currentNode.data);
    return found;
  });
  const all = texts.join("\n");
  const said = sentences(JSON.parse(await page.$eval("script#data", (data) => data.textContent)), "");
  for (const text of new Set(said)) check(!all.includes(text), `${file}: the Chinese page says: ${text}`);
  for (const text of texts) check(!/[A-Za-z]{2,}[,:;]? [a-z]{2,}[,:;]? [a-z]{2,}/.test(text), `${file}: English in the Chinese page: ${text}`);
  return said.length;
}

const LEAST_SENTENCES = { binary: 40, profile: 27 };
const LEAST_CHARTS = { binary: 13, multiclass: 2, regression: 3, profile: 23, empty: 0 };

async function checkFile(file) {
  const name = file.replace(/\.html$/, "");
  if (name === "attack") return;
  const page = await open(file, { viewport: { width: 1280, height: 900 }, colorScheme: "light" });
  const count = (await page.$$(".chart")).length;
  check(count >= (LEAST_CHARTS[name] ?? 0), `${file}: ${count} charts`);
  const missing = await undrawn(page);
  check(missing.length === 0, `${file}: not drawn: ${missing.join(", ")}`);
  check((await page.$$("img, iframe, link, object")).length === 0, `${file}: an element that could fetch`);
  const nan = await page.evaluate(() => /NaN|undefined|\[object/.test(document.getElementById("page").innerText));
  check(!nan, `${file}: the page says NaN, undefined or [object`);
  await picture(page, `${name}-1280`);

  const english = await page.innerText("#page");
  await page.click("#language");
  const chinese = await page.innerText("#page");
  check(!/[\u4e00-\u9fff]{4}/.test(english), `${file}: Chinese in the English page`);
  check(/[\u4e00-\u9fff]{4}/.test(chinese), `${file}: no Chinese after the switch`);
  check((await page.getAttribute("html", "lang")) === "zh-CN", `${file}: lang is not zh-CN`);
  check((await checkChinese(page, file)) >= (LEAST_SENTENCES[name] ?? 0), `${file}: the document has fewer sentences than it had`);
  check((await undrawn(page)).length === 0, `${file}: charts are gone after the switch`);
  await picture(page, `${name}-zh`);
  await page.click("#language");
  check((await page.innerText("#page")) === english, `${file}: switching back gives another page`);
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const flat = await page.$$eval(".chart", (charts) => charts.filter((one) => one.clientHeight < 100 || one.querySelector("svg[viewBox]") === null).length);
  check(flat === 0, `${file}: ${flat} charts are lost on paper`);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.emulateMedia({ media: null });
  if (shots !== null) await page.pdf({ path: join(shots, `${name}.pdf`), format: "A4", printBackground: true });
  await page.context().close();

  const phone = await open(file, { viewport: { width: 380, height: 800 }, deviceScaleFactor: 2, isMobile: true });
  const width = await phone.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth));
  check(width <= 380, `${file}: ${width} px wide on a phone of 380`);
  check((await undrawn(phone)).length === 0, `${file}: charts are not drawn on a phone`);
  await picture(phone, `${name}-380`);
  await phone.context().close();

  const dark = await open(file, { viewport: { width: 1280, height: 900 }, colorScheme: "dark", locale: "zh-CN" });
  const back = await dark.evaluate(() => getComputedStyle(document.body).backgroundColor);
  check(/rgb\((\d|[1-4]\d), /.test(back), `${file}: ${back} is not dark`);
  check((await dark.getAttribute("html", "lang")) === "zh-CN", `${file}: a Chinese browser is not met in Chinese`);
  await picture(dark, `${name}-dark`);
  await dark.context().close();
}

/* What texts of the data try to do must not happen; the title is the text itself. */
async function checkAttack(file) {
  const page = await open(file, { viewport: { width: 1280, height: 900 } });
  check((await page.$$(".chart")).length >= 12 && (await undrawn(page)).length === 0, `${file}: charts are missing`);
  const title = await page.title();
  check(title.startsWith("</script>"), `${file}: the title is '${title}'`);
  check((await page.$$("script")).length === 2, `${file}: ${(await page.$$("script")).length} scripts`);
  /* Tooltips are HTML: hover over the first charts. */
  for (const chart of (await page.$$(".chart")).slice(0, 12)) {
    const box = await chart.boundingBox();
    if (box === null) continue;
    await chart.scrollIntoViewIfNeeded();
    const now = (await chart.boundingBox()) ?? box;
    for (const share of [0.3, 0.6]) await page.mouse.move(now.x + now.width * share, now.y + now.height * 0.5);
  }
  check((await page.$$("img")).length === 0, `${file}: a tooltip made an element of a text`);
  await page.context().close();
}

if (shots !== null) mkdirSync(shots, { recursive: true });
const files = readdirSync(folder).filter((file) => file.endsWith(".html"));
check(files.length > 0, `no pages in ${folder}`);
for (const file of files) {
  await checkFile(file);
  if (file === "attack.html") await checkAttack(file);
}
await browser.close();

for (const failure of failures) console.error(`FAILED ${failure}`);
console.log(`${files.length} pages, ${failures.length} failures`);
process.exit(failures.length > 0 ? 1 : 0);
