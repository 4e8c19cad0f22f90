/* Reads the data of the page and shows it. */
import type { Page } from "../data";
import { unmountAll } from "../mount";
import { language, setLanguage, t } from "../text";
import { onThemeChange } from "../theme";
import { isPrinting } from "../theme";
import { drawWaiting, h } from "./dom";
import { profilePage } from "./profile";
import { reportPage } from "./report";
import "./style.css";

const FORMAT = 1;

function read(): Page | null {
  const text = document.getElementById("data")?.textContent ?? "";
  const data: unknown = JSON.parse(text);
  return typeof data === "object" && data !== null && "kind" in data ? (data as Page) : null;
}

function header(page: Page): HTMLElement {
  const toggle = h("button", { type: "button", id: "language", lang: language() === "en" ? "zh" : "en" }, t("switchLanguage"));
  toggle.addEventListener("click", () => {
    setLanguage(language() === "en" ? "zh" : "en");
    show(page);
  });
  const kind = t(page.kind === "report" ? "report" : "profileOf");
  return h("header", { class: "top" }, h("span", { class: "brand" }, "Lianjin ", h("b", {}, "炼金")), h("span", { class: "kind" }, kind), toggle);
}

function navigation(sections: HTMLElement[]): HTMLElement {
  const links = sections
    .filter((section) => section.id !== "")
    .map((section) => h("a", { href: `#${section.id}` }, section.querySelector("h2")?.textContent ?? section.id));
  return h("nav", {}, ...links);
}

function show(page: Page): void {
  const place = document.getElementById("page");
  if (place === null) return;
  const height = scrollY;
  unmountAll();
  document.documentElement.lang = language() === "zh" ? "zh-CN" : "en";
  document.title = `${page.name ?? "Lianjin"} \u00b7 ${t(page.kind === "report" ? "report" : "profileOf")}`;
  const sections = page.kind === "report" ? reportPage(page) : profilePage(page);
  const footer = h("footer", {}, t("made", page.version));
  place.replaceChildren(header(page), navigation(sections), h("main", {}, ...sections), footer);
  drawWaiting();
  scrollTo(0, height);
}

/* What is folded on the screen is open on paper. */
let opened: HTMLDetailsElement[] = [];
onThemeChange(() => {
  if (isPrinting()) {
    opened = [...document.querySelectorAll("details:not([open])")] as HTMLDetailsElement[];
    for (const one of opened) one.open = true;
  } else {
    for (const one of opened) one.open = false;
    opened = [];
  }
});

const page = read();
if (page === null) document.getElementById("page")?.append(h("p", {}, t("noReport")));
else if (page.format > FORMAT) document.getElementById("page")?.append(h("p", {}, t("newer")));
else show(page);
