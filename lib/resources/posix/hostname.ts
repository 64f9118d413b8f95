import { z } from 'zod';
import { resource } from '../../model/resource.ts';
import { sh } from '../../model/script.ts';
import { replaceFile } from './edit-lines.ts';
import { readingFiles } from './read-files.ts';

const params = z
  .string()
  .regex(
    /^(?=.{1,64}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
    'a host name: labels of letters, digits and "-" (RFC 1123), at most 64 characters in all',
  )
  .describe('The name, with its domain or without.');

type Current = { readonly file: string | undefined; readonly running: string | undefined };

/** hostname(5): the first line that is neither empty nor a comment. /proc has the name of the reader's own name space. */
const files = readingFiles<string>(() => ['/etc/hostname', '/proc/sys/kernel/hostname']);

/** The host's own name. */
export const hostname = resource('hostname', {
  description: "The host's own name: the running one and /etc/hostname. /etc/hosts is left alone.",
  platform: 'posix',
  params,
  id: (name) => name,
  owns: () => ['/etc/hostname'],
  probe: (name) => files.script([name]),
  read(stdout, name): Current {
    const [file = [], running = []] = files.read(stdout, name);
    return {
      file: file.map((line) => line.trim()).find((line) => line !== '' && !line.startsWith('#')),
      running: running[0],
    };
  },
  desired: (name) => ({ file: name, running: name }),
  apply: (name) => sh`if [ -d /run/systemd/system ] && hostnamectl status > /dev/null 2>&1; then
  hostnamectl --static --transient set-hostname ${name} || exit
else
  ${replaceFile('/etc/hostname', `${name}\n`)}
  hostname ${name} || exit
fi`,
});
