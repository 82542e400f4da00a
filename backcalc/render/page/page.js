"use strict";
(() => {
  // ---- What is on the page ----
  const byId = (id) => document.getElementById(id);
  const all = (css, root = document) => [...root.querySelectorAll(css)];
  let steps = []; // An item a step, in the order of the passes.
  let nodes = []; // Boxes and links of both pictures,
  let edges = [];
  let links = []; // and the links of one, in topological order.
  let stated = new Set(); // Nodes whose local partials the file states.
  const graph = byId("graph");
  const output = +graph.querySelector("svg").dataset.output;
  const form = byId("answer");
  const nameOf = (shape) => (shape.querySelector(".name") || shape).textContent;
  const name = (node) => nameOf(nodes.find((each) => each.node === node).shape);
  let count = 0; // Steps that are done.

  // ---- Stepping ----
  function show(to) {
    count = Math.max(0, Math.min(steps.length, to));
    const now = count ? steps[count - 1] : null;
    paint();
    steps.forEach(({ item }, i) => item.classList.toggle("now", i === count - 1));
    for (const pass of all(".pass")) pass.classList.toggle("now", now !== null && pass.contains(now.item));
    byId("at").value = count;
    byId("back").disabled = count === 0;
    byId("on").disabled = count === steps.length;
    const told = now ? `Step ${count} of ${steps.length}: ${now.item.dataset.name}` : "Nothing is worked out yet: step on with → or the slider.";
    byId("where").value = told;
    byId("at").setAttribute("aria-valuetext", told);
    byId("sum").hidden = true;
    // A line that is wider than the screen moves in its own box, by keys as well.
    for (const line of now ? all("p", now.item) : []) if (line.scrollWidth > line.clientWidth) line.tabIndex = 0;
    if (form && document.activeElement !== form.elements.text) choose(steps[count]);
    const seen = now && nodes.find(({ shape, node }) => node === now.node && shape.getClientRects().length);
    // In a picture larger than the screen what is beside the node is to be seen, too.
    const where = seen && seen.shape.closest(".large") ? "center" : "nearest";
    if (seen) seen.shape.scrollIntoView({ block: where, inline: where });
  }

  // The picture as it is after the steps that are done, the last one lit.
  function paint() {
    const done = new Set(steps.slice(0, count).map(({ pass, node }) => pass + node));
    const now = count ? steps[count - 1] : null;
    graph.classList.remove("paths");
    for (const { shape, node } of nodes) {
      shape.classList.toggle("seen", done.has("value" + node));
      shape.classList.toggle("done", done.has("adjoint" + node));
      shape.classList.toggle("active", now !== null && now.node === node);
      shape.classList.remove("lit");
    }
    for (const { shape, tail, head } of edges) {
      // A local partial is known as soon as the value of its head is; one that the file states, from the beginning.
      shape.classList.toggle("seen", stated.has(head) || done.has("value" + head));
      shape.classList.toggle("lit", now !== null && now.node === (now.pass === "value" ? head : tail));
    }
  }

  // ---- The paths through a node ----
  // How many paths lead to each node, or from each: nodes are numbered in topological order.
  function paths(from, start, into) {
    const found = new Map(start.map((node) => [node, 1]));
    for (const link of from) {
      const ways = found.get(link[into === "head" ? "tail" : "head"]);
      if (ways) found.set(link[into], (found.get(link[into]) || 0) + ways);
    }
    return found;
  }

  function light(node) {
    const heads = new Set(links.map(({ head }) => head));
    const sources = nodes.map((each) => each.node).filter((each) => !heads.has(each));
    const above = paths(links, [...new Set(sources)], "head");
    const after = paths([...links].reverse(), [output], "tail");
    const back = paths([...links].reverse(), [node], "tail");
    const ahead = paths(links, [node], "head");
    const lit = (each) => after.has(node) && (back.has(each) || (ahead.has(each) && after.has(each)));
    graph.classList.add("paths");
    for (const each of nodes) each.shape.classList.toggle("lit", lit(each.node));
    for (const { shape, tail, head } of edges) {
      shape.classList.toggle("lit", (back.has(tail) && back.has(head) && after.has(node)) || (ahead.has(tail) && ahead.has(head) && lit(head)));
    }
    tell(node, (above.get(node) || 0) * (after.get(node) || 0));
  }

  // How many paths lead through a node, and the sum that they make up; its numbers once their step is done.
  function tell(node, ways) {
    const sum = byId("sum");
    const words = document.createElement("p");
    const paths = ways === 1 ? "1 path leads" : `${ways.toLocaleString("en", { maximumSignificantDigits: 6 })} paths lead`;
    words.textContent = ways ? `${paths} through ${name(node)} to the output.` : `No path leads through ${name(node)} to the output.`;
    sum.replaceChildren(words);
    const step = steps.findIndex((each) => each.node === node && each.pass === "adjoint");
    if (step >= 0) {
      const line = steps[step].item.querySelector("p").cloneNode(true);
      if (step >= count) all(".number", line).forEach((each) => each.remove());
      sum.append(line);
    }
    sum.hidden = false;
  }

  // ---- Numbers, as people write them ----
  const PRECISION = 2 ** -44; // Of its result, what a calculation in float64 may be off by.
  const PACKED = 5e-7; // Of a number that a mistake leads to, what is lost where seven digits of it are kept.
  const NO_DIGITS = 1e-9; // Of its terms, what a true zero may have left over.
  const RAISED = { "⁰": 0, "¹": 1, "²": 2, "³": 3, "⁴": 4, "⁵": 5, "⁶": 6, "⁷": 7, "⁸": 8, "⁹": 9, "⁻": "-" };

  function plain(text) {
    const signs = text.trim().replace(/\s*,$/, "").replace(/\s*\.$/, "").replace(/[−–]/g, "-").replace(/[·×⋅∗⊙]|\*\*/g, (sign) => (sign === "**" ? "^" : "*")).replace(/÷/g, "/");
    // A blank behind a comma stays: it parts two items, where a comma before a digit may be a decimal point.
    const raised = signs.replace(/\s*([/*^[\]();])\s*/g, "$1").replace(/\s+,/g, ",").replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+/g, (power) => "^" + [...power].map((c) => RAISED[c]).join(""));
    const scientific = /(?<![\p{L}\d_'.^/]|e[-+])(\d+\.?\d*|\.\d+|\d+,\d+)([*/])10\^(?:\(([-+]?\d+)\)|([-+]?\d+))(?![\d.^])/giu;
    return raised.replace(scientific, (_, digits, sign, inner, power = inner) => digits + "e" + (sign === "*" ? +power : -power));
  }

  // A number, with half of what it claims, its significant digits and its decimals; null where it is none.
  function literal(text) {
    const found = /^([-+]?)(\d+\.?\d*|\.\d+)(?:e([-+]?\d+))?( ?%)?$/i.exec(text);
    if (!found) return null;
    const [, sign, digits, power, percent] = found;
    const places = (digits.split(".")[1] || "").length;
    const exponent = +(power || 0) - (percent ? 2 : 0);
    const value = +(sign.replace("+", "") + digits + "e" + exponent);
    if (!Number.isFinite(value)) return null; // Too large, it has no digits.
    return {
      value, half: +("1e" + (exponent - places)) / 2,
      digits: digits.replace(".", "").replace(/^0+/, "").length, decimals: places, dot: digits.includes("."),
    };
  }

  // ---- Formulas of numbers: over the nodes' names and derivatives, at the point ----
  const NAMED = String.raw`[\p{L}_][\p{L}\d_']*(?:\[[\d,]+\])*`;
  const TOKEN = new RegExp(String.raw`[d∂]${NAMED}\/[d∂]${NAMED}|${NAMED}|(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?(?: ?%)?|\S`, "giu");
  const FUNCTIONS = new Map("abs acos acosh asin asinh atan atanh cbrt cos cosh exp expm1 log log10 log1p log2 sign sin sinh sqrt tan tanh".split(" ").map((fn) => [fn, Math[fn]]));
  const sigmoid = (x) => 1 / (1 + Math.exp(-x));
  for (const [fn, f] of Object.entries({ ln: Math.log, "√": Math.sqrt, sigmoid, σ: sigmoid, relu: (x) => Math.max(x, 0) })) FUNCTIONS.set(fn, f);
  const SUMS = { "+": (a, b) => a + b, "-": (a, b) => a - b };
  const PRODUCTS = { "*": (a, b) => a * b, "/": (a, b) => a / b };

  // The tokens of a formula: numbers as such, dz/dy as one symbol, but where nodes are called dz and dy.
  function tokens(text, names) {
    return (text.match(TOKEN) || []).flatMap((token) => {
      const [over, under] = token.split("/");
      if (!under) return [literal(token) || token];
      return names.has(over) && names.has(under) ? [over, "/", under] : [token.replace(/∂/g, "d")];
    });
  }

  // What the tokens come to, by the rules of the language: a sign before a power is that of the whole.
  function evaluate(left, worth) {
    const chain = (next, signs) => {
      let found = next();
      while (left[0] in signs) found = signs[left.shift()](found, next());
      return found;
    };
    const sum = () => chain(product, SUMS);
    const product = () => chain(unary, PRODUCTS);
    const unary = () => (left[0] in SUMS ? SUMS[left.shift()](0, unary()) : power());
    const power = () => {
      const base = atom();
      return left[0] === "^" ? base ** (left.shift(), unary()) : base;
    };
    const atom = () => {
      const token = left.shift();
      if (token !== "(") return token === "√" || left[0] === "(" ? worth(token, "function")(atom()) : worth(token, "number");
      const inner = sum();
      if (left.shift() !== ")") throw new Error("a bracket is not closed");
      return inner;
    };
    const found = sum();
    if (left.length) throw new Error(`${left[0].value ?? left[0]} is one too many`);
    if (!Number.isFinite(found)) throw new Error("this comes to no number here");
    return found;
  }

  // As one types it in a shell, to which the prime of x' is a quote.
  const quoted = (text) => (text.includes("'") ? `"${text}"` : `'${text}'`);

  // A number or a formula of numbers, in which what has decimals claims half a unit of them.
  function number(text, asked, { exact, names, own }) {
    const thousands = /(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?!\d)/.exec(text.replace(/\[[\d,]+\]/g, ""))?.[0];
    if (thousands) throw new Error(`${thousands} could be ${thousands.replaceAll(",", "")} or ${thousands.replace(",", ".")}: write one of them`);
    const dotted = text.replace(/,(?=\d)(?![^[]*\])/g, ".");
    const alone = literal(dotted);
    if (alone) return alone;
    const parts = tokens(dotted, names);
    const worth = (token, kind) => {
      // A function of the file's own may have the name of another.
      const found = token?.value ?? names.get(token) ?? (own.includes(token) ? null : FUNCTIONS.get(token));
      if (typeof found === kind && token !== asked.name) return found;
      throw new Error(`${token?.value ?? token ?? "what is missing"} is not known here; this page reads numbers, such as -0.07, 1/3 or [1, -2], and formulas of them; backcalc check GRAPH ${quoted(`${asked.name} = …`)} reads more`);
    };
    const value = evaluate([...parts], worth);
    const counted = parts.filter((part) => part.dot);
    const moved = counted.filter((part) => !exact.includes(part.value)).map((part) =>
      Math.abs(evaluate(parts.map((each) => (each === part ? { ...each, value: each.value + each.half } : each)), worth) - value));
    const isFormula = parts.some((part) => names.has(part));
    const slack = Math.min(moved.reduce((a, b) => a + b, 0), 0.01 * Math.abs(value));
    return {
      value, half: Math.max(slack, isFormula * NO_DIGITS * Math.abs(value)), isFormula, dot: true,
      // A term of 0.0 takes no digit from a sum.
      digits: counted.map((part) => part.digits).filter(Boolean).sort((a, b) => a - b)[0] ?? null, decimals: Math.max(0, ...parts.map((part) => part.decimals || 0)),
    };
  }

  // The parts of a text between signs that are in no bracket.
  function split(text, sign) {
    const items = [""];
    let depth = 0;
    for (const each of text) {
      depth += "[(".includes(each) - "])".includes(each);
      if (each === sign && !depth) items.push("");
      else items[items.length - 1] += each;
    }
    return items;
  }

  // The inside of the brackets that all of a text stands in, or of parentheses with several items; null where it is no list.
  function inside(text) {
    if (!/^(\[.*\]|\(.*\))$/s.test(text)) return null;
    const inner = text.slice(1, -1);
    let depth = 0;
    for (const each of inner) if ((depth += "[(".includes(each) - "])".includes(each)) < 0) return null;
    return text[0] === "[" || [",", ";"].some((sign) => split(inner, sign).length > 1) ? inner : null;
  }

  // What is written: a number, or a list of them in brackets, of lists a matrix, whose rows semicolons may part.
  function value(text, asked, key) {
    const inner = inside(text);
    if (inner === null && text.startsWith("[")) throw new Error("a bracket is not closed");
    if (inner === null) return number(text, asked, key);
    const rows = split(inner, ";");
    if (rows.length > 1) return rows.map((row) => value(`[${row}]`, asked, key));
    const parted = inner.replace(/\]\s*\[/g, "],[").replace(/([^,\s*/^+-])\s+(?=[-+]?[\d.[])/g, "$1,");
    return split(parted, ",").map((each) => value(each.trim(), asked, key));
  }

  // The value in the shape that is asked: a comma may be a decimal point, a row or a column stand for a vector.
  function read(text, asked, key) {
    const ways = [value(text, asked, key)];
    const isAsked = (way) => String(shape(way)) === String(shape(asked.truth));
    if (!Array.isArray(ways[0]) || isAsked(ways[0])) return ways[0];
    try {
      ways.push(value(text.replace(/,(?=\d)/g, "."), asked, key));
    } catch {
      // Read so it is none; as it stands it is one.
    }
    return [...ways, ...ways.map(unrolled)].find(isAsked) || ways[0];
  }

  function unrolled(way) {
    if (!Array.isArray(way) || !way.every(Array.isArray)) return way;
    if (way.length === 1) return way[0];
    return way.every((row) => row.length === 1) ? way.flat() : way;
  }

  const shape = (value) => (Array.isArray(value) ? [value.length, ...(value.length ? shape(value[0]) : [])] : []);
  const flat = (value) => (Array.isArray(value) ? value.flat(9) : [value]);

  // ---- Which numbers are right: the rule of backcalc's digits ----
  function fits(given, truth, scale, { far = 0.05, largest = 0, decimals = 0, near = 0 } = {}) {
    const size = Math.abs(truth);
    if (size <= NO_DIGITS * scale || truth === 0) return Math.abs(given.value) <= NO_DIGITS * Math.max(scale, size);
    const off = Math.abs(given.value - truth) - (PRECISION + near) * size;
    const most = far * (largest || size);
    if (given.digits === 0 && far < Infinity) return off <= slackOfZero(given, largest, decimals, most);
    return off <= Math.min(given.half, most);
  }

  // Without a significant digit, as 0, 0.00, 1 - 1 and [0, 0] are: nothing is told from it.
  function isZero(given) {
    return flat(given).every((each) => each.digits === 0 || each.value === 0);
  }

  // Beside larger elements a zero may stand for a small one.
  function slackOfZero(given, largest, decimals, most) {
    if (!largest) return -1;
    if (!given.dot && decimals) return 0.001 * largest;
    if (given.decimals < decimals) return -1;
    return decimals ? Math.min(given.half, most) : 0.001 * largest;
  }

  // The places that are not right; of a number 0, of another shape all.
  function misfits(given, truth, scale, near = 0) {
    if (!Array.isArray(truth)) return !Array.isArray(given) && fits(given, truth, scale, { near }) ? [] : [0];
    if (String(shape(given)) !== String(shape(truth))) return flat(truth).map((_, i) => i);
    const numbers = flat(given);
    const truths = flat(truth);
    const largest = Math.max(...truths.map(Math.abs));
    const decimals = Math.max(...numbers.map((each) => each.decimals));
    return numbers.map((_, i) => i).filter((i) => !fits(numbers[i], truths[i], 0, { largest, decimals, near }));
  }

  // ---- Marking, as backcalc check marks an answer by itself ----
  function mark(text, asked, key) {
    const given = read(plain(text), asked, key);
    const { truth, scale } = asked;
    const isFormula = flat(given).some((each) => each.isFormula);
    if (!misfits(given, truth, scale).length) return { verdict: "right", text: isFormula ? "at this point" : "" };
    // A formula is true or not, however it was rounded.
    const note = isFormula ? "" : rounding(given, asked, key);
    if (note) return { verdict: "rounding", text: note };
    if (!Array.isArray(truth) && !isFormula && given.digits !== 0 && fits(given, truth, scale, { far: Infinity })) return { verdict: "wrong", text: key.words.short };
    return { verdict: "wrong", text: why(given, asked, key) };
  }

  function rounding(given, { truth, scale, rounded }, { roundings, words }) {
    if (isZero(given)) return "";
    const order = roundings.map((_, i) => i).filter((i) => given.digits !== 1 || !roundings[i][3]);
    const away = (i) => +(roundings[i][1] !== "decimals" || roundings[i][0] !== given.decimals);
    order.sort((a, b) => away(a) - away(b) || a - b);
    const found = order.find((i) => rounded[i] !== undefined && rounded[i] !== null && !misfits(given, rounded[i], scale).length);
    if (found !== undefined) return words.rounded.replace("{}", roundings[found][2]);
    if (Array.isArray(given) || Array.isArray(truth) || !given.half || Math.sign(given.value) !== Math.sign(truth)) return "";
    const off = Math.abs(given.value) - Math.abs(truth);
    const unit = 2 * given.half;
    if (given.digits >= 7 && Math.abs(off) <= 1e-6 * Math.abs(truth)) return words.single;
    if (given.digits < 3 || Math.abs(off) >= 1.5 * unit) return "";
    return off > PRECISION * Math.abs(truth) - unit && off <= 0 ? words.cut : words.off;
  }

  function why(given, asked, key) {
    const { truth, ofZero, ofOthers } = asked;
    if (isZero(given)) return ofZero;
    if (ofOthers) return ofOthers;
    if (String(shape(given)) !== String(shape(truth)) && String(shape(given)) !== String(shape(truth).reverse())) {
      return `the shape is ${shape(truth).join("×") || "that of a number"}, not ${shape(given).join("×") || "that of a number"}`;
    }
    const fitting = asked.mistakes.filter((each) => !misfits(given, each.value, asked.scale, PACKED).length).sort((a, b) => a.weight - b.weight || a.distance - b.distance);
    if (!fitting.length || chance(fitting[0], given, asked, key.chance)) return "";
    const { weight, distance, text } = fitting[0];
    const same = fitting.filter((each) => each.weight === weight && each.distance === distance);
    const told = [...new Set((text < key.alone ? same.slice(0, 1) : same).map((each) => key.texts[each.text]))];
    return told.length > 1 ? `either ${told[0]}, or ${told[1]}` : told[0];
  }

  // Whether so few digits are written that one of the mistakes as light as this may well be met by chance.
  // Of a value, for which those made nearer to it are the likelier, of these alone.
  function chance({ weight, distance, value }, given, { mistakes, isValue }, most) {
    if (Array.isArray(given) || (weight === 1 && !distance)) return false;
    const reach = Math.abs(given.value) / 2;
    const light = new Set(mistakes.filter((each) => each.weight <= weight && !(isValue && each.weight === weight && each.distance > distance) && Math.abs(each.value - given.value) <= reach).map((each) => each.value));
    const slack = 1.02 * given.half + 2 * PRECISION * Math.abs(given.value);
    return value.toPrecision(7) !== given.value.toPrecision(7) && light.size * slack > most * reach;
  }

  // ---- What is packed: the steps, and the key where the page has it ----
  const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;.=>?@^_`{|}~";

  // Four bytes of each five digits to the base 85; what is left at the end is as many bytes as it has room for.
  function bytes(text) {
    const found = new Uint8Array(4 * Math.ceil(text.length / 5));
    const view = new DataView(found.buffer);
    for (let i = 0; i < text.length; i += 5) {
      view.setUint32((i / 5) * 4, [...text.slice(i, i + 5).padEnd(5, "~")].reduce((n, digit) => n * 85 + DIGITS.indexOf(digit), 0));
    }
    return found.slice(0, Math.floor(text.length * 0.8));
  }

  async function unpacked() {
    const stream = new Blob([bytes(byId("data").textContent)]).stream().pipeThrough(new DecompressionStream("deflate"));
    const found = JSON.parse(await new Response(stream).text());
    for (const [place, asked] of found.key ? found.key.asked.entries() : []) {
      const [values, ranks, texts] = found.key.wrong.map((column) => column[place]);
      asked.mistakes = values.map((value, i) => ({ value, text: texts[i], weight: ranks[i] >> 12, distance: ranks[i] % 4096 }));
    }
    return found;
  }

  // ---- Answers ----
  const SIGNS = { right: "✓", rounding: "≈", wrong: "✗", unreadable: "?" };
  const given = new Map();

  function answer(event, key) {
    event.preventDefault();
    const { what, text } = form.elements;
    const result = form.querySelector("output");
    if (!text.value.trim()) return;
    if (!key) {
      note(what, text);
      return;
    }
    let marked;
    try {
      marked = mark(text.value, key.asked[what.selectedIndex], key);
    } catch (error) {
      marked = { verdict: "unreadable", text: error.message };
    }
    given.set(what.selectedIndex, marked.verdict);
    const fine = [...given.values()].filter((verdict) => verdict === "right" || verdict === "rounding").length;
    result.className = marked.verdict === "right" || marked.verdict === "rounding" ? "good" : "bad";
    result.value = `${SIGNS[marked.verdict]} ${what.selectedOptions[0].text} = ${text.value}: ${marked.verdict}${marked.text ? `: ${marked.text}` : ""} (${fine} of ${what.options.length} right so far)`;
    text.select();
  }

  // Without the key: what was answered, as backcalc check reads it.
  function note(what, text) {
    given.set(what.value, text.value);
    byId("sheet").value = [...given].map((pair) => pair.join(" = ")).join("\n");
    form.querySelector("output").value = `${what.selectedOptions[0].text} = ${text.value} is noted.`;
    text.select();
  }

  // Let the form ask for what a step works out; whether it can.
  function choose(step) {
    const options = step ? [...form.elements.what.options] : [];
    const found = options.find(({ dataset }) => +dataset.node === step.node && dataset.pass === step.pass);
    if (found) found.selected = true;
    return Boolean(found);
  }

  function ask(node) {
    if (!form) return;
    const pass = count && count < steps.length ? steps[count].pass : "adjoint";
    const other = pass === "value" ? "adjoint" : "value";
    if (choose({ node, pass }) || choose({ node, pass: other })) form.elements.text.focus();
  }

  // What the names in a formula are worth: constants, what the file states, and what is asked for.
  function worth(key) {
    const stated = { pi: Math.PI, π: Math.PI, tau: 2 * Math.PI, e: Math.E, ...key.point };
    key.names = new Map(Object.entries(stated));
    key.asked.forEach((asked, i) => {
      asked.name = form.elements.what.options[i].value;
      if (!Array.isArray(asked.truth)) key.names.set(asked.name, asked.truth);
    });
  }

  // ---- What the page listens to ----
  function keys(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || /^(INPUT|SELECT|TEXTAREA|P)$/.test(event.target.tagName)) return;
    const to = { ArrowRight: count + 1, ArrowLeft: count - 1, Home: 0, End: steps.length }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(to);
  }

  function start({ narrow, steps: items, questions, key }) {
    graph.insertAdjacentHTML("beforeend", narrow);
    byId("steps").insertAdjacentHTML("beforeend", items);
    nodes = all(".node").map((shape) => ({ shape, node: +shape.dataset.node }));
    edges = all(".edge").map((shape) => ({ shape, tail: +shape.dataset.tail, head: +shape.dataset.head }));
    links = edges.filter(({ shape }) => shape.ownerSVGElement === graph.querySelector("svg")).sort((a, b) => a.head - b.head);
    stated = new Set(nodes.filter(({ shape }) => shape.classList.contains("edges")).map(({ node }) => node));
    steps = all("#steps li").map((item) => ({ item, node: +item.dataset.node, pass: item.dataset.pass }));
    document.body.classList.add("live");
    byId("bar").hidden = false;
    byId("at").max = steps.length;
    byId("at").addEventListener("input", (event) => show(+event.target.value));
    byId("back").addEventListener("click", () => show(count - 1));
    byId("on").addEventListener("click", () => show(count + 1));
    document.addEventListener("keydown", keys);
    nodes.forEach(listen);
    if (form) {
      form.elements.what.innerHTML = questions;
      if (key) worth(key);
      form.hidden = false;
      form.addEventListener("submit", (event) => answer(event, key));
    }
    show(0);
    // For who tests the page, or marks a sheet in its console.
    window.backcalc = { mark: (what, text) => mark(text, key.asked[what], key) };
  }

  function listen({ shape, node }) {
    shape.setAttribute("tabindex", "0");
    shape.setAttribute("role", "button");
    shape.setAttribute("aria-label", nameOf(shape));
    for (const kind of ["pointerenter", "focus"]) shape.addEventListener(kind, () => light(node));
    for (const kind of ["pointerleave", "blur"]) shape.addEventListener(kind, paint);
    shape.addEventListener("click", () => ask(node));
    shape.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      ask(node);
    });
  }

  unpacked().then(start, () => (byId("where").value = "This browser is too old for the steps."));
})();
