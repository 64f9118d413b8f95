import { fact } from '../../../model/fact.ts';
import { sh } from '../../../model/script.ts';

/** The processors. */
export interface Cpu {
  /** As the kernel names it; empty where it does not (many ARM processors). */
  readonly model: string;
  readonly sockets: number;
  /** Cores of all sockets. */
  readonly cores: number;
  /** What runs at once: cores times the threads of each. */
  readonly threads: number;
  /** What the first one can do: `vmx`, `svm`, `aes`. */
  readonly flags: readonly string[];
}

const FIELDS = '^(processor|model name|physical id|core id)[[:space:]]*:';
const FLAGS = '^(flags|Features)[[:space:]]*:';

export const cpu = fact<Cpu>('cpu', {
  description: 'The processors: how many, which, and what they can do.',
  // The flags are the same for all and by far the longest: they are printed once.
  script: sh`grep -E ${FIELDS} /proc/cpuinfo
grep -E ${FLAGS} /proc/cpuinfo | head -n 1`,
  read(stdout) {
    const fields = stdout.split('\n').map((line): readonly [string, string] => {
      const [key = '', ...value] = line.split(':');
      return [key.trim(), value.join(':').trim()];
    });
    const values = (wanted: string) => fields.filter(([key]) => key === wanted).map(([, value]) => value);
    const cores = new Set<string>();
    let socket = '0';
    for (const [key, value] of fields) {
      if (key === 'physical id') socket = value;
      if (key === 'core id') cores.add(`${socket}/${value}`);
    }
    const threads = values('processor').length;
    return {
      model: values('model name')[0] ?? '',
      sockets: new Set(values('physical id')).size || 1,
      // Where the kernel tells no topology, every thread counts as a core.
      cores: cores.size || threads,
      threads,
      flags: (values('flags')[0] ?? values('Features')[0] ?? '').split(' ').filter(Boolean),
    };
  },
});
