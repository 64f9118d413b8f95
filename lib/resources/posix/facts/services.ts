import { fact } from '../../../model/fact.ts';
import { sh } from '../../../model/script.ts';
import { linesOf, readSections, sections } from './sections.ts';

/** A service of systemd. */
export interface ServiceUnit {
  /** With its ending: `haproxy.service`. */
  readonly name: string;
  /** `active`, `inactive`, `failed`, `activating`; `inactive` where it is not loaded at all. */
  readonly active: string;
  /** `running`, `exited`, `dead`, `failed`. */
  readonly sub: string;
  /** What its file says: `enabled`, `disabled`, `static`, `masked`; empty where it has none. */
  readonly file: string;
}

export const services = fact<readonly ServiceUnit[]>('services', {
  description: 'The services that systemd knows, by name; empty without systemd.',
  script: sections({
    units: sh`systemctl list-units --type=service --all --full --plain --no-legend --no-pager`,
    files: sh`systemctl list-unit-files --type=service --full --no-legend --no-pager`,
  }),
  read(stdout) {
    const section = readSections(stdout);
    const words = (name: string) => linesOf(section(name)).map((line) => line.trim().split(/\s+/));
    const files = new Map(words('files').map(([name = '', file = '']) => [name, file]));
    // Units that others wish for but nobody installed are listed too.
    const loaded = words('units')
      .filter(([, load]) => load !== 'not-found')
      .map(([name = '', , active = '', sub = '']) => ({ name, active, sub }));
    const known = new Set(loaded.map(({ name }) => name));
    const others = [...files.keys()]
      .filter((name) => !known.has(name) && !name.includes('@.'))
      .map((name) => ({ name, active: 'inactive', sub: 'dead' }));
    return [...loaded, ...others]
      .map((unit) => ({ ...unit, file: files.get(unit.name) ?? '' }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  },
});
