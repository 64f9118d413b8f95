import type { Remark } from './findings.ts';
import { readLiteral } from './literal.ts';

/** A value as an INI inventory gives it. */
export interface InventoryValue {
  readonly value: unknown;
  /** As it was written, without the quotes of a host line: what a schema that wants text takes. */
  readonly text: string;
  /** What people would not expect of it. */
  readonly warnings: readonly Remark[];
}

const BOOLEAN_WORD = /^(?:yes|no|on|off|true|false)$/i;

/** Where a value stands: on a host line, where a shell's quotes are gone by now, or in `[group:vars]`. */
export interface ValuePlace {
  readonly hostLine: boolean;
  /** It began with a quote there, so that the whole of it was meant to be quoted. */
  readonly quoted: boolean;
}

/**
 * Reads the value of a variable as Ansible does: a Python literal, else text. The reading is exact; where it is likely
 * not what was meant, it comes with a warning.
 */
export function readValue(text: string, place: ValuePlace): InventoryValue {
  const literal = readLiteral(text);
  const value: unknown = literal === undefined ? text : literal.value;
  const asText = `if it is meant to be text, write ${place.hostLine ? `"'${text}'"` : `'${text}'`}`;
  const warnings =
    literal === undefined ? textWarnings(text, place) : literalWarnings(text, value, place.quoted, asText);
  return { value, text, warnings };
}

function literalWarnings(text: string, value: unknown, quoted: boolean, hint: string): Remark[] {
  if (Array.isArray(value))
    return /^[[({]/.test(text) ? [] : [{ message: `${text} is a list, since it has a comma`, hint }];
  if (typeof value === 'string' || (typeof value === 'object' && value !== null)) return [];
  const kind = typeof value === 'number' ? 'a number' : value === null ? 'null' : 'a boolean';
  if (quoted) return [{ message: `the quotes around ${text} do not make it text; it is ${kind}`, hint }];
  // A comment behind it is none of the value's.
  const written = text.replace(/\s*#.*$/, '');
  return typeof value !== 'number' || String(value) === written
    ? []
    : [{ message: `${written} is the number ${value}`, hint }];
}

function textWarnings(text: string, { hostLine, quoted }: ValuePlace): Remark[] {
  if (/\{\{|\{%/.test(text)) {
    return [{ message: `${text} is text: garden has no templates in its inventory`, hint: 'write the value itself' }];
  }
  if (quoted) return [];
  if (BOOLEAN_WORD.test(text)) {
    const boolean = /^(?:yes|on|true)$/i.test(text) ? 'True' : 'False';
    return [{ message: `${text} is text, no boolean`, hint: `write ${boolean} for the boolean` }];
  }
  if (/^(?:\[.*\]|\{.*\})$/.test(text)) {
    const quotes = hostLine ? ', and quotes around the whole of it' : '';
    return [
      {
        message: `${text} is text, no list and no dictionary`,
        hint: `write it as Python does (True, None, 'text')${quotes}`,
      },
    ];
  }
  if (!/^[+-]?\d{16,}$/.test(text)) return [];
  return [{ message: `${text} is kept as text: it has more digits than a number can hold` }];
}
