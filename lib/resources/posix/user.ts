import { z } from 'zod';
import { type Change, compareStates, type State } from '../../model/change.ts';
import { resource } from '../../model/resource.ts';
import { lines, type Script, sh } from '../../model/script.ts';
import { Secret } from '../../model/secret.ts';
import { accountName, plainPath } from './account-name.ts';

/** crypt(5): `$id$…`; `!` and `*` stand for no password, `!$id$…` for a locked one. */
const PASSWORD_HASH = /^(?:[!*]+|!?\$[A-Za-z0-9]+\$[^:\n]+)$/;

/** A field of passwd(5): it may hold neither the separator nor a line's end. */
const field = z.string().regex(/^[^:\n\0]*$/, 'may hold neither ":" nor a line end');

const accountPath = plainPath.refine((path) => !path.includes(':'), 'may not hold ":"');

const params = z.strictObject({
  name: accountName.describe('Log-in name.'),
  uid: z.int().min(0).optional().describe('User number; chosen by the system where it is not given.'),
  group: accountName
    .optional()
    .describe('Primary group, which must exist. A new user gets a group of its own name where it is not given.'),
  groups: z.array(accountName).optional().describe('Further groups, which must exist.'),
  append: z.boolean().default(true).describe('Whether further groups that are not in `groups` are kept.'),
  home: accountPath.optional().describe('Home folder; the system puts it under /home where it is not given.'),
  shell: accountPath.optional().describe('Log-in shell.'),
  comment: field.optional().describe('Full name or purpose (the GECOS field).'),
  system: z.boolean().default(false).describe('Whether a new user gets a number of the range for system users.'),
  password: z
    .instanceof(Secret)
    .refine((secret) => PASSWORD_HASH.test(secret.reveal()), 'a hash as crypt(5) has it, not the password itself')
    .optional()
    .describe('Hash of the password (crypt(5), e.g. made by `openssl passwd -6`), or "!" to lock it.'),
  createHome: z
    .boolean()
    .optional()
    .describe(
      'Whether the home folder must exist; it is made from /etc/skel. Where it is not given, only a new user that is no system user gets one.',
    ),
  state: z.enum(['present', 'absent']).default('present').describe('Whether the user should exist.'),
  removeHome: z
    .boolean()
    .default(false)
    .describe('Whether the home folder and the mail spool go with the user. Only for state "absent".'),
});
type Params = z.output<typeof params>;

interface Current extends State {
  readonly state: 'present' | 'absent';
  /** Whether a group of the user's name exists, though the user does not. */
  readonly groupOfThatName: boolean;
  readonly home: string | undefined;
  readonly homeFolder: 'present' | 'absent' | undefined;
  readonly group: string | undefined;
  readonly groups: readonly string[] | undefined;
}

/**
 * Prints one line a user: its name, whether it and a group of that name exist, what passwd(5) says, its groups, and
 * whether the password's hash is the wanted one. Hashes are compared where they are: none comes back. The wanted ones
 * go to awk through a pipe from the shell's own printf, so that they are in no argument list.
 */
const PROGRAM = `
{ kind = $1; sub(/^[^:]*:/, "") }
kind == "W" { wanted[++count] = $1; hash[count] = $2 }
kind == "P" && !($1 in passwd) { passwd[$1] = $0; primary[$1] = $4; home[$1] = $6 }
kind == "G" {
  name[$3] = $1; exists[$1] = 1
  members = split($4, member, ",")
  for (i = 1; i <= members; i++) groups[member[i]] = groups[member[i]] "," $1
}
kind == "S" { shadow[$1] = $2 }
END {
  for (i = 1; i <= count; i++) {
    user = wanted[i]
    if (user in passwd) {
      group = primary[user] in name ? name[primary[user]] : primary[user]
      print home[user] ":" passwd[user] ":" group ":" substr(groups[user], 2) ":" (hash[i] != "" && hash[i] == shadow[user] ? "same" : "other")
    } else print ":" user ":" (user in exists ? "group" : "nothing")
  }
}`;

function script(many: readonly Params[]): Script {
  const names = many.map(({ name }) => name);
  const wanted = many.map(({ name, password }) => sh`printf 'W:%s:%s\n' ${name} ${password ?? ''}`);
  const hashes = many.some(({ password }) => password !== undefined);
  return sh`{
${lines(wanted)}
getent passwd ${[...new Set(names)]} | sed 's/^/P:/'
sed 's/^/G:/' /etc/group
${hashes ? sh`if [ -r /etc/shadow ]; then sed 's/^/S:/' /etc/shadow; fi` : sh`:`}
} | awk -F: ${PROGRAM} | while IFS=: read -r home rest; do
  if [ -d "$home" ]; then folder=present; else folder=absent; fi
  printf '%s\n' "$folder:$rest"
done`;
}

