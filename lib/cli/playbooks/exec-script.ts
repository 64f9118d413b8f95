import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describeFileError, textOf } from '../../inventory/source-file.ts';
import { type Mistake, UsageError } from '../../model/errors.ts';
import { type Script, sh, verbatim } from '../../model/script.ts';

/** Stands for standard input where a file is named. */
export const STANDARD_INPUT = '-';

/** What runs a script that names no other interpreter: the shell that garden talks to anyway. */
const SHELLS = ['/bin/sh', '/usr/bin/sh', '/usr/bin/env sh'];

function whatIsWrong(script: string): Omit<Mistake, 'where'> | undefined {
  if (script.trim() === '') return { message: 'the script is empty' };
  if (/^#![^\n]*\r/.test(script)) {
    return {
      message: 'its lines end as on Windows (CR LF), which no interpreter there knows',
      hint: 'save it with LF',
    };
  }
  return undefined;
}

/**
 * Reads a script from a file, or from standard input where it is named `-`.
 *
 * @throws UsageError where it cannot be read or is none.
 */
export async function readScript(file: string, folder: string, input: NodeJS.ReadableStream): Promise<string> {
  const where = file === STANDARD_INPUT ? 'standard input' : file;
  let bytes: Buffer;
  try {
    bytes = file === STANDARD_INPUT ? await buffer(input) : await readFile(resolve(folder, file));
  } catch (error) {
    throw new UsageError([{ where, ...(await describeFileError(error, file, folder)) }]);
  }
  const script = textOf(bytes);
  if (script === undefined) throw new UsageError([{ where, message: 'this is no script: it is no text in UTF-8' }]);
  const wrong = whatIsWrong(script);
  if (wrong !== undefined) throw new UsageError([{ where, ...wrong }]);
  return script;
}

/** The interpreter that the first line names, and its argument: as in Linux, all that follows is one. */
function interpreterOf(script: string): readonly string[] | undefined {
  const [, path, argument] = /^#![ \t]*([^ \t\n]+)(?:[ \t]+([^\n]*?))?[ \t]*(?:\n|$)/.exec(script) ?? [];
  if (path === undefined) return undefined;
  const words = argument ? [path, argument] : [path];
  return SHELLS.includes(words.join(' ')) ? undefined : words;
}

/**
 * Runs a script with arguments on a host. Nothing is written there, so nothing can be left behind or be read by others:
 * a script for the shell becomes a part of what the session is sent, any other goes to its interpreter through a pipe.
 * Its standard input is empty.
 */
export function scriptCommand(script: string, words: readonly string[]): Script {
  const interpreter = interpreterOf(script);
  if (interpreter === undefined) return sh`set -- ${words}\n${verbatim(script)}`;
  // The script itself comes on descriptor 3. Who ends without having read it all is not complained about.
  return sh`printf %s ${script} 2>/dev/null | ${interpreter} /dev/fd/3 ${words} 3<&0 </dev/null`;
}
