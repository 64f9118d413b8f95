import { z } from 'zod';
import { resource } from '../../model/resource.ts';
import { lines, type Script, sh } from '../../model/script.ts';
import { replaceFile } from './edit-lines.ts';
import { readingFiles } from './read-files.ts';

const params = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_-]*$/, 'the name of a kernel module')
    .describe('Name of the module.'),
  params: z
    .record(z.string().regex(/^[A-Za-z0-9_.-]+$/), z.string().regex(/^[^\s"#\\]*$/, 'without blanks, "#" and quotes'))
    .optional()
    .describe('Options, kept in /etc/modprobe.d. One that is loaded already gets them when it is loaded next.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether it should be loaded now.'),
  persist: z
    .boolean()
    .optional()
    .describe('Whether it is loaded at every start (/etc/modules-load.d). As `state` where it is not given.'),
  blacklist: z
    .boolean()
    .optional()
    .describe('Whether the kernel is kept from loading it by itself when it finds the device (/etc/modprobe.d).'),
});
type Params = z.output<typeof params>;

type Current = {
  /** `builtin`: part of the kernel itself. */
  readonly state: 'present' | 'absent' | 'builtin';
  readonly params: string | undefined;
  readonly persist: boolean;
  readonly blacklist: boolean;
};

/** modprobe(8) takes `-` and `_` for the same; /proc/modules has `_`. */
const canonical = (name: string) => name.replaceAll('-', '_');
const loadFile = ({ name }: Params) => `/etc/modules-load.d/garden-${canonical(name)}.conf`;
const optionsFile = ({ name }: Params) => `/etc/modprobe.d/garden-${canonical(name)}.conf`;

const files = readingFiles<Params>((one) => [
  '/proc/modules',
  sh`"/lib/modules/$(uname -r)/modules.builtin"`,
  loadFile(one),
  optionsFile(one),
]);

/** A module of the running kernel. */
export const kernelModule = resource('kernelModule', {
  description: 'A kernel module: whether it is loaded now and at every start, its options, and whether it is blocked.',
  platform: 'posix',
  params,
  id: ({ name }) => name,
  owns: (module) => [loadFile(module), optionsFile(module)],
  probe: (one) => files.script([one]),
  probeMany: { script: files.script, split: files.split },
  read(stdout, one): Current {
    const [loaded = [], builtin = [], load = [], options = []] = files.read(stdout, one);
    const name = canonical(one.name);
    const isBuiltin = builtin.some((path) => canonical(path.replace(/^.*\/([^/]*)\.ko$/, '$1')) === name);
    const isLoaded = loaded.some((line) => line.startsWith(`${name} `));
    return {
      state: isBuiltin ? 'builtin' : isLoaded ? 'present' : 'absent',
      params: options.find((line) => line.startsWith('options '))?.replace(/^options \S+ ?/, ''),
      persist: load.some((line) => canonical(line.trim()) === name),
      blacklist: options.some((line) => line.startsWith('blacklist ')),
    };
  },
  desired(one, current) {
    const state = current.state === 'builtin' ? 'builtin' : one.state;
    if (state === 'builtin' && one.state === 'absent') {
      throw new Error(`${one.name} is built into the kernel and cannot be unloaded`);
    }
    const persist = one.persist ?? one.state === 'present';
    return { state, params: one.params && optionsText(one.params), persist, blacklist: one.blacklist };
  },
  apply(one, changes, current) {
    const changed = new Set(changes.map(({ attribute }) => attribute));
    const steps: Script[] = [];
    // Options come first: they count when the module is loaded.
    if (changed.has('params') || changed.has('blacklist')) steps.push(writeOptions(one, current));
    if (changed.has('state')) {
      steps.push(one.state === 'present' ? sh`modprobe ${one.name} || exit` : sh`modprobe -r ${one.name} || exit`);
    }
    if (changed.has('persist')) {
      const wanted = one.persist ?? one.state === 'present';
      const write = sh`mkdir -p /etc/modules-load.d || exit
${replaceFile(loadFile(one), `${one.name}\n`)}`;
      steps.push(wanted ? write : sh`rm -f ${loadFile(one)} || exit`);
    }
    return lines(steps);
  },
});

function optionsText(options: Readonly<Record<string, string>>): string {
  return Object.entries(options)
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .join(' ');
}

function writeOptions(one: Params, current: Current): Script {
  const options = one.params ? optionsText(one.params) : current.params;
  const text = [
    ...(options === undefined ? [] : [`options ${one.name} ${options}\n`]),
    ...((one.blacklist ?? current.blacklist) ? [`blacklist ${one.name}\n`] : []),
  ].join('');
  return text === ''
    ? sh`rm -f ${optionsFile(one)} || exit`
    : sh`mkdir -p /etc/modprobe.d || exit
${replaceFile(optionsFile(one), text)}`;
}
