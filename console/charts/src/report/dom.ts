/* Elements without a framework: text is always text, never HTML. */
import type { Build } from "../mount";
import { mount } from "../mount";

type Child = Node | string | null | undefined;

export function h(tag: string, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const child of children) if (child != null) element.append(child);
  return element;
}

/* Charts are drawn when their place is in the page and has a size. */
let waiting: (() => void)[] = [];

export function drawWaiting(): void {
  const now = waiting;
  waiting = [];
  for (const draw of now) draw();
}

export interface ChartPlace {
  title: string;
  build: Build;
  /** The whole width of the page. */
  wide?: boolean;
  /** In CSS pixels; 300 else. */
  height?: number;
}

export function chart(place: ChartPlace): HTMLElement {
  const canvas = h("div", { class: "chart", role: "img", "aria-label": place.title });
  canvas.style.height = `${place.height ?? 300}px`;
  waiting.push(() => mount(canvas, place.build));
  return h("figure", { class: place.wide === true ? "panel wide" : "panel" }, h("figcaption", {}, place.title), canvas);
}

export interface Cell {
  text: string;
  /** Below the text, smaller. */
  small?: string | undefined;
  /** Behind the text. */
  inside?: Node;
  kind?: string;
  /** 0 to 1: a bar behind the cell. */
  bar?: number;
}

/** A table that scrolls by itself when it is wider than the page. The first column is text, the others are numbers. */
export function table(head: string[], rows: (Cell | string)[][], texts: number[] = [0]): HTMLElement {
  const align = (column: number): string => (texts.includes(column) ? "text" : "number");
  const cell = (value: Cell | string, column: number): HTMLElement => {
    const one = typeof value === "string" ? { text: value } : value;
    const element = h("td", { class: `${align(column)} ${(one as Cell).kind ?? ""}`.trim() }, one.text);
    const { small, inside, bar } = one as Cell;
    if (inside !== undefined) element.append(inside);
    if (small !== undefined) element.append(h("small", {}, small));
    if (bar !== undefined) {
      const fill = h("i", { class: "bar" });
      fill.style.width = `${Math.max(0, Math.min(1, bar)) * 100}%`;
      element.append(fill);
    }
    return element;
  };
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, ...head.map((text, i) => h("th", { class: align(i), scope: "col" }, text)))),
      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map(cell)))),
    ),
  );
}

/** Names and values side by side; what is null or empty is left out. */
export function facts(pairs: [string, string | null | undefined][], kind = "facts"): HTMLElement {
  const list = h("dl", { class: kind });
  for (const [name, value] of pairs) {
    if (value == null || value === "") continue;
    list.append(h("div", {}, h("dt", {}, name), h("dd", {}, value)));
  }
  return list;
}

export function details(summary: string, ...children: Child[]): HTMLElement {
  return h("details", {}, h("summary", {}, summary), ...children);
}

export function code(text: string): HTMLElement {
  return h("pre", {}, h("code", {}, text));
}
