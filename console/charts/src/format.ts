/* Numbers and texts as people read them. */
import type { Maybe } from "./data";
import { language } from "./text";

export const NONE = "\u2013";

/** Counts: 30,000. */
export function whole(value: Maybe | undefined): string {
  return value == null ? NONE : Math.round(value).toLocaleString("en-US");
}

/** Metrics and values of any size, with a sensible number of digits. */
export function number(value: Maybe | undefined, digits = 4): string {
  if (value == null) return NONE;
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return value.toLocaleString("en-US");
  if (size >= 1e9 || size < 1e-4) return value.toExponential(2);
  if (size >= 1e5) return Math.round(value).toLocaleString("en-US");
  if (size >= 1000) return value.toLocaleString("en-US", { maximumFractionDigits: 1 });
  if (size >= 10) return value.toFixed(2);
  return value.toFixed(digits);
}

export function percent(value: Maybe | undefined, digits = 1): string {
  return value == null ? NONE : `${(value * 100).toFixed(digits)}${language() === "zh" ? "%" : " %"}`;
}

/** Short form for the labels of axes: 12.5k, 3M. */
export function brief(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${+(value / 1e9).toPrecision(3)}B`;
  if (size >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
  if (size >= 1e4) return `${+(value / 1e3).toPrecision(3)}k`;
  return String(+value.toPrecision(4));
}

export function bytes(value: number): string {
  if (value >= 1 << 20) return `${(value / (1 << 20)).toFixed(1)} MiB`;
  if (value >= 1 << 10) return `${(value / (1 << 10)).toFixed(1)} KiB`;
  return `${value} B`;
}

export function seconds(value: Maybe | undefined): string {
  if (value == null) return NONE;
  if (value >= 120) return `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
  return value >= 10 ? `${value.toFixed(1)} s` : `${value.toFixed(2)} s`;
}

/** Long names for a narrow place. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}\u2026`;
}

/** Text of the data inside the HTML of a tooltip. */
export function html(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
