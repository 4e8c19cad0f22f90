/*
 * Asks of console/charts/src/phrases.ts every sentence that the C sources can write into a document:
 *     node phrases.mjs
 * The sentences are gathered from the sources themselves: formats with what may stand in their holes. Each must have
 * Chinese that keeps what was put into it and has no English left. Every row of phrases.ts must be wanted.
 */
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const ts = createRequire(join(root, "console/package.json"))("typescript");
const phrasesText = readFileSync(join(root, "console/charts/src/phrases.ts"), "utf8");
const module = ts.transpileModule(phrasesText, { compilerOptions: { module: "ESNext", target: "ES2022" } }).outputText;
const { chinese, rows } = await import(`data:text/javascript;base64,${Buffer.from(module).toString("base64")}`);

const failures = [];

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true }).filter((file) => file.endsWith(".c")).map((file) => `${folder}/${file}`).sort();
}

const texts = new Map();
function read(file) {
  if (!texts.has(file)) texts.set(file, readFileSync(join(root, file), "utf8").replace(/\/\*[^]*?\*\//g, ""));
  return texts.get(file);
}

/* ---- C expressions ---- */

const STRING = String.raw`"(?:\\.|[^"\\])*"`;
const TOKEN = new RegExp(String.raw`${STRING}|'(?:\\.|[^'\\])'|\w+|\s+|[^]`, "g");

/* The text from `at` to the end of the expression: a `;`, a `,` or a `)` that is not within brackets. */
function expressionAt(text, at) {
  let depth = 0;
  for (const token of text.slice(at).matchAll(TOKEN)) {
    if ("([{".includes(token[0])) depth++;
    if (")]}".includes(token[0]) && depth-- === 0) return text.slice(at, at + token.index);
    if (depth === 0 && (token[0] === ";" || token[0] === ",")) return text.slice(at, at + token.index);
  }
  throw new Error(`no end of: ${text.slice(at, at + 80)}`);
}

function argumentsAt(text, at) {
  const list = [];
  for (;;) {
    list.push(expressionAt(text, at).trim());
    at += expressionAt(text, at).length;
    if (text[at] !== ",") return list;
    at++;
  }
}

function unescape(literal) {
  return JSON.parse(literal);
}

/* "a" PRId64 "b" */
function isFormat(expression) {
  return new RegExp(String.raw`^(?:${STRING}|PRI\w+|\s)+$`).test(expression) && expression.includes('"');
}

function formatOf(expression) {
  return expression.match(new RegExp(`${STRING}|PRI\\w+`, "g")).map((piece) => (piece.startsWith('"') ? unescape(piece) : "d")).join("");
}

function literals(expression) {
  return (expression.match(new RegExp(STRING, "g")) ?? []).map(unescape);
}

/* ---- what a text expression can be ---- */

/* Texts that are built piece by piece: one of each kind. */
const BUILT = {
  "src/data/profile_warnings.c list": ["-1 (12 rows)", "-1 (12 rows), 99.5 (3 rows)"],
  "src/prep/transforms/impute.c number": ["-12.5"],
  "src/prep/transforms/scale.c methods[o->method]": ["standard", "robust", "min_max"], // quantile_normal says its own
  "src/prep/transforms/date.c names": () => [...read("src/prep/transforms/date.c").matchAll(/X\(\w+, +(".*?")\)/g)].map((match) => unescape(match[1])),
  "src/prep/prep.c lj_token_unit_names[feature->tokens->unit]": () =>
    [...readFileSync(join(root, "src/prep/text/tokens.h"), "utf8").matchAll(/X\([A-Z_]+, (".*?")\)/g)].map((match) => unescape(match[1])),
  "src/data/guess.c note": () => ["", ...returned("src/data/guess.c", "odd_note").filter((text) => text !== "")],
};

/* Choices of an expression; null: data of the user. */
function choices(file, expression) {
  const built = BUILT[`${file} ${expression}`];
  if (built !== undefined) return typeof built === "function" ? built() : built;
  if (expression.startsWith("lj_arena_printf(")) return formatted(file, argumentsAt(expression, expression.indexOf("(") + 1).slice(1));
  if (isFormat(expression)) return [formatOf(expression)];
  const [, yes, no] = conditional(expression) ?? [];
  if (yes !== undefined) return yes === "NULL" ? choices(file, no) : no === "NULL" ? choices(file, yes) : [...(choices(file, yes) ?? []), ...(choices(file, no) ?? [])];
  const array = /^(\w+)\[/.exec(expression);
  if (array !== null) {
    const declared = new RegExp(String.raw`const char \*const ${array[1]}\[\] = \{([^}]*)\}`).exec(read(file));
    if (declared !== null) return literals(declared[1]);
  }
  return null;
}

/* c ? a : b, outside brackets and strings. */
function conditional(expression) {
  let depth = 0;
  let question = -1;
  for (const token of expression.matchAll(TOKEN)) {
    if ("([{".includes(token[0])) depth++;
    if (")]}".includes(token[0])) depth--;
    if (depth === 0 && token[0] === "?" && question < 0) question = token.index;
    if (depth === 0 && token[0] === ":" && question >= 0)
      return [expression.slice(0, question), expression.slice(question + 1, token.index), expression.slice(token.index + 1)].map((one) => one.trim());
  }
  return null;
}

const NUMBERS = ["12", "345", "6789"];
const HOLE = /%(?:%|[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:ll|l|z)?([a-zA-Z]))/g;

/* What may stand in a hole, each with the condition under which it does. */
function fillings(file, letter, argument, hole) {
  if (letter === undefined) return [{ text: "%" }];
  if (letter === "c") return argument.match(/'.'/g).map((one) => ({ text: one[1] }));
  if (letter !== "s") return [{ text: NUMBERS[hole % NUMBERS.length] }];
  const texts = (expression) => choices(file, expression) ?? [`<${hole}>`];
  const branches = conditional(argument);
  if (branches === null) return texts(argument).map((text) => ({ text }));
  return [1, 2].flatMap((i) => texts(branches[i]).map((text) => ({ text, condition: branches[0], holds: i === 1 })));
}

/* Every text of a format with its arguments; the data of the user are <0>, <1>, ... */
function formatted(file, [format, ...rest]) {
  if (!isFormat(format)) return choices(file, format) ?? [];
  const text = formatOf(format);
  let made = [{ text: "", known: new Map() }];
  let at = 0;
  let hole = 0;
  for (const match of text.matchAll(HOLE)) {
    const before = text.slice(at, match.index);
    const all = fillings(file, match[1], rest[hole], hole);
    at = match.index + match[0].length;
    if (match[1] !== undefined) hole++;
    made = made.flatMap(({ text: start, known }) =>
      all
        .filter((one) => (known.get(one.condition) ?? one.holds) === one.holds)
        .map((one) => ({ text: start + before + one.text, known: new Map(known).set(one.condition, one.holds) })),
    );
  }
  return made.map((one) => one.text + text.slice(at));
}

/* ---- where the sentences are ---- */

function body(file, name) {
  const begin = read(file).search(new RegExp(String.raw`^static [^;]*?\b${name}\([^;]*?\)\n\{`, "m"));
  if (begin < 0) throw new Error(`${file}: no function ${name}`);
  return read(file).slice(begin, read(file).indexOf("\n}\n", begin));
}

function returned(file, name) {
  return [...body(file, name).matchAll(/return /g)].flatMap((match) => choices(file, expressionAt(match.input, match.index + match[0].length).trim()) ?? []);
}

/* Arguments of every call, without the first `skip`. */
function calls(file, text, name, skip) {
  return [...text.matchAll(new RegExp(String.raw`(?<![\w"])${name}\(`, "g"))]
    .map((match) => argumentsAt(text, match.index + match[0].length).slice(skip))
    .filter((list) => list.length > 0 && isFormat(list[0]))
    .flatMap((list) => formatted(file, list));
}

/* x->why = ...; *why = ...; .reason = ... */
function assigned(file) {
  const found = [...read(file).matchAll(/(?:->|\.|\*)(?:why|reason|dropped|summary) =\s/g)];
  return found.flatMap((match) => choices(file, expressionAt(match.input, match.index + match[0].length).trim()) ?? []);
}

function gather() {
  const all = [];
  const add = (file, list, least = 0) => {
    if (list.length < least) failures.push(`${file}: ${list.length} sentences found, expected ${least} or more: do they look otherwise now?`);
    for (const text of list.filter((one) => /[a-z]/.test(one))) all.push({ file, text });
  };
  const warnings = "src/data/profile_warnings.c";
  add(warnings, calls(warnings, read(warnings), "warn", 2), 13);
  add("src/data/profile_write.c", calls("src/data/profile_write.c", body("src/data/profile_write.c", "each_warning"), "lj_text_printf", 1).filter((text) => !text.includes("<")), 1);
  add("src/data/profile_write.c", calls("src/data/profile_write.c", read("src/data/profile_write.c"), "put_some", 1), 6);
  add("src/data/profile_column.c", literals(/lj_profile_share_names\[\w+\] = \{([^}]*)\}/.exec(read("src/data/profile_column.c"))[1]), 9);
  for (const file of [...sources("src/pipeline"), ...sources("src/prep")]) add(file, calls(file, read(file), "lj_warn", 1));
  for (const file of [...sources("src/data"), ...sources("src/pipeline"), ...sources("src/prep"), ...sources("src/model")]) add(file, assigned(file));
  for (const file of sources("src/prep/transforms")) if (assigned(file).length === 0 && read(file).includes("out->why =")) failures.push(`${file}: cannot tell what its why says`);
  add("src/prep/prep.c", calls("src/prep/prep.c", read("src/prep/prep.c"), "snprintf", 2), 3);
  add("src/pipeline/pages.c", returned("src/pipeline/pages.c", "split_text"), 6);
  add("src/pipeline/pages.c", choices("src/pipeline/pages.c", "threshold_reasons[]"), 5);
  add("src/pipeline/pages.c", [...read("src/pipeline/pages.c").matchAll(/\(lj_report_fact\)\{(".*?")/g)].map((match) => unescape(match[1])), 2);
  return all;
}

/* ---- the check ---- */

/* Names of methods and measures, which Chinese texts keep; and what stands for the name of a file. */
const KEPT = /\b(XGBoost|LightGBM|AUC|PSI|KS|MCC|Yeo-Johnson|log|sign|prepare)\b/g;

function check({ file, text }) {
  const said = chinese(text);
  if (said === null) return failures.push(`${file}: phrases.ts has no Chinese for: ${text}`);
  const data = text.match(/<\d>/g) ?? [];
  for (const one of data) if (!said.includes(one)) failures.push(`${file}: ${one} is lost: ${text} -> ${said}`);
  const words = said.replace(KEPT, "").match(/[A-Za-z]{2,}/g);
  const quoted = text.match(/'[A-Za-z]+'/g) ?? [];
  if (words?.some((word) => !quoted.includes(`'${word}'`)) === true) failures.push(`${file}: English is left: ${said}`);
  if (!/[\u4e00-\u9fff\u03bb+]/.test(said) && text !== "log1p") failures.push(`${file}: no Chinese: ${said}`);
  return undefined;
}

const all = gather();
all.forEach(check);
for (const [english] of rows) {
  const pattern = new RegExp(english.split(/\{\d[#!]?\}/).map((words) => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*"));
  if (!all.some(({ text }) => pattern.test(text))) failures.push(`phrases.ts: no source says: ${english}`);
}

const words = readFileSync(join(root, "console/charts/src/text.ts"), "utf8");
for (const file of sources("src/prep/transforms")) {
  const name = /\.name = "(\w+)"/.exec(read(file))?.[1];
  if (name !== "drop" && !words.includes(`"step.${name}":`)) failures.push(`${file}: text.ts has no name for the step ${name}`);
}

for (const failure of failures) console.error(`FAILED ${failure}`);
console.log(`${all.length} sentences, ${failures.length} failures`);
process.exit(failures.length > 0 ? 1 : 0);
