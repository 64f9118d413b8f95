import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Variable } from './data.ts';
import type { Findings } from './findings.ts';
import type { Origin } from './origin.ts';
import { describeFileError } from './source-file.ts';
import { splitWords } from './words.ts';

const SYNTAX = 'write -e name=value, -e \'{"name": 1}\' or -e @file.json';

/**
 * Reads what `-e` says: `name=value` (several, quoted as in a shell; the values are text), a JSON object, or `@` and
 * the name of a file with one. A later one wins. What is wrong goes to the findings.
 */
export async function readExtraVars(
  given: readonly string[],
  workingDirectory: string,
  findings: Findings,
): Promise<ReadonlyMap<string, Variable>> {
  const variables = new Map<string, Variable>();
  for (const text of given) {
    for (const [name, variable] of await readOne(text.trim(), workingDirectory, findings))
      variables.set(name, variable);
  }
  return variables;
}

async function readOne(text: string, workingDirectory: string, findings: Findings): Promise<[string, Variable][]> {
  const origin: Origin = { source: '-e' };
  if (text.startsWith('@')) return readFromFile(text.slice(1), workingDirectory, findings);
  if (text.startsWith('{') || text.startsWith('[')) return readObject(text, origin, findings);
  const { words, problem } = splitWords(text, { comments: false });
  if (problem !== undefined || words.length === 0) {
    findings.mistake(origin, { message: `it cannot be read: ${problem ?? 'it is empty'}`, hint: SYNTAX });
    return [];
  }
  return words.flatMap((word): [string, Variable][] => {
    const [, name, value = ''] = /^([^=]+)=([\s\S]*)$/.exec(word.text) ?? [];
    if (name !== undefined) return [[name, { value, text: value, origin }]];
    findings.mistake(origin, { message: `"${word.text}" is no variable: it has no name and =`, hint: SYNTAX });
    return [];
  });
}

async function readFromFile(name: string, folder: string, findings: Findings): Promise<[string, Variable][]> {
  const origin: Origin = { source: name === '' ? '-e' : name };
  if (name === '') {
    findings.mistake(origin, { message: 'there is no file name behind the @', hint: SYNTAX });
    return [];
  }
  if (/\.ya?ml$/i.test(name)) {
    findings.mistake(origin, { message: 'variables cannot be read from YAML yet', hint: 'write them as JSON' });
    return [];
  }
  try {
    return readObject(await readFile(resolve(folder, name), 'utf8'), origin, findings);
  } catch (error) {
    findings.mistake(origin, await describeFileError(error, name, folder));
    return [];
  }
}

function readObject(text: string, origin: Origin, findings: Findings): [string, Variable][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    // The message may hold a part of the text, which may hold a secret: only its place is told.
    const at = /position (\d+)/.exec(why)?.[1];
    const line = at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length;
    findings.mistake(origin.source === '-e' ? origin : { ...origin, line }, {
      message: `this is no JSON${at === undefined ? '' : `: it goes wrong at character ${Number(at) + 1}`}`,
      hint: SYNTAX,
    });
    return [];
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    findings.mistake(origin, { message: 'variables in JSON are an object', hint: SYNTAX });
    return [];
  }
  return Object.entries(value).map(([name, inner]: [string, unknown]) => [name, { value: inner, origin }]);
}
