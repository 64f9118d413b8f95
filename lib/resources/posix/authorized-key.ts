import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { State } from '../../model/change.ts';
import { UnmetPrecondition } from '../../model/errors.ts';
import { type Pending, resource } from '../../model/resource.ts';
import { lines, Script, sh } from '../../model/script.ts';
import { accountName, plainPath } from './account-name.ts';
import { editLines } from './edit-lines.ts';
import { readingFiles } from './read-files.ts';

/** `options type key comment`; options may hold blanks within double quotes (sshd(8), AUTHORIZED_KEYS FILE FORMAT). */
const OPTIONS = /(?:[^\s"]|"(?:\\"|[^"\\]|\\(?!"))*")+/;
const TYPE = /(?:ssh-|ecdsa-|sk-ssh-|sk-ecdsa-)[a-z0-9@.-]+/;
const KEY_LINE = new RegExp(`^(?:${OPTIONS.source}\\s+)?${TYPE.source}\\s+([A-Za-z0-9+/]+=*)(?:\\s+(.*))?$`);

interface PublicKey {
  readonly line: string;
  readonly blob: string;
  readonly comment: string;
}

/** A key of a line; undefined for comments, blank lines and what sshd would not take. */
function parseKey(line: string): PublicKey | undefined {
  const text = line.trim();
  if (text.startsWith('#')) return undefined;
  const [, blob, comment = ''] = KEY_LINE.exec(text) ?? [];
  return blob === undefined ? undefined : { line: text, blob, comment };
}

const keyLine = z.string().transform((line, context): PublicKey => {
  const key = /[\n\0]/.test(line.trim()) ? undefined : parseKey(line);
  if (key) return key;
  context.addIssue({ code: 'custom', message: 'one public key as in a .pub file: type, key, comment' });
  return z.NEVER;
});

const params = z.strictObject({
  user: accountName.refine((name) => !name.endsWith('$'), 'may not end with "$"').describe('Whose key it is.'),
  key: keyLine.describe('The public key: one line of authorized_keys, with its options if it has some.'),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the key lets its holder in.'),
  exclusive: z.boolean().default(false).describe('Whether all other keys of the file go.'),
  path: plainPath
    .optional()
    .describe("The file: ~/.ssh/authorized_keys where it is not given. A file named here is root's, mode 0644."),
});
type Params = z.output<typeof params>;

interface Current extends State {
  readonly state: 'present' | 'absent';
  /** The line of the file that holds the key. */
  readonly line: string | undefined;
  readonly others: readonly string[];
  /** The file's lines. */
  readonly lines: readonly string[];
}

/** A tilde before a name is replaced by the shell itself (POSIX XCU 2.6.1): no process is needed to find a home. */
const home = (user: string) => Script.fromQuoted(`~${user}`);
const fileOf = ({ user, path }: Params) => path ?? sh`${home(user)}/.ssh/authorized_keys`;

const files = readingFiles<Params>((one) => [fileOf(one)]);
const users = (many: readonly Params[]) => [...new Set(many.map(({ user }) => user))];

/** Besides the files, prints `~user` for every user that does not exist: then the shell leaves the tilde as it is. */
function script(many: readonly Params[]): Script {
  const looks = users(many).map((user) => sh`if [ ${home(user)} = ${`~${user}`} ]; then echo ${`~${user}`}; fi`);
  return lines([...looks, files.script(many)]);
}

/** A line of `authorized_keys`: who holds the key may log in as the user. */
export const authorizedKey = resource('authorizedKey', {
  description:
    "A public key that lets its holder log in as a user. The folder and file are made with the rights that sshd asks for; a user's own file is written with that user's rights alone.",
  platform: 'posix',
  params,
  id: ({ user, key }) => `${user} ${key.comment || fingerprint(key)}`,
  probe: (one) => script([one]),
  probeMany: {
    script,
    split(stdout, many) {
      const missing = new Set(stdout.split('\n').filter((line) => line.startsWith('~')));
      return files.split(stdout, many).map((part, index) => {
        const tilde = `~${many[index]?.user}`;
        return missing.has(tilde) ? `${tilde}\n${part}` : part;
      });
    },
  },
  read(stdout, one): Current {
    if (one.state === 'present' && stdout.startsWith('~')) {
      throw new UnmetPrecondition(`there is no user "${one.user}"`);
    }
    const [found = []] = files.read(stdout, one);
    const keys = found.map(parseKey).filter((key) => key !== undefined);
    const own = keys.find((key) => key.blob === one.key.blob);
    return {
      state: own ? 'present' : 'absent',
      line: own?.line,
      others: keys.filter((key) => key.blob !== one.key.blob).map((key) => key.comment || fingerprint(key)),
      lines: found,
    };
  },
  desired({ state, key, exclusive }) {
    const others = exclusive ? [] : undefined;
    return state === 'absent' ? { state, others } : { state, line: key.line, others };
  },
  apply: (one, changes, current) => write([{ params: one, changes, current }]),
  together: {
    compatible: () => true,
    apply(all) {
      const byFile = new Map<string, Pending<Params, Current>[]>();
      for (const pending of all) {
        const key = JSON.stringify([pending.params.user, pending.params.path]);
        byFile.set(key, [...(byFile.get(key) ?? []), pending]);
      }
      return lines([...byFile.values()].map((group) => sh`(${write(group)}) || exit 1`));
    },
  },
});

/** As ssh-keygen -l shows it (RFC 4648 without padding over SHA-256), shortened to what still tells keys apart. */
function fingerprint({ blob }: PublicKey): string {
  return `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').slice(0, 12)}`;
}

/** Edits one file for all keys of it, in their order. */
function write(group: readonly Pending<Params, Current>[]): Script {
  const [first] = group;
  if (!first) return sh`:`;
  let text = first.current.lines;
  const added: string[] = [];
  for (const { params: one } of group) {
    const stays = (line: string) => {
      const key = parseKey(line);
      return key === undefined || (key.blob !== one.key.blob && !one.exclusive);
    };
    text = text.filter(stays);
    const kept = added.filter(stays);
    added.splice(0, added.length, ...kept, ...(one.state === 'present' ? [one.key.line] : []));
  }
  const left = new Set(text);
  const edit = { remove: first.current.lines.filter((line) => !left.has(line)), add: added };
  const { user, path } = first.params;
  if (path !== undefined) return editLines(path, edit);
  return asUser(
    user,
    sh`umask 077
mkdir -p ${home(user)}/.ssh || exit 1
${editLines(fileOf(first.params), { ...edit, umask: '077' })}`,
  );
}

/**
 * Runs a script with a user's rights alone: in folders that belong to the user, root could be led astray by links.
 * setpriv(1) opens no log-in session as su(1) does, which takes its place where it cannot change users (busybox).
 */
function asUser(user: string, script: Script): Script {
  const privileges = sh`--reuid=${user} --regid="$(id -g ${user})" --init-groups`;
  return sh`script=${script.text}
if [ "$(id -u)" -ne 0 ] || [ ${user} = root ]; then
  /bin/sh -c "$script" || exit 1
elif setpriv ${privileges} true 2> /dev/null; then
  setpriv ${privileges} /bin/sh -c "$script" || exit 1
else
  su -s /bin/sh ${user} -c "$script" || exit 1
fi`;
}
