import { fact } from '../../../model/fact.ts';
import { sh } from '../../../model/script.ts';

/** The operating system, as os-release(5) tells it. */
export interface Os {
  /** `debian`, `ubuntu`, `rhel`, `alpine`; `linux` where nothing is said. */
  readonly id: string;
  /** The systems that it is like, nearest first: `['debian']` on Ubuntu. */
  readonly like: readonly string[];
  /** With its version, made to be shown. */
  readonly name: string;
  /** `12`, `24.04`; empty where there are no versions (Debian's unstable). */
  readonly version: string;
  /** `bookworm`; empty where there is none. */
  readonly codename: string;
}

/** The value of an assignment in os-release: quoted as in a shell, with `\`, `"`, `$` and `` ` `` escaped. */
function unquote(value: string): string {
  const [, double, single] = /^(?:"(.*)"|'(.*)')$/.exec(value.trim()) ?? [];
  if (single !== undefined) return single;
  return (double ?? value.trim()).replace(/\\(["$`\\])/g, '$1');
}

export const os = fact<Os>('os', {
  description: 'The operating system: its name, version and relatives.',
  script: sh`for file in /etc/os-release /usr/lib/os-release; do
  if [ -r "$file" ]; then cat "$file"; break; fi
done`,
  read(stdout) {
    const values = new Map(
      stdout
        .split('\n')
        .filter((line) => /^[A-Z][A-Z0-9_]*=/.test(line))
        .map((line) => [line.slice(0, line.indexOf('=')), unquote(line.slice(line.indexOf('=') + 1))]),
    );
    const id = values.get('ID') ?? 'linux';
    return {
      id,
      like: (values.get('ID_LIKE') ?? '').split(' ').filter(Boolean),
      name: values.get('PRETTY_NAME') ?? values.get('NAME') ?? id,
      version: values.get('VERSION_ID') ?? '',
      codename: values.get('VERSION_CODENAME') ?? '',
    };
  },
});
