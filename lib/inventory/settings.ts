import { GardenError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import type { Findings } from './findings.ts';
import { SETTINGS, type SettingName } from './setting-names.ts';
import type { ResolvedVariable, ResolvedVariables } from './variables.ts';

export const TRUE = /^(?:true|yes|on|y|t|1)$/i;
export const FALSE = /^(?:false|no|off|n|f|0|)$/i;

/**
 * Reads a host's settings with the types that they must have; what has another is a mistake at its place. A setting
 * that is empty or null is not set.
 */
export class SettingReader {
  readonly #variables: ResolvedVariables;
  readonly #findings: Findings;

  constructor(variables: ResolvedVariables, findings: Findings) {
    this.#variables = variables;
    this.#findings = findings;
  }

  /** The variable that counts: the nearest to the host, among equals the most special name. */
  find(setting: SettingName): ResolvedVariable | undefined {
    let found: ResolvedVariable | undefined;
    for (const name of SETTINGS[setting]) {
      const variable = this.#variables.get(name);
      if (variable !== undefined && variable.rank >= (found?.rank ?? 0)) found = variable;
    }
    return found;
  }

  /** As it was written: a user named `007` is no number. */
  text(setting: SettingName): string | undefined {
    const variable = this.find(setting);
    if (variable === undefined || variable.value === null || variable.value === '') return undefined;
    const text = variable.value instanceof Secret ? this.#reveal(variable, variable.value) : writtenText(variable);
    if (text === undefined) return this.wrong(variable, 'must be text');
    if (text.includes('{{')) {
      return this.wrong(variable, 'is a template', 'garden has no templates in its inventory: write the value itself');
    }
    // Neither a name nor an argument can hold one, and no program would take it.
    if (/[^\P{Cc}\s]/u.test(text)) return this.wrong(variable, 'has a control character in it');
    return text;
  }

  secret(setting: SettingName): Secret | undefined {
    const value = this.find(setting)?.value;
    if (value instanceof Secret) return value;
    const text = this.text(setting);
    return text === undefined ? undefined : new Secret(text);
  }

  /** A whole number from 1 to `most`. */
  number(setting: SettingName, most: number): number | undefined {
    const variable = this.find(setting);
    const text = this.text(setting);
    if (variable === undefined || text === undefined) return undefined;
    const number = /^\d+$/.test(text) ? Number(text) : 0;
    if (number >= 1 && number <= most) return number;
    return this.wrong(variable, `must be a number from 1 to ${most}, not ${shown(variable, text)}`);
  }

  boolean(setting: SettingName): boolean | undefined {
    const variable = this.find(setting);
    if (variable === undefined || variable.value === null) return undefined;
    if (typeof variable.value === 'boolean') return variable.value;
    const text = variable.value === '' ? '' : (this.text(setting) ?? '');
    if (TRUE.test(text)) return true;
    if (FALSE.test(text)) return false;
    return this.wrong(variable, `must be true or false, not ${shown(variable, text)}`);
  }

  #reveal(variable: ResolvedVariable, secret: Secret): string | undefined {
    try {
      return secret.reveal();
    } catch (error) {
      if (!(error instanceof GardenError)) throw error;
      return this.wrong(variable, `is a secret that is not there: ${error.message}`, error.hint);
    }
  }

  wrong(variable: ResolvedVariable, why: string, hint?: string): undefined {
    this.#findings.mistake(variable.origin, { message: `${variable.name} ${why}`, hint });
    return undefined;
  }

  warn(variable: ResolvedVariable, message: string, hint?: string): void {
    this.#findings.warning(variable.origin, { message: `${variable.name} ${message}`, hint });
  }
}

function shown({ value }: ResolvedVariable, text: string): string {
  return value instanceof Secret ? 'the secret that it is' : `"${text}"`;
}

/** What was meant as text: a text, or what was written where its look made it something else. Undefined for lists of JSON. */
export function writtenText({ value, text }: Pick<ResolvedVariable, 'value' | 'text'>): string | undefined {
  if (typeof value === 'string') return value;
  if (text !== undefined) return text;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}
