import type { z } from 'zod';
import { type Form, formsOf, type Parameter } from './schema.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';
import { harmless, harmlessLine } from './text.ts';
import { columns } from './width.ts';

/** Something that playbooks are written with: what a page of the manual is about. */
export interface Subject {
  readonly type: 'resource' | 'role' | 'fact';
  readonly name: string;
  readonly description: string;
  /** What it takes; undefined for a fact, which takes nothing. */
  readonly schema: z.ZodType | undefined;
  /** What it is imported from, and by which name. */
  readonly module: string;
  readonly exportName: string;
}

/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 100;
const INDENT = '  ';

/** Breaks a text between words into lines of a width. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of harmless(text).split(/\s+/)) {
    if (line !== '' && columns(line) + 1 + columns(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

/** A value of a type, made to stand in an example. */
function sample({ type, fields }: Parameter): string {
  if (fields.length > 0) {
    const object = `{ ${assignments(fields).join(', ')} }`;
    return type.endsWith('[]') ? `[${object}]` : object;
  }
  const [first = ''] = type.split(' | ');
  if (first.startsWith('"')) return first.replaceAll('"', "'");
  if (first === 'Script') return 'sh`…`';
  if (first === 'Secret') return "secret('…')";
  if (first === 'number' || first === 'integer') return '1';
  if (first === 'boolean') return 'true';
  if (first.endsWith('[]')) return `['…']`;
  return first.startsWith('Record') ? '{}' : "'…'";
}

function assignments(parameters: readonly Parameter[]): readonly string[] {
  return parameters.filter(({ required }) => required).map((parameter) => `${parameter.name}: ${sample(parameter)}`);
}

/** The shortest way in which it can be written. */
function example({ type, name, exportName }: Subject, forms: readonly Form[]): string {
  if (type === 'fact') return `get(facts.${name})`;
  const form = forms.find((each) => each.type === 'parameters');
  if (form?.type !== 'parameters') return `${exportName}('…')`;
  const given = assignments(form.parameters);
  return `${exportName}({${given.length === 0 ? '' : ` ${given.join(', ')} `}})`;
}

function parameterLines(parameters: readonly Parameter[], width: number, style: Style, indent = INDENT): string[] {
  return parameters.flatMap(({ name, type, required, default: standard, description, fields }) => {
    const need = required ? style.yellow('required') : standard === undefined ? '' : `default ${standard}`;
    const shown = fields.length === 0 ? type : type.endsWith('[]') ? 'a list of' : 'an object of';
    const inner = `${indent}${INDENT}${INDENT}`;
    return [
      [`${indent}${style.bold(name)}`, style.cyan(shown), need].filter((part) => part !== '').join('  '),
      ...wrap(description, width - columns(inner)).map((line) => inner + line),
      ...parameterLines(fields, width, style, inner),
    ];
  });
}

function formLines(form: Form, alone: boolean, width: number, style: Style): string[] {
  if (form.type === 'parameters') {
    return [style.bold(form.parameters.length === 0 ? 'No parameters' : 'Parameters')].concat(
      parameterLines(form.parameters, width, style),
    );
  }
  const description = form.description === undefined ? [] : wrap(form.description, width - 4);
  return [
    `${style.bold(alone ? 'Takes' : 'Short form')}  ${style.cyan(form.text)}`,
    ...description.map((line) => `${INDENT}${INDENT}${line}`),
  ];
}

/** A page of the manual, for a terminal so many columns wide. */
export function manualPage(subject: Subject, style: Style, terminalWidth: number): string[] {
  const width = Math.min(terminalWidth, WIDEST);
  const forms = subject.schema === undefined ? [] : formsOf(subject.schema);
  return [
    `${style.bold(harmlessLine(subject.name))}  ${style.dim(subject.type)}`,
    ...wrap(subject.description, width - 2).map((line) => INDENT + line),
    ...forms.flatMap((form) => ['', ...formLines(form, forms.length === 1, width, style)]),
    '',
    style.bold('Example'),
    `${INDENT}import { ${subject.exportName} } from '${harmlessLine(subject.module)}';`,
    ...wrap(example(subject, forms), width - 2).map((line) => INDENT + line),
    ...(subject.type === 'fact' ? ['', `${INDENT}garden facts all ${harmlessLine(subject.name)}`] : []),
  ];
}

const HEADINGS = { role: 'Roles', resource: 'Resources', fact: 'Facts' } as const;

/** What there is, a line each, by its type. */
export function manualContents(subjects: readonly Subject[], style: Style, terminalWidth: number): string[] {
  const sections = (['role', 'resource', 'fact'] as const).map((type) => ({
    heading: HEADINGS[type],
    members: subjects.filter((subject) => subject.type === type),
  }));
  const widest = Math.max(0, ...subjects.map(({ name }) => columns(name)));
  return sections
    .filter(({ members }) => members.length > 0)
    .flatMap(({ heading, members }, index) => [
      ...(index === 0 ? [] : ['']),
      style.bold(heading),
      ...table(
        members.map(({ name, description }) => [
          `${INDENT}${harmlessLine(name).padEnd(widest)}`,
          firstLine(description, terminalWidth - widest - 4),
        ]),
      ),
    ]);
}

function firstLine(description: string, width: number): string {
  const [first = '', ...rest] = wrap(description, Math.max(20, width - 1));
  return rest.length > 0 ? `${first}…` : first;
}
