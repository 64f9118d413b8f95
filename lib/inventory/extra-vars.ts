import type { Variable } from './data.ts';
import type { SourceContext } from './source-context.ts';
import { readVariableFile, readVariables, type Variables } from './variable-file.ts';
import { splitWords } from './words.ts';

const SYNTAX = 'write -e name=value, -e \'{"name": 1}\' or -e @file.yml';
const ORIGIN = { source: '-e' };

/**
 * Reads what `-e` says: `name=value` (several, quoted as in a shell; the values are text), an object in JSON or YAML, or
 * `@` and the name of a file with one. A later one wins. What is wrong goes to the findings.
 */
export async function readExtraVars(given: readonly string[], context: SourceContext): Promise<Variables> {
  const variables = new Map<string, Variable>();
  for (const text of given) {
    for (const [name, variable] of await readOne(text.trim(), context)) variables.set(name, variable);
  }
  return variables;
}

async function readOne(text: string, context: SourceContext): Promise<Iterable<readonly [string, Variable]>> {
  const { findings } = context;
  if (text === '@') {
    findings.mistake(ORIGIN, { message: 'there is no file name behind the @', hint: SYNTAX });
    return [];
  }
  if (text.startsWith('@')) return readVariableFile(text.slice(1), context);
  if (/^[[{]/.test(text)) return readVariables(text, ORIGIN.source, context);
  const { words, problem } = splitWords(text, { comments: false });
  if (problem !== undefined || words.length === 0) {
    findings.mistake(ORIGIN, { message: `it cannot be read: ${problem ?? 'it is empty'}`, hint: SYNTAX });
    return [];
  }
  return words.flatMap((word): [string, Variable][] => {
    const [, name, value = ''] = /^([^=]+)=([\s\S]*)$/.exec(word.text) ?? [];
    if (name !== undefined) return [[name, { value, text: value, origin: ORIGIN }]];
    findings.mistake(ORIGIN, { message: `"${word.text}" is no variable: it has no name and =`, hint: SYNTAX });
    return [];
  });
}
