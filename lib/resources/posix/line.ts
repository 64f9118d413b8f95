import { z } from 'zod';
import { resource } from '../../model/resource.ts';
import { Secret } from '../../model/secret.ts';
import { editedFile, editingText } from './edit-text.ts';
import { joinLines, matches, placeIn, splitLines } from './text-lines.ts';

const oneLine = z.string().regex(/^[^\n\r\0]*$/, 'one line (several are a block)');

const params = z
  .strictObject({
    ...editedFile,
    line: z
      .union([oneLine, z.instanceof(Secret).refine((secret) => !/[\n\r\0]/.test(secret.reveal()), 'one line')])
      .optional()
      .describe('The whole line. With state "absent", every line that is the same goes.'),
    match: z
      .instanceof(RegExp)
      .optional()
      .describe('The last line that matches is replaced. With state "absent", every line that matches goes.'),
    insertAfter: z
      .union([z.instanceof(RegExp), z.literal('EOF')])
      .optional()
      .describe('A new line goes behind the last one that matches this; to the end where none does.'),
    insertBefore: z
      .union([z.instanceof(RegExp), z.literal('BOF')])
      .optional()
      .describe('A new line goes before the last one that matches this, or to the beginning of the file ("BOF").'),
  })
  .refine(({ insertAfter, insertBefore }) => insertAfter === undefined || insertBefore === undefined, {
    message: 'either insertAfter or insertBefore, not both',
    path: ['insertBefore'],
  })
  .refine(({ line, state }) => line !== undefined || state === 'absent', { message: 'is missing', path: ['line'] })
  .refine(({ line, match }) => line !== undefined || match !== undefined, {
    message: 'which line should go? Give it, or a pattern to match it',
    path: ['line'],
  });
type Params = z.output<typeof params>;

function textOf({ line }: Params): string | undefined {
  return line instanceof Secret ? line.reveal() : line;
}

/** The content with the line as it should be. A line that is there already is enough, even where `match` has no match. */
export function editLine(content: string, wanted: Params): string {
  const { lines, end } = splitLines(content);
  const text = textOf(wanted);
  const { match } = wanted;
  if (wanted.state === 'absent') {
    const kept = lines.filter((line) => (match ? !matches(match, line) : line !== text));
    return kept.length === lines.length ? content : joinLines({ lines: kept, end });
  }
  if (text === undefined) return content;
  const found = match ? lines.findLastIndex((line) => matches(match, line)) : -1;
  if (found < 0 && lines.includes(text)) return content;
  if (found >= 0 && lines[found] === text) return content;
  const at = found < 0 ? placeIn(lines, wanted) : found;
  return joinLines({ lines: lines.toSpliced(at, found < 0 ? 0 : 1, text), end });
}

/** The line that stands for the wanted one. */
function present(content: string, wanted: Params): string | undefined {
  const { lines } = splitLines(content);
  const { match } = wanted;
  const text = textOf(wanted);
  const isIt = (line: string) => line === text;
  const same = wanted.state === 'present' || !match ? lines.find(isIt) : undefined;
  return (match ? lines.findLast((line) => matches(match, line)) : undefined) ?? same;
}

/** One line of a text file. */
export const line = resource('line', {
  description:
    'One line of a text file in UTF-8: that it is there, is as it should be, or is gone. The other lines are left as they are.',
  platform: 'posix',
  params,
  id: ({ path, line, match }) => `${path}: ${line instanceof Secret ? 'a secret line' : (line ?? String(match))}`,
  owns: ({ path }) => [path],
  ...editingText<Params>({
    attribute: 'line',
    edit: editLine,
    part: present,
    sensitive: ({ line }) => line instanceof Secret,
  }),
});
