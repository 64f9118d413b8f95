import { z } from 'zod';
import { UnmetPrecondition } from '../../model/errors.ts';
import { resource } from '../../model/resource.ts';
import { sh } from '../../model/script.ts';
import { plainPath } from './account-name.ts';
import { editLines } from './edit-lines.ts';
import { readingFiles } from './read-files.ts';

const NAME = /^[A-Za-z0-9_]+(?:[./][A-Za-z0-9_@:-]+)+$/;

const params = z.strictObject({
  name: z
    .string()
    .regex(NAME, 'a name as sysctl(8) has it, e.g. net.ipv4.ip_forward')
    .describe(
      'Name of the parameter; a dot inside an interface\'s name is written as "/": net.ipv4.conf.eth0/5.rp_filter.',
    ),
  value: z
    .union([z.string().regex(/^[^\n\0]+$/, 'one line'), z.int()])
    .transform((value) => plainValue(String(value)))
    .describe('Its value; several numbers are separated by blanks.'),
  file: plainPath.default('/etc/sysctl.d/90-garden.conf').describe('The file that keeps the value over a restart.'),
});
type Params = z.output<typeof params>;

/** The kernel separates numbers by tabs, people by blanks. */
function plainValue(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

/** sysctl.d(5): the first separator decides whether dots or slashes separate; the other one then stands for itself. */
function pathOf(name: string): string {
  const slashes = /[./]/.exec(name)?.[0] === '/';
  const swapped = slashes ? name : name.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
  return `/proc/sys/${swapped}`;
}

interface Setting {
  readonly line: string;
  readonly path: string;
  readonly value: string;
}

/** A line `name = value`; a `-` before the name lets the kernel refuse it (sysctl.d(5)). */
function parseSetting(line: string): Setting | undefined {
  const [, name, value] = /^\s*-?\s*([^\s#;=-][^\s=]*)\s*=(.*)$/.exec(line) ?? [];
  return name === undefined || value === undefined ? undefined : { line, path: pathOf(name), value: plainValue(value) };
}

type Current = {
  readonly running: string;
  readonly file: string | undefined;
  /** The lines of the file that set it. */
  readonly lines: readonly string[];
};

const files = readingFiles<Params>(({ name, file }) => [pathOf(name), file]);

/** A parameter of the running kernel, and the same value in a file for the next start. */
export const sysctl = resource('sysctl', {
  description: 'A parameter of the kernel: its running value, and the line in a file that sets it at the next start.',
  platform: 'posix',
  params,
  id: ({ name }) => name,
  owns: ({ file }) => [file],
  probe: (one) => files.script([one]),
  probeMany: { script: files.script, split: files.split },
  read(stdout, one): Current {
    const [running, file = []] = files.read(stdout, one);
    if (running === undefined) {
      throw new UnmetPrecondition(`the running kernel has no parameter ${one.name}`, {
        hint: 'a module may have to be loaded first',
      });
    }
    const settings = file.map(parseSetting).filter((setting) => setting?.path === pathOf(one.name));
    return {
      running: plainValue(running.join(' ')),
      file: settings.at(-1)?.value,
      lines: settings.flatMap((setting) => setting?.line ?? []),
    };
  },
  desired: ({ value }) => ({ running: value, file: value }),
  apply({ name, value, file }, changes, current) {
    const running = changes.some(({ attribute }) => attribute === 'running')
      ? sh`printf '%s\n' ${value} > ${pathOf(name)} || { echo ${`the kernel refuses ${name} = ${value}`} >&2; exit 1; }`
      : sh`:`;
    const kept = changes.some(({ attribute }) => attribute === 'file')
      ? editLines(file, { remove: current.lines, add: [`${name} = ${value}`] })
      : sh`:`;
    return sh`${running}
${kept}`;
  },
  together: { compatible: (earlier, next) => pathOf(earlier.name) !== pathOf(next.name) },
});
