/** Built-ins that go through all of `this` and their arguments without an interrupt callback per element. */
const ARRAY_METHODS = [
  ...['copyWithin', 'every', 'fill', 'filter', 'find', 'findIndex', 'findLast', 'findLastIndex', 'forEach'],
  ...['includes', 'indexOf', 'join', 'lastIndexOf', 'map', 'reduce', 'reduceRight', 'reverse', 'shift'],
  ...['slice', 'some', 'splice', 'toLocaleString', 'toReversed', 'toSpliced', 'unshift', 'with'],
];
/** The first six look for one text in another, which takes up to the product of their lengths. */
const STRING_METHODS = [
  ...['includes', 'indexOf', 'lastIndexOf', 'replace', 'replaceAll', 'split'],
  ...['concat', 'slice', 'substring', 'toLowerCase', 'toUpperCase', 'trim'],
];
const SEARCHES = 6;

/** These go through whatever calls itself a set inside C, as `String.raw` and `drop` do with other things. */
const SET_METHODS = [
  ...['difference', 'intersection', 'isDisjointFrom', 'isSubsetOf', 'isSupersetOf', 'symmetricDifference'],
  'union',
];

const FLATTEN = `const flatten = (list, depth, out) => {
  charge(list.length + 1);
  for (let i = 0; i < list.length; i++) if (i in list) {
    const item = list[i];
    if (depth >= 1 && isArray(item)) flatten(item, depth - 1, out);
    else out[out.length] = item;
  }
  return out;
};`;

const SORT = `
const compared = (a, b) => {
  const x = Text(a), y = Text(b);
  charge((x.length + y.length) / 64);
  return x < y ? -1 : x > y ? 1 : 0;
};
return function (by) {
  charge(size(this) + 1);
  let long = false;
  if (by === undefined && isArray(this))
    for (let i = 0; i < this.length && !long; i++) long = isObject(this[i]) || weight(this[i]) > 64;
  return apply(original, this, [long ? compared : by]);
};`;

const growing = (cost: string) => `return function (n, fill) {
  const count = +n, length = size(this);
  charge(${cost});
  return apply(original, this, [count, fill]);
};`;

/**
 * The built-ins that need more than a price, by what they hang on: bodies of functions from `original` and
 * the helpers below, and from nothing global, to what stands in their place. Each is evaluated when a program
 * first calls it, because parsing it costs more than most programs.
 */
const REWRITTEN = {
  'Array.prototype': {
    concat: `return function (...args) {
  for (let k = 0; k < args.length; k++)
    if (isObject(args[k]) && !isArray(args[k]) && spread in args[k]) charge(Infinity);
  charge(all(this, args));
  return apply(original, this, args);
};`,
    flat: `${FLATTEN}
return function (depth) {
  charge(size(this));
  return isArray(this) ? flatten(this, depth === undefined ? 1 : +depth, []) : apply(original, this, [0]);
};`,
    flatMap: `${FLATTEN}
return function (f, self) {
  const list = isArray(this) ? this : [], items = [];
  charge(list.length + 1);
  for (let i = 0; i < list.length; i++) if (i in list) items[items.length] = apply(f, self, [list[i], i, list]);
  return flatten(items, 1, []);
};`,
    sort: SORT,
    toSorted: SORT,
  },
  'String.prototype': {
    repeat: growing('length * count'),
    padStart: growing('length + count'),
    padEnd: growing('length + count'),
  },
  Array: {
    from: `return function (...args) {
  charge(isObject(args[0]) && iterator in args[0] ? weight(args[0]) : size(args[0]));
  return apply(original, this, args);
};`,
  },
  JSON: {
    stringify: `return function (value, replacer, space) {
  charge(weight(replacer));
  const text = original(value, replacer, space);
  charge(weight(text) / 2);
  return text;
};`,
    parse: `return function (text, reviver) {
  const t = Text(text);
  charge(t.length);
  if (t.length > jsonText) charge(Infinity);
  for (let i = 0, depth = 0; i < t.length; i++) {
    const c = apply(charCode, t, [i]);
    if (c === 91 || c === 123) { if (++depth > jsonDepth) charge(Infinity); }
    else if (c === 93 || c === 125) depth--;
  }
  return original(t, reviver);
};`,
  },
};

const TOOLS = [
  ...['apply', 'charge', 'size', 'weight', 'all', 'isObject', 'isArray', 'Text', 'charCode', 'spread'],
  ...['iterator', 'jsonText', 'jsonDepth'],
].join(', ');

/**
 * A piece of the limits prelude: makes the built-ins that run long inside C pay for their length from one
 * budget of `work`, and removes a few that cannot be made to. Expects `apply`, `charCode`, `Range` and
 * `Text` to hold the intrinsics.
 *
 * What a program can lie about is not believed: a length that is no plain number of the object's own (a
 * string, a getter, an inherited one) counts as endless. Operators (`+`, `===`, spread, `for…in`) cannot be
 * made to pay; a program that does nothing else with the largest values that it may have is left to the
 * wall clock.
 */
export function workPrelude(work: number, jsonText: number, jsonDepth: number): string {
  const rewritten = Object.entries(REWRITTEN).flatMap(([target, methods]) =>
    Object.entries(methods).map(([name, body]) => {
      const text = `'use strict'; (original, { ${TOOLS} }) => {\n${body}\n}`;
      return `rewrite(${target}, '${name}', ${JSON.stringify(text)});`;
    }),
  );
  return `
const { isArray } = Array, { getOwnPropertyDescriptor: own } = Object;
const purse = { left: ${work} };
const charge = (n) => { if (n > 0 && !((purse.left -= n) >= 0)) throw new Range('work limit'); };
const isObject = (v) => v !== null && (typeof v === 'object' || typeof v === 'function');
const weight = (v) => (typeof v === 'string' || isArray(v) ? v.length : 0);
const size = (v) => {
  if (!isObject(v) || isArray(v)) return weight(v);
  const length = own(v, 'length');
  return length === undefined ? ('length' in v ? Infinity : 0) : typeof length.value === 'number' ? length.value : Infinity;
};
const all = (self, args) => {
  let n = size(self) + 1;
  for (let k = 0; k < args.length; k++) n += weight(args[k]);
  return n;
};
const pay = (target, names, searches) => {
  for (let i = 0; i < names.length; i++) {
    const original = target[names[i]];
    target[names[i]] = { method(...args) {
      let self = this;
      if (searches !== undefined) {
        if (isObject(self)) self = Text(self);
        for (let k = 0; k < args.length; k++)
          if (args[k] !== null && typeof args[k] === 'object') args[k] = Text(args[k]);
        if (i < searches) charge((weight(self) * weight(args[0])) / 64);
      }
      charge(all(self, args));
      return apply(original, self, args);
    } }.method;
  }
};
pay(Array.prototype, ${JSON.stringify(ARRAY_METHODS)});
pay(String.prototype, ${JSON.stringify(STRING_METHODS)}, ${SEARCHES});
const evaluate = eval, { iterator, isConcatSpreadable: spread } = Symbol, jsonText = ${jsonText}, jsonDepth = ${jsonDepth};
const tools = { ${TOOLS} };
const rewrite = (target, name, text) => {
  const original = target[name], made = { method: null };
  target[name] = { method(...args) {
    made.method ??= evaluate(text)(original, tools);
    return apply(made.method, this, args);
  } }.method;
};
${rewritten.join('\n')}
delete String.raw; delete Iterator.prototype.drop;
const gone = ${JSON.stringify(SET_METHODS)};
for (let i = 0; i < gone.length; i++) delete Set.prototype[gone[i]];`;
}
