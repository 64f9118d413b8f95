import t from 'tap';
import { LiteralLines } from '../../../lib/inventory/typescript-lines.ts';

/** A text, a path into the literal that begins behind the word START, and the line that is to be found. */
type Case = readonly [name: string, text: string, path: readonly PropertyKey[], line: number | undefined];

const cases: readonly Case[] = [
  ['a key', 'START {\n  a: 1,\n  b: 2,\n}', ['b'], 3],
  ['keys within keys', 'START {\n  a: { x: 1 },\n  b: {\n    x: 2,\n  },\n}', ['b', 'x'], 4],
  ['a key of the same name elsewhere', 'START {\n  a: { x: 1 },\n  b: {},\n}', ['b', 'x'], 3],
  ['quoted keys', "START {\n  \"a b\": 1,\n  'c\\'d': 2,\n}", ["c'd"], 3],
  ['a number as a key', 'START {\n  a: 1,\n  10: 2,\n}', ['10'], 3],
  ['names that are not ASCII', 'START {\n  größe: 1,\n  $x: 2,\n}', ['$x'], 3],
  ['a shorthand', 'START {\n  a,\n  b,\n}', ['b'], 3],
  ['items of a list', "START {\n  a: [\n    'x',\n    'y',\n  ],\n}", ['a', 1], 4],
  ['objects in a list', 'START [{ a: 1 }, {\n  b: 2 }]', [1, 'b'], 2],
  ['comments', 'START { // { b: 1\n  /* b: 2,\n  */ a: 1, // ,\n  b: 3,\n}', ['b'], 4],
  ['brackets and commas in texts', 'START {\n  a: "}, b: 1",\n  b: 2,\n}', ['b'], 3],
  ['templates', 'START {\n  a: `}, ${f({ c: `,` }, 1)} b: \\``,\n  b: 2,\n}', ['b'], 3],
  ['calls and functions', 'START {\n  a: f({ b: 1 }, [2]),\n  c: (x) => ({ b: x }),\n  b: 2,\n}', ['b'], 4],
  ['what is behind a literal', 'START {\n  a: { x: 1 } as const,\n  b: { x: 1 } satisfies T,\n  c: 1,\n}', ['c'], 4],
  ['a spread', 'START {\n  ...base({ b: 1 }),\n  b: 2,\n}', ['b'], 3],
  ['a computed key is left out', 'START {\n  [b]: { c: 1 },\n  d: 1,\n}', ['c'], undefined],
  ['a method', 'START {\n  a(x) { return { b: 1 }; },\n  b: 2,\n}', ['b'], 3],
  ['what is made elsewhere has the line of what it is in', 'START {\n  a: make(),\n}', ['a', 'x', 'y'], 2],
  ['a constant', 'const START = 1;\nconst all: Record<string, string> = {\n  a: "x",\n};\nSTART all', ['a'], 3],
  ['a constant of elsewhere', "import { all } from './all.ts';\nSTART all", ['a'], undefined],
  ['an empty literal', 'START {}', ['a'], undefined],
  ['a text that breaks off', 'START { a: { b: ${', ['a'], 1],
  [
    'a regular expression, which is taken for something else, ends all the same',
    'START { a: `${/[)]/}`, b: 1',
    ['a'],
    1,
  ],
];

t.test('the line of a key in an object literal', async (t) => {
  for (const [name, text, path, line] of cases) {
    const start = text.lastIndexOf('START') + 'START'.length;
    t.equal(new LiteralLines(text, start).lineOf(path), line, name);
  }
});
