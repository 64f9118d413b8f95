import { z } from 'zod';
import { UnmetPrecondition } from '../../model/errors.ts';
import { resource } from '../../model/resource.ts';
import { lines, type Script, sh } from '../../model/script.ts';
import { attributesOf, fileMode, fileOwner, setAttributes } from './file-attributes.ts';
import { absolutePath } from './file-path.ts';
import { probingFiles } from './file-state.ts';
import { putFiles } from './put-file.ts';

/** An hour: large files come over slow lines. */
const TIMEOUT = 3_600_000;

const params = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
      .refine((url) => !url.includes('@') || new URL(url).username + new URL(url).password === '', {
        message: 'may not hold a user or password: they would be seen in the list of processes',
      })
      .describe('Where it comes from: http or https.'),
    path: absolutePath.describe('The file that it becomes.'),
    checksum: z
      .string()
      .regex(/^sha256:[0-9a-fA-F]{64}$/, '"sha256:" and 64 hexadecimal digits')
      .transform((checksum) => checksum.slice('sha256:'.length).toLowerCase())
      .optional()
      .describe('What it must hold: `sha256:` and the hash. Required unless `mutable`.'),
    mutable: z
      .boolean()
      .default(false)
      .describe('What the address gives may change, so there is no checksum. It is fetched only where it is missing.'),
    mode: fileMode.optional().describe("Permissions, such as '0755'. A new file gets 0644."),
    owner: fileOwner.optional().describe('Name or number of the user that owns it.'),
    group: fileOwner.optional().describe('Name or number of its group.'),
  })
  .refine(({ checksum, mutable }) => checksum !== undefined || mutable, {
    message: 'is missing; without it nobody knows what arrives. Say mutable: true if the content may change',
    path: ['checksum'],
  })
  .refine(({ checksum, mutable }) => checksum === undefined || !mutable, {
    message: 'either a checksum or mutable, not both',
    path: ['mutable'],
  });
type Params = z.output<typeof params>;

const files = probingFiles<Params>({ path: ({ path }) => path, hash: ({ checksum }) => checksum !== undefined });

/**
 * Both end with an error for an answer that is none (404); neither may leave http and https behind a redirection. wget gets
 * no timeout of its own: that of Debian's static busybox crashes at the option.
 */
function fetch(url: string): Script {
  return sh`if command -v curl >/dev/null; then
  curl -q -f -s -S -L --proto =http,https --proto-redir =http,https --connect-timeout 30 --retry 2 -o "$temporary" -- ${url}
elif command -v wget >/dev/null; then
  wget -q -O "$temporary" ${url} || fail ${`${url} cannot be fetched`}
else
  fail 'neither curl nor wget is there: install one of them'
fi || fail ${`${url} cannot be fetched`}`;
}

/** A file that the target fetches itself. */
export const download = resource('download', {
  description:
    'A file that the host fetches itself, with curl or wget. It is put in place only when its checksum is right; the old one stands until then.',
  platform: 'posix',
  params,
  id: ({ path }) => path,
  owns: ({ path }) => [path],
  probe: files.probe,
  probeMany: files.probeMany,
  read(stdout, wanted) {
    const state = files.state(stdout, wanted);
    if (state.kind === 'directory' || state.kind === 'other') {
      throw new UnmetPrecondition(`${wanted.path} is there and is no regular file`);
    }
    return {
      state: state.kind === 'file' ? 'present' : 'absent',
      sha256: state.sha256,
      ...attributesOf(state, wanted),
      uid: state.uid,
      gid: state.gid,
    };
  },
  desired: ({ checksum, mode, owner, group }, current) => ({
    state: 'present',
    sha256: checksum,
    mode: mode ?? (current.state === 'absent' ? '0644' : undefined),
    owner,
    group,
  }),
  apply(wanted, changes, current) {
    const { url, path, checksum, mode, owner, group } = wanted;
    const fetched = changes.some(({ attribute }) => attribute === 'state' || attribute === 'sha256');
    if (!fetched) return lines([setAttributes(sh`${path}`, wanted)]);
    const attributes = {
      mode: mode ?? current.mode ?? '0644',
      owner: owner ?? current.uid,
      group: group ?? current.gid,
    };
    return putFiles([{ path, content: fetch(url), sha256: checksum, attributes }]);
  },
  together: { compatible: (earlier, next) => earlier.path !== next.path },
  timeout: () => TIMEOUT,
});
