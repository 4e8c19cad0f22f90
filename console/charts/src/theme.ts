/* Colours of charts; the same as the variables of style.css. Blue and orange stay apart for the colour-blind. */
import { isTest } from "./data";

export interface Theme {
  text: string;
  muted: string;
  line: string;
  panel: string;
  /** Parts of the split. */
  train: string;
  valid: string;
  test: string;
  positive: string;
  negative: string;
  accent: string;
  /** Ends of the scale of the confusion matrix. */
  low: string;
  high: string;
  /** For classes without a colour of their own. */
  series: string[];
}

const light: Theme = {
  text: "#1d2433",
  muted: "#667085",
  line: "#e3e7ee",
  panel: "#ffffff",
  train: "#98a2b3",
  valid: "#c98a1b",
  test: "#2457c5",
  positive: "#c8501e",
  negative: "#4a83b8",
  accent: "#a8730e",
  low: "#f3f6fb",
  high: "#2457c5",
  series: ["#2457c5", "#c8501e", "#1f8a70", "#8a4fbf", "#c98a1b", "#4a83b8", "#b23a6b", "#5b6b7f", "#6b8e23", "#a0522d"],
};

const dark: Theme = {
  text: "#e6eaf2",
  muted: "#98a3b5",
  line: "#2c3646",
  panel: "#161d29",
  train: "#7c889c",
  valid: "#e0ab48",
  test: "#6f9dff",
  positive: "#f0854f",
  negative: "#6fa9dc",
  accent: "#e0ab48",
  low: "#1d2735",
  high: "#4f83ee",
  series: ["#6f9dff", "#f0854f", "#4fc3a1", "#b98ae6", "#e0ab48", "#6fa9dc", "#e57ba6", "#9aa8bb", "#a6c765", "#d08a63"],
};

const systemDark = matchMedia("(prefers-color-scheme: dark)");
let printing = false;

/** Paper is white whatever the screen is. */
export function currentTheme(): Theme {
  return systemDark.matches && !printing ? dark : light;
}

export function isPrinting(): boolean {
  return printing;
}

/** Calls back when the system turns dark or light, and around printing. */
export function onThemeChange(changed: () => void): void {
  systemDark.addEventListener("change", changed);
  addEventListener("beforeprint", () => {
    printing = true;
    changed();
  });
  addEventListener("afterprint", () => {
    printing = false;
    changed();
  });
}

export function partColour(theme: Theme, part: string, index: number): string {
  if (part === "train") return theme.train;
  if (part === "valid") return theme.valid;
  if (isTest(part)) return theme.test;
  return theme.series[index % theme.series.length] ?? theme.accent;
}
