import { z } from 'zod';
import { UnmetPrecondition } from '../../model/errors.ts';
import { resource } from '../../model/resource.ts';
import { sh } from '../../model/script.ts';
import { replaceFile } from './edit-lines.ts';

const FOLDER = '/usr/share/zoneinfo';

const params = z
  .string()
  .regex(/^[A-Za-z0-9_+-]+(?:\/[A-Za-z0-9_+-]+)*$/, 'a name of the tz database, e.g. Europe/Berlin or UTC')
  .describe('Name of the zone in the tz database, e.g. Europe/Berlin.');

type Current = {
  /** Where /etc/localtime points, as a name of the database. */
  readonly localtime: string | undefined;
  /** What /etc/timezone says; undefined where there is no such file. */
  readonly file: string | undefined;
};

/** The zone of the host's clock. */
export const timezone = resource('timezone', {
  description: 'The time zone: the link /etc/localtime, and /etc/timezone where there is such a file.',
  platform: 'posix',
  params,
  id: (name) => name,
  owns: () => ['/etc/timezone', '/etc/localtime'],
  probe: (name) => sh`if [ ! -e ${`${FOLDER}/${name}`} ]; then echo missing; fi
if [ -L /etc/localtime ]; then echo "localtime $(readlink /etc/localtime)"; fi
if [ -e /etc/timezone ]; then echo "file $(cat /etc/timezone)"; fi`,
  read(stdout, name): Current {
    if (/^missing$/m.test(stdout)) {
      throw new UnmetPrecondition(`there is no time zone "${name}" on the host`, {
        hint: 'see that the name is right and the package tzdata is installed',
      });
    }
    const [, localtime] = /^localtime .*\/zoneinfo\/(.+)$/m.exec(stdout) ?? [];
    const [, file] = /^file (.*)$/m.exec(stdout) ?? [];
    return { localtime, file };
  },
  desired: (name, current) => ({ localtime: name, file: current.file === undefined ? undefined : name }),
  apply(name, _changes, current) {
    const link = sh`rm -f /etc/.localtime.garden
ln -s ${`${FOLDER}/${name}`} /etc/.localtime.garden && mv -f /etc/.localtime.garden /etc/localtime || exit`;
    if (current.file === undefined) return link;
    return sh`${link}
${replaceFile('/etc/timezone', `${name}\n`)}`;
  },
});
