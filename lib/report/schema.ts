import { z } from 'zod';
import { sh } from '../model/script.ts';
import { Secret } from '../model/secret.ts';

/** A schema as JSON Schema; what JSON has no word for (a class, a function) is named in the title. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** One parameter of a resource or role, in words. */
export interface Parameter {
  readonly name: string;
  /** In the words of TypeScript: `"present" | "absent"`, `string[]`. */
  readonly type: string;
  readonly required: boolean;
  /** As it would be written; undefined where there is none. */
  readonly default: string | undefined;
  readonly description: string;
  /** What an object, or each object of a list, is made of; empty for all else. */
  readonly fields: readonly Parameter[];
}

/** What a schema takes: an object of parameters, or a value that stands for it all (`packages(['nginx'])`). */
export type Form =
  | { readonly type: 'parameters'; readonly parameters: readonly Parameter[] }
  | { readonly type: 'value'; readonly text: string; readonly description: string | undefined };

/** What JSON Schema has no word for, one value each. */
const SAMPLES = {
  Script: sh`:`,
  Secret: new Secret(''),
  RegExp: /x/,
  Uint8Array: new Uint8Array(),
  function: () => '',
};

/** A schema that tests its value itself does not say what it takes, so it is tried. */
function acceptedBy(test: (value: unknown) => unknown): string {
  const accepted = Object.entries(SAMPLES).filter(([, sample]) => test(sample));
  return accepted.map(([name]) => name).join(' | ') || 'unknown';
}

/** What a person may write, as JSON Schema. */
export function inputSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      if (def.type === 'custom' && jsonSchema.title === undefined) jsonSchema.title = acceptedBy(def.fn);
    },
  });
}

function isJson(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A type in the words of TypeScript. */
function typeText(schema: unknown): string {
  if (!isJson(schema)) return 'unknown';
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (schema.title !== undefined) return schema.title;
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (alternatives) return [...new Set(alternatives.map(typeText))].join(' | ');
  switch (schema.type) {
    case 'array': {
      const item = typeText(schema.items);
      return item.includes(' ') ? `(${item})[]` : `${item}[]`;
    }
    case 'object':
      return objectText(schema);
    case undefined:
      return 'unknown';
    default:
      return String(schema.type);
  }
}

function objectText({ properties = {}, required = [], additionalProperties }: JsonSchema): string {
  const fields = Object.entries(properties);
  if (fields.length === 0) return `Record<string, ${typeText(additionalProperties)}>`;
  const texts = fields.map(([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${typeText(field)}`);
  return `{ ${texts.join('; ')} }`;
}

function parametersOf({ properties = {}, required = [] }: JsonSchema): readonly Parameter[] {
  return Object.entries(properties)
    .filter((entry): entry is [string, JsonSchema] => isJson(entry[1]))
    .map(([name, field]) => ({
      name,
      type: typeText(field),
      required: required.includes(name),
      default: field.default === undefined ? undefined : JSON.stringify(field.default),
      description: field.description ?? '',
      fields: parametersOf(isJson(field.items) && !Array.isArray(field.items) ? field.items : field),
    }));
}

/** The ways in which a schema can be met, the object of parameters and the short ones. */
export function formsOf(schema: z.ZodType): readonly Form[] {
  const whole = inputSchema(schema);
  return (whole.anyOf ?? [whole]).filter(isJson).map((form) =>
    form.properties === undefined
      ? {
          type: 'value',
          text: typeText(form),
          description: form.description ?? (whole.anyOf === undefined ? whole.description : undefined),
        }
      : { type: 'parameters', parameters: parametersOf(form) },
  );
}
