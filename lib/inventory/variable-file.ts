import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import type { Variable } from './data.ts';
import { nodeKind, variableOf } from './document.ts';
import type { SourceContext } from './source-context.ts';
import { describeFileError, textOf } from './source-file.ts';
import { openTypescriptVariables } from './typescript.ts';
import { readDocument } from './yaml.ts';

/** Variables by name, as one place sets them. */
export type Variables = ReadonlyMap<string, Variable>;

const NONE: Variables = new Map();

/**
 * Reads a file of variables: YAML or JSON, or a TypeScript module whose default export they are. What is wrong with it
 * goes to the findings.
 *
 * @param source the file, relative to the working directory
 */
export async function readVariableFile(source: string, context: SourceContext): Promise<Variables> {
  if (extname(source) === '.ts') return openTypescriptVariables(source, context);
  let bytes: Buffer;
  try {
    bytes = await readFile(resolve(context.workingDirectory, source));
  } catch (error) {
    context.findings.mistake({ source }, await describeFileError(error, source, context.workingDirectory));
    return NONE;
  }
  const text = textOf(bytes);
  if (text !== undefined) return readVariables(text, source, context);
  context.findings.mistake({ source }, { message: 'this is no text file' });
  return NONE;
}

/** Variables of a text in YAML or JSON. */
export async function readVariables(text: string, source: string, context: SourceContext): Promise<Variables> {
  const { findings } = context;
  const root = await readDocument(text, source, context);
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) return NONE;
  if (root.kind !== 'map') {
    const message = `this is ${nodeKind(root)}, but variables are a mapping`;
    findings.mistake({ source }, { message, hint: 'write a line for each: name: value' });
    return NONE;
  }
  return new Map([...root.entries].map(([name, entry]) => [name, variableOf(name, entry, source, findings)]));
}
