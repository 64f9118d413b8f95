import { z } from 'zod';
import { resource } from '../../model/resource.ts';
import { Secret } from '../../model/secret.ts';
import { editedFile, editingText } from './edit-text.ts';
import { joinLines, placeIn, splitLines } from './text-lines.ts';

/** Comments that must be closed as well as opened. */
const CLOSINGS: Readonly<Record<string, string>> = { '<!--': ' -->', '/*': ' */', '{#': ' #}', '(*': ' *)' };

const params = z
  .strictObject({
    ...editedFile,
    name: z
      .string()
      .regex(/^[^\n\r\0]+$/, 'one line')
      .describe('Tells this block from others of the same file. It stands in the lines around it.'),
    content: z
      .union([z.string(), z.instanceof(Secret)])
      .optional()
      .describe('The lines of the block.'),
    comment: z
      .string()
      .regex(/^[^\n\r\0]+$/, 'one line')
      .default('#')
      .describe('What begins a comment in this file. `<!--`, `/*`, `{#` and `(*` are closed as well.'),
    insertAfter: z
      .union([z.instanceof(RegExp), z.literal('EOF')])
      .optional()
      .describe('A new block goes behind the last line that matches this; to the end where none does.'),
    insertBefore: z
      .union([z.instanceof(RegExp), z.literal('BOF')])
      .optional()
      .describe('A new block goes before the last line that matches this, or to the beginning of the file ("BOF").'),
  })
  .refine(({ insertAfter, insertBefore }) => insertAfter === undefined || insertBefore === undefined, {
    message: 'either insertAfter or insertBefore, not both',
    path: ['insertBefore'],
  })
  .refine(({ content, state }) => content !== undefined || state === 'absent', {
    message: 'is missing',
    path: ['content'],
  })
  .refine((wanted) => !inner(wanted).some((line) => line === begin(wanted) || line === end(wanted)), {
    message: "may not hold the block's own first or last line",
    path: ['content'],
  });

interface Marked {
  readonly name: string;
  readonly comment: string;
  readonly content?: string | Secret | undefined;
}
type Params = z.output<typeof params>;

const marker = (word: string, { name, comment }: Marked) =>
  `${comment} ${word} ${name} (garden)${CLOSINGS[comment] ?? ''}`;
const begin = (wanted: Marked) => marker('BEGIN', wanted);
const end = (wanted: Marked) => marker('END', wanted);

/** The lines of the block, without its markers. */
function inner({ content = '' }: Marked): readonly string[] {
  const text = content instanceof Secret ? content.reveal() : content;
  return splitLines(text.replaceAll('\r\n', '\n')).lines;
}

/** Where the block stands in the lines: index of its first line and of the one behind its last. */
function find(lines: readonly string[], wanted: Params): readonly [number, number] | undefined {
  const from = lines.indexOf(begin(wanted));
  if (from < 0) return undefined;
  const to = lines.indexOf(end(wanted), from);
  if (to < 0) throw new Error(`${wanted.path} has the line "${begin(wanted)}", but behind it no "${end(wanted)}"`);
  return [from, to + 1];
}

/**
 * The content with the block as it should be.
 *
 * @throws Error where the block's last line is missing: nobody can tell where it ends.
 */
export function editBlock(content: string, wanted: Params): string {
  const text = splitLines(content);
  const found = find(text.lines, wanted);
  const block = wanted.state === 'absent' ? [] : [begin(wanted), ...inner(wanted), end(wanted)];
  const [from, to] = found ?? [placeIn(text.lines, wanted), undefined];
  const count = to === undefined ? 0 : to - from;
  const present = text.lines.slice(from, from + count);
  if (present.length === block.length && present.every((line, index) => line === block[index])) return content;
  return joinLines({ ...text, lines: text.lines.toSpliced(from, count, ...block) });
}

/** Lines of a text file between two comments. */
export const textBlock = resource('textBlock', {
  description:
    'Lines of a text file in UTF-8 between two comments that name them: `# BEGIN name (garden)` and `# END name (garden)`. What stands outside is left as it is.',
  platform: 'posix',
  params,
  id: ({ path, name }) => `${path}: ${name}`,
  owns: ({ path }) => [path],
  ...editingText<Params>({
    attribute: 'block',
    edit: editBlock,
    part(content, wanted) {
      const { lines } = splitLines(content);
      const found = find(lines, wanted);
      return found && lines.slice(found[0] + 1, found[1] - 1).join('\n');
    },
    sensitive: ({ content }) => content instanceof Secret,
  }),
});
