// `npm run docs`: writes docs/resources.md from the schemas of all resources, so that it cannot say anything else than they do.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ResourceKind } from '../lib/model/resource.ts';
import { sh } from '../lib/model/script.ts';
import { Secret } from '../lib/model/secret.ts';
import * as posix from '../lib/resources/posix/index.ts';

type Json = z.core.JSONSchema.BaseSchema;

export const referenceFile = fileURLToPath(new URL('../docs/resources.md', import.meta.url));

const HEAD = `# The resources

<!-- Made by \`npm run docs\` from the schemas in lib/resources. Do not edit. -->

Each is a function from \`walled-garden\` that takes the parameters below. A wrong or unknown parameter is told before any host is touched.
`;

/** The kinds of resources among the exports of a module, by name. */
function kindsOf(exported: Readonly<Record<string, unknown>>): readonly ResourceKind[] {
  return Object.values(exported)
    .flatMap((value) => (isFactory(value) ? [value.kind] : []))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isFactory(value: unknown): value is { readonly kind: ResourceKind } {
  return typeof value === 'function' && 'kind' in value && 'schema' in value;
}

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

/** What a person may write, as JSON Schema; what JSON has no word for (a class, a function) is named in the title. */
function inputSchema(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      if (def.type === 'custom' && jsonSchema.title === undefined) jsonSchema.title = acceptedBy(def.fn);
    },
  });
}

function isJson(value: unknown): value is Json {
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

function objectText({ properties = {}, required = [], additionalProperties }: Json): string {
  const fields = Object.entries(properties);
  if (fields.length === 0) return `Record<string, ${typeText(additionalProperties)}>`;
  const texts = fields.map(([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${typeText(field)}`);
  return `{ ${texts.join('; ')} }`;
}

/** A cell of a table: neither a bar nor a line's end may stand in it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}

function parameterTable({ properties = {}, required = [] }: Json): string {
  const rows = Object.entries(properties).map(([name, field]) => {
    if (!isJson(field)) return '';
    const code = (text: string) => `\`${cell(text)}\``;
    const needed = required.includes(name)
      ? 'required'
      : field.default === undefined
        ? ''
        : code(JSON.stringify(field.default));
    return `| \`${name}\` | ${code(typeText(field))} | ${needed} | ${cell(field.description ?? '')} |`;
  });
  return ['| parameter | type | default | |', '|---|---|---|---|', ...rows].join('\n');
}

function section(kind: ResourceKind): string {
  const schema = inputSchema(kind.schema);
  const alternatives = (schema.anyOf ?? [schema]).filter(isJson);
  const tables = alternatives.filter(({ properties }) => properties !== undefined).map(parameterTable);
  const short = alternatives
    .filter(({ properties }) => properties === undefined)
    .map((form) => {
      const description = form.description ?? (tables.length === 0 ? schema.description : undefined);
      return `${tables.length === 0 ? 'Takes' : 'Short form:'} \`${typeText(form)}\`${description ? `: ${description}` : ''}`;
    });
  return [`## ${kind.name}`, kind.description, ...short, ...tables].join('\n\n');
}

/** The text of docs/resources.md. */
export function reference(): string {
  const kinds = kindsOf(posix);
  const contents = kinds.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(' · ');
  return `${[HEAD.trimEnd(), contents, ...kinds.map(section)].join('\n\n')}\n`;
}

/** The parameters of all resources that nothing is said about, as `resource.parameter`. */
export function undescribed(): readonly string[] {
  return kindsOf(posix).flatMap(({ name, schema }) => {
    const whole = inputSchema(schema);
    return (whole.anyOf ?? [whole]).filter(isJson).flatMap(({ properties = {} }) =>
      Object.entries(properties)
        .filter(([, field]) => isJson(field) && !field.description)
        .map(([parameter]) => `${name}.${parameter}`),
    );
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(referenceFile, reference());
