import { z } from 'zod';
import { compareStates } from '../../model/change.ts';
import { resource } from '../../model/resource.ts';
import { sh } from '../../model/script.ts';
import { accountName } from './account-name.ts';
import { scheduleMistake } from './cron-schedule.ts';
import { replaceFile } from './edit-lines.ts';
import { readingFiles } from './read-files.ts';

/** cron(8): files of /etc/cron.d with other characters, such as a dot, are left out without a word. */
const FILE_NAME = /^[A-Za-z0-9_-]+$/;

/** A value that crontab(5) can hold: it knows quotes, but no way to quote a quote. */
function quoteValue(value: string): string | undefined {
  if (/[\n\0]/.test(value)) return undefined;
  if (/^[^\s"'](?:.*\S)?$/.test(value)) return value;
  const mark = ['"', "'"].find((candidate) => !value.includes(candidate));
  return mark && `${mark}${value}${mark}`;
}

const params = z
  .strictObject({
    name: z
      .string()
      .regex(FILE_NAME, 'letters, digits, "_" and "-" alone: cron leaves out files with other names')
      .describe('Name of the job and of its file in /etc/cron.d.'),
    user: accountName.default('root').describe('As whom the command runs.'),
    schedule: z
      .string()
      .trim()
      .superRefine((schedule, context) => {
        const mistake = scheduleMistake(schedule);
        if (mistake !== undefined) context.addIssue({ code: 'custom', message: mistake });
      })
      .optional()
      .describe('When: the five fields of crontab(5), or @daily and the like. Needed unless the job is to go.'),
    command: z
      .string()
      .regex(/^[^\n\0]+$/, 'one line')
      .refine((command) => !command.includes('\\%'), 'write "%" without a backslash: it reaches the shell as it is')
      .optional()
      .describe('What is run, by /bin/sh. A "%" reaches the shell as it is. Needed unless the job is to go.'),
    environment: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable'),
        z.string().refine((value) => quoteValue(value) !== undefined, 'one line, without both kinds of quotes'),
      )
      .default({})
      .describe('Variables for the command, such as MAILTO and PATH; nothing in them is expanded.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether the job should exist.'),
  })
  .refine(
    ({ state, schedule, command }) => state === 'absent' || (schedule !== undefined && command !== undefined),
    'schedule and command are needed for a job that is to exist',
  );
type Params = z.output<typeof params>;

type Current = { readonly state: 'present' | 'absent'; readonly content: string | undefined };

const pathOf = ({ name }: Params) => `/etc/cron.d/${name}`;
const files = readingFiles<Params>((one) => [pathOf(one)]);

/** A job of cron, in a file of its own. */
export const cron = resource('cron', {
  description: 'A job of cron(8), in a file of its own in /etc/cron.d.',
  platform: 'posix',
  params,
  id: ({ name }) => name,
  owns: (job) => [pathOf(job)],
  probe: (one) => files.script([one]),
  probeMany: { script: files.script, split: files.split },
  read(stdout, one): Current {
    const [lines] = files.read(stdout, one);
    if (lines === undefined) return { state: 'absent', content: undefined };
    return { state: 'present', content: lines.map((line) => `${line}\n`).join('') };
  },
  desired: (one) => (one.state === 'absent' ? { state: 'absent' } : { state: 'present', content: contentOf(one) }),
  diff: (current, desired) =>
    compareStates(current, desired).map((change) =>
      change.attribute === 'content'
        ? { ...change, text: { before: current.content ?? '', after: String(change.after) } }
        : change,
    ),
  apply(one) {
    if (one.state === 'absent') return sh`rm -f ${pathOf(one)}`;
    return sh`if [ ! -d /etc/cron.d ]; then echo 'there is no /etc/cron.d: is cron installed?' >&2; exit 1; fi
${replaceFile(pathOf(one), contentOf(one))}`;
  },
  together: { compatible: (earlier, next) => earlier.name !== next.name },
});

/** crontab(5) makes a line's end of every "%" that has no backslash before it. */
function contentOf({ schedule, user, command = '', environment }: Params): string {
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${quoteValue(value)}`);
  return [...variables, `${schedule} ${user} ${command.replaceAll('%', '\\%')}`].map((line) => `${line}\n`).join('');
}
