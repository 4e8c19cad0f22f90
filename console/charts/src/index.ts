/* The chart package: options of the charts, and the element that keeps them drawn. */
export * from "./charts/bins";
export * from "./charts/common";
export * from "./charts/learning";
export * from "./charts/ranking";
export * from "./charts/tables";
export * from "./data";
export * from "./format";
export { mount, unmountAll } from "./mount";
export { language, setLanguage, t } from "./text";
export * from "./theme";
