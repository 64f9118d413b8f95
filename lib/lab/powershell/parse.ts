import { Cursor } from './cursor.ts';
import { parseBlock } from './parse-block.ts';
import type { Block } from './syntax.ts';

/**
 * Parses a script in the part of PowerShell 5.1's grammar that garden's scripts use.
 *
 * @throws ParseError for everything else, with the construct, the line and the column.
 */
export function parseScript(text: string): Block {
  const cursor = new Cursor(text.startsWith('\ufeff') ? text.slice(1) : text);
  return parseBlock(cursor, '');
}
