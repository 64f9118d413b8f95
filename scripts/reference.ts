// `npm run docs`: writes docs/resources.md from the schemas of all resources, so that it cannot say anything else than they do.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { kindsOf } from '../lib/cli/catalogue.ts';
import type { ResourceKind } from '../lib/model/resource.ts';
import { type Form, formsOf, type Parameter } from '../lib/report/schema.ts';
import * as posix from '../lib/resources/posix/index.ts';

export const referenceFile = fileURLToPath(new URL('../docs/resources.md', import.meta.url));

const HEAD = `# The resources

<!-- Made by \`npm run docs\` from the schemas in lib/resources. Do not edit. -->

Each is a function from \`walled-garden\` that takes the parameters below. A wrong or unknown parameter is told before any host is touched.
`;

/** A cell of a table: neither a bar nor a line's end may stand in it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}

function parameterTable(parameters: readonly Parameter[]): string {
  const code = (text: string) => `\`${cell(text)}\``;
  const rows = parameters.map(({ name, type, required, default: standard, description }) => {
    const needed = required ? 'required' : standard === undefined ? '' : code(standard);
    return `| \`${name}\` | ${code(type)} | ${needed} | ${cell(description)} |`;
  });
  return ['| parameter | type | default | |', '|---|---|---|---|', ...rows].join('\n');
}

function section(kind: ResourceKind): string {
  const forms = formsOf(kind.schema);
  const tables = forms.flatMap((form) => (form.type === 'parameters' ? [parameterTable(form.parameters)] : []));
  const word = tables.length === 0 ? 'Takes' : 'Short form:';
  const short = forms
    .filter((form): form is Extract<Form, { type: 'value' }> => form.type === 'value')
    .map(({ text, description }) => `${word} \`${text}\`${description ? `: ${description}` : ''}`);
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
  return kindsOf(posix).flatMap(({ name, schema }) =>
    formsOf(schema)
      .flatMap((form) => (form.type === 'parameters' ? form.parameters : []))
      .filter(({ description }) => description === '')
      .map((parameter) => `${name}.${parameter.name}`),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(referenceFile, reference());