/** An account of passwd(5). */
export const user = resource('user', {
  description:
    'An account, made and changed with useradd, usermod and userdel. A home folder is never moved: change `home` and move it yourself. The password is given as a hash.',
  platform: 'posix',
  params,
  id: ({ name }) => name,
  probe: (one) => script([one]),
  probeMany: {
    script,
    split: (stdout, many) => many.map((_, index) => `${stdout.split('\n')[index] ?? ''}\n`),
  },
  read(stdout): Current {
    const [folder, name, ...rest] = stdout.trimEnd().split(':');
    if (!name) throw new Error('the system did not say whether the user exists');
    if (rest.length === 1) return { ...ABSENT, groupOfThatName: rest[0] === 'group' };
    const [, uid, , comment, home, shell, group, groups, password] = rest;
    return {
      state: 'present',
      groupOfThatName: true,
      uid: Number(uid),
      comment,
      home,
      homeFolder: folder === 'present' ? 'present' : 'absent',
      shell,
      group,
      groups: groups ? [...new Set(groups.split(','))].filter((name) => name !== group).sort() : [],
      password: password ?? '',
    };
  },
  desired(wanted, current) {
    if (wanted.state === 'absent') return { state: 'absent' };
    const { uid, group, home, shell, comment, password } = wanted;
    return {
      state: 'present',
      uid,
      group,
      groups: furtherGroups(wanted, current),
      comment,
      home,
      shell,
      homeFolder: createsHome(wanted, current) ? 'present' : undefined,
      password: password && 'same',
    };
  },
  diff: (current, desired) => compareStates(current, desired).map(hidePassword),
  apply(wanted, changes, current) {
    if (wanted.state === 'absent') {
      const removeHome = wanted.removeHome && current.homeFolder === 'present' ? ['--remove'] : [];
      return sh`userdel ${removeHome} ${wanted.name}`;
    }
    return current.state === 'absent' ? create(wanted, current) : change(wanted, changes);
  },
  together: { compatible: (earlier, next) => earlier.name !== next.name },
});

const ABSENT = {
  state: 'absent',
  home: undefined,
  homeFolder: undefined,
  group: undefined,
  groups: undefined,
} as const;

function furtherGroups({ group, groups, append }: Params, current: Current): readonly string[] | undefined {
  if (groups === undefined) return undefined;
  const kept = append ? (current.groups ?? []) : [];
  const primary = group ?? current.group;
  return [...new Set([...kept, ...groups])].filter((name) => name !== primary).sort();
}

function createsHome({ createHome, system }: Params, current: Current): boolean {
  return createHome ?? (current.state === 'absent' && !system);
}

function hidePassword(change: Change): Change {
  return change.attribute === 'password' ? { ...change, sensitive: true } : change;
}

/** chpasswd(8) reads its standard input; the shell's own printf has no argument list that others could see. */
function setPassword({ name, password }: Params): Script {
  return password ? sh`printf '%s:%s\n' ${name} ${password} | chpasswd -e || exit 1` : sh`:`;
}

function create(wanted: Params, current: Current): Script {
  const { name, uid, group = current.groupOfThatName ? name : undefined, groups = [], home, shell, comment } = wanted;
  const options = [
    ...(wanted.system ? ['--system'] : []),
    ...(uid === undefined ? [] : ['--uid', uid]),
    ...(group === undefined ? ['--user-group'] : ['--gid', group]),
    ...(groups.length === 0 ? [] : ['--groups', groups.join(',')]),
    ...(home === undefined ? [] : ['--home-dir', home]),
    ...(shell === undefined ? [] : ['--shell', shell]),
    ...(comment === undefined ? [] : ['--comment', comment]),
    createsHome(wanted, current) ? '--create-home' : '--no-create-home',
  ];
  return sh`useradd ${options} ${name} || exit 1
${setPassword(wanted)}`;
}

function change(wanted: Params, changes: readonly Change[]): Script {
  const { name, uid, group, home, shell, comment } = wanted;
  const changed = new Map(changes.map(({ attribute, after }) => [attribute, after]));
  const option = (attribute: string, flag: string, value: string | number | undefined) =>
    changed.has(attribute) && value !== undefined ? [flag, value] : [];
  const groups = changed.get('groups');
  const options = [
    ...option('uid', '--uid', uid),
    ...option('group', '--gid', group),
    ...option('groups', '--groups', Array.isArray(groups) ? groups.join(',') : undefined),
    ...option('home', '--home', home),
    ...option('shell', '--shell', shell),
    ...option('comment', '--comment', comment),
  ];
  return lines([
    ...(options.length > 0 ? [sh`usermod ${options} ${name} || exit 1`] : []),
    ...(changed.has('homeFolder') ? [makeHome(name)] : []),
    ...(changed.has('password') ? [setPassword(wanted)] : []),
  ]);
}

/** What useradd does for a new user: the skeleton's files, owned by the user, not readable by others. */
function makeHome(name: string): Script {
  return sh`home=$(getent passwd ${name} | cut -d: -f6)
[ -n "$home" ] && mkdir -p "$home/" || exit 1
if [ -d /etc/skel ]; then cp -R /etc/skel/. "$home/" || exit 1; fi
chown -R ${name}: "$home/" && chmod 0700 "$home/" || exit 1`;
}
