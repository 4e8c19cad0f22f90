/* The profile of a table: a page of its own, and the list of columns in a report. */
import { histogramChart } from "../charts/tables";
import type { Maybe, Profile, ProfileBin, ProfileColumn, ProfilePage, ProfileWord } from "../data";
import { number, percent, whole } from "../format";
import { say, t } from "../text";
import type { Cell } from "./dom";
import { chart, facts, h, table } from "./dom";

type Map = Record<string, unknown>;

function asMap(value: unknown): Map {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Map) : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function asNumber(value: unknown): Maybe {
  return typeof value === "number" ? value : null;
}

function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function named(value: unknown): { name: string; value: Maybe }[] {
  return Object.entries(asMap(value)).map(([name, one]) => ({ name, value: asNumber(one) }));
}

function readBins(value: unknown): ProfileBin[] {
  return asList(value).map((item) => {
    const bin = asMap(item);
    return { low: asNumber(bin["low"]) ?? 0, high: asNumber(bin["high"]) ?? 0, count: asNumber(bin["count"]) ?? 0, rate: asNumber(bin["rate"]) };
  });
}

function readWords(value: unknown): ProfileWord[] {
  return asList(value).map((item) => {
    const word = asMap(item);
    return { value: String(word["value"] ?? ""), count: asNumber(word["count"]) ?? 0, rate: asNumber(word["rate"]) };
  });
}

function texts(value: unknown): string[] {
  return asList(value).filter((one): one is string => typeof one === "string");
}

function readColumn(value: unknown): ProfileColumn {
  const column = asMap(value);
  return {
    name: asText(column["name"]) ?? "",
    type: asText(column["type"]) ?? "",
    reason: asText(column["reason"]),
    missing: asNumber(column["missing"]) ?? 0,
    unique: asNumber(column["unique"]),
    quantiles: named(column["quantiles"]),
    histogram: readBins(column["histogram"]),
    top: readWords(column["top"]),
    mean: asNumber(column["mean"]),
    deviation: asNumber(column["deviation"]),
    from: asText(column["from"]),
    to: asText(column["to"]),
    relation: named(column["target"]),
    warnings: texts(column["warnings"]),
  };
}

/** The JSON of lj_profile_json; null when there is none. */
export function readProfile(value: unknown): Profile | null {
  const profile = asMap(value);
  if (profile["columns"] === undefined) return null;
  return {
    rows: asNumber(profile["rows"]) ?? 0,
    columns: asList(profile["columns"]).map(readColumn),
    warnings: texts(profile["warnings"]),
    target: asText(profile["target"]),
  };
}

function relationText(column: ProfileColumn): string {
  return column.relation
    .filter((one) => one.value !== null)
    .map((one) => `${say(one.name)} ${number(one.value, 3)}`)
    .join(" \u00b7 ");
}

export function columnTable(profile: Profile): HTMLElement {
  const related = profile.columns.some((column) => column.relation.length > 0);
  const head = [t("column"), t("type"), t("missing"), t("unique"), ...(related ? [t("relation")] : []), t("notes")];
  const rows = profile.columns.map((column): (Cell | string)[] => {
    const share = profile.rows > 0 ? column.missing / profile.rows : 0;
    return [
      column.name,
      t(`type.${column.type}`),
      { text: column.missing === 0 ? "0" : percent(share), bar: share },
      whole(column.unique),
      ...(related ? [relationText(column)] : []),
      { text: column.warnings.map(say).join(t("semicolon")), kind: "notes" },
    ];
  });
  return table(head, rows, related ? [0, 1, 4, 5] : [0, 1, 4]);
}

/** What was said while it ran, then what concerns whole rows, then a line a column. */
export function warningList(told: string[], profile: Profile | null): HTMLElement {
  const columns = (profile?.columns ?? []).filter((column) => column.warnings.length > 0);
  const ofColumns = columns.flatMap(({ name, warnings }) => warnings.map((text) => `${name}: ${text}`));
  const ofRows = (profile?.warnings ?? []).filter((text) => !ofColumns.includes(text) && !told.some((one) => one.startsWith(text)));
  const items = [
    ...[...told, ...ofRows].map((text) => h("li", {}, say(text))),
    ...columns.map(({ name, warnings }) => h("li", {}, h("b", {}, name), t("colon"), warnings.map(say).join(t("semicolon")))),
  ];
  return items.length > 0 ? h("ul", { class: "warnings" }, ...items) : h("p", { class: "note" }, t("noWarnings"));
}

function columnPanel(column: ProfileColumn, rows: number): HTMLElement {
  const bins = column.histogram.length > 0 ? column.histogram : column.top.slice(0, 12);
  const share = rows > 0 ? column.missing / rows : null;
  const quantiles = column.quantiles.map(({ name, value }): [string, string] => [say(name), number(value)]);
  const figure = bins.length > 0 ? chart({ title: column.name, build: histogramChart(bins), height: 170 }) : h("figure", { class: "panel" }, h("figcaption", {}, column.name));
  figure.classList.add("column");
  figure.id = `column-${column.name}`;
  figure.append(
    h("p", { class: "about" }, [t(`type.${column.type}`), say(column.reason ?? "")].filter((text) => text !== "").join(" \u00b7 ")),
    facts([
      [t("missing"), column.missing === 0 ? "0" : `${whole(column.missing)} (${percent(share)})`],
      [t("unique"), whole(column.unique)],
      [t("mean"), column.mean === null ? null : number(column.mean)],
      [t("deviation"), column.deviation === null ? null : number(column.deviation)],
      [t("from"), column.from],
      [t("to"), column.to],
      ...column.relation.map(({ name, value }): [string, string | null] => [say(name), value === null ? null : number(value, 3)]),
    ], "facts small"),
  );
  if (quantiles.length > 0) figure.append(facts(quantiles, "facts small"));
  if (column.warnings.length > 0) figure.append(h("ul", { class: "warnings" }, ...column.warnings.map((text) => h("li", {}, say(text)))));
  return figure;
}

export function profilePage(page: ProfilePage): HTMLElement[] {
  const profile = readProfile(page.profile);
  const title = h("h1", {}, page.name ?? t("profileOf"));
  if (profile === null) return [h("section", { class: "hero" }, title)];
  const about = t("ofRows", whole(profile.rows), whole(profile.columns.length));
  const sections = [h("section", { class: "hero" }, title, h("p", { class: "about" }, about))];
  const head = (id: string, ...children: Node[]): HTMLElement => h("section", { id }, h("h2", {}, t(id)), ...children);
  sections.push(
    head("warnings", warningList([], profile)),
    head("columns", columnTable(profile)),
    h("section", {}, h("div", { class: "grid" }, ...profile.columns.map((column) => columnPanel(column, profile.rows)))),
  );
  return sections;
}
