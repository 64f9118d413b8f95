import { z } from 'zod';
import { resource } from '../../model/resource.ts';
import { Secret } from '../../model/secret.ts';
import { editedFile, editingText } from './edit-text.ts';
import { editOption, optionIn } from './ini-text.ts';

const oneLine = z.string().regex(/^[^\n\r\0]*$/, 'one line');

const params = z
  .strictObject({
    ...editedFile,
    section: oneLine
      .regex(/^[^\]]*$/, 'may not hold "]"')
      .default('')
      .describe('The section, without its brackets; empty for options before the first section.'),
    option: oneLine
      .regex(/^[^=;#[\s](?:[^=]*[^=\s])?$/, 'neither "=" nor blanks at its ends, and it may not look like a comment')
      .describe('The name of the option.'),
    value: z
      .union([oneLine, z.number(), z.boolean(), z.instanceof(Secret)])
      .optional()
      .describe('Its value. It is put between double quotes only where it could not be read back otherwise.'),
  })
  .refine(({ value, state }) => value !== undefined || state === 'absent', { message: 'is missing', path: ['value'] });
type Params = z.output<typeof params>;

function wantedValue({ state, value }: Params): string | undefined {
  if (state === 'absent') return undefined;
  return value instanceof Secret ? value.reveal() : String(value ?? '');
}

/** One option of an INI file. */
export const iniFile = resource('iniFile', {
  description:
    'One option of an INI file in UTF-8: its value, or that it is gone. Comments, order, and the way in which the file writes `=` are kept. Where an option stands several times in its section, the last one counts, as for most programs.',
  platform: 'posix',
  params,
  id: ({ path, section, option }) => `${path}: ${section === '' ? '' : `[${section}] `}${option}`,
  owns: ({ path }) => [path],
  ...editingText<Params>({
    attribute: 'value',
    edit: (content, wanted) => editOption(content, { ...wanted, value: wantedValue(wanted) }),
    part: optionIn,
    sensitive: ({ value }) => value instanceof Secret,
  }),
});
