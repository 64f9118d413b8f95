import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { z } from 'zod';
import { UnmetPrecondition } from '../../model/errors.ts';
import { resource } from '../../model/resource.ts';
import { lines, type Script, sh } from '../../model/script.ts';
import { fileOwner } from './file-attributes.ts';
import { contentOfFile } from './file-content.ts';
import { absolutePath } from './file-path.ts';

const FORMAT = /\.(?:tar|tar\.(?:gz|bz2|xz|zst)|tgz|tbz2?|txz|zip)$/i;
const isZip = (source: string) => /\.zip$/i.test(source);
const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

const params = z
  .strictObject({
    source: z
      .string()
      .regex(FORMAT, 'a file that ends with .tar, .tar.gz, .tar.bz2, .tar.xz, .tar.zst, .tgz, .tbz, .txz or .zip')
      .describe('The archive: a path on the host, or with `upload` one on the controller.'),
    upload: z.boolean().default(false).describe('Whether `source` is a file on the controller.'),
    destination: absolutePath.describe('The folder that it is unpacked into. It must exist.'),
    creates: absolutePath
      .optional()
      .describe(
        'Not unpacked where this exists. Without it, it is unpacked again whenever the archive is another one.',
      ),
    stripComponents: z
      .int()
      .min(0)
      .default(0)
      .describe('How many leading folders are taken off the names in it. Not for zip.'),
    owner: fileOwner.optional().describe('Owner of what is unpacked; the user that unpacks where it is not given.'),
    group: fileOwner.optional().describe('Group of what is unpacked.'),
  })
  .refine(({ source, stripComponents }) => stripComponents === 0 || !isZip(source), {
    message: 'unzip cannot take folders off',
    path: ['stripComponents'],
  })
  .refine(({ source, upload }) => upload || source.startsWith('/'), {
    message: 'an absolute path on the host, or a file on the controller with upload: true',
    path: ['source'],
  })
  .refine(({ source, upload }) => !upload || isFile(source), {
    message: 'there is no such file on the controller',
    path: ['source'],
  });
type Params = z.output<typeof params>;

/** The stamp in the destination that says which archive was unpacked there; one for each archive's name. */
function hidden({ source, destination }: Params, what: string): string {
  const id = createHash('sha256').update(source.replace(/^.*\//, '')).digest('hex').slice(0, 12);
  return `${destination === '/' ? '' : destination}/.garden-${what}-${id}`;
}

/** How tar is told of the compression; busybox's does not always find out by itself. */
const COMPRESSION: readonly (readonly [RegExp, string])[] = [
  [/(?:\.gz|\.tgz)$/i, '-z'],
  [/(?:\.bz2|\.tbz2?)$/i, '-j'],
  [/(?:\.xz|\.txz)$/i, '-J'],
  [/\.zst$/i, '--zstd'],
];

/** Both leave out a leading "/" of a name in the archive, and what would lead out of the folder by "..". */
function unpack(wanted: Params, archive: string): Script {
  const compression = COMPRESSION.filter(([ending]) => ending.test(wanted.source)).map(([, option]) => option);
  return isZip(wanted.source)
    ? sh`command -v unzip >/dev/null || fail 'unzip is missing: install it'
unzip -q -o ${archive} -d "$staging"`
    : sh`tar -x ${compression} -f ${archive} -C "$staging" --no-same-owner ${
        wanted.stripComponents > 0 ? [`--strip-components=${wanted.stripComponents}`] : []
      }`;
}

/** The content of an archive, unpacked. */
export const archive = resource('archive', {
  description:
    'An archive (tar, plain or compressed, or zip) that is unpacked into a folder. It is unpacked beside first, so that a broken archive changes nothing; a stamp in the folder remembers which one was unpacked. What later goes from the archive, or is changed in the folder, is not seen.',
  platform: 'posix',
  params,
  id: ({ source, destination }) => `${source} in ${destination}`,
  owns: ({ destination }) => [destination],
  probe(wanted) {
    const { source, destination, creates, upload } = wanted;
    const stamp = hidden(wanted, 'archive');
    return lines([
      sh`if [ -d ${destination}/ ]; then echo folder; else echo none; fi`,
      creates === undefined
        ? sh`if [ -r ${stamp} ]; then read -r unpacked <${stamp} || :; fi
printf '%s\n' "\${unpacked:-none}"`
        : sh`if [ -e ${creates} ]; then echo created; else echo none; fi`,
      upload || creates !== undefined
        ? sh`:`
        : sh`if [ -f ${source} ]; then sha256sum <${source} || exit 1; else echo none; fi`,
    ]);
  },
  read(stdout, { source, destination, creates, upload }) {
    const [folder, unpacked, hash] = stdout.split('\n');
    if (unpacked === 'created') return { unpacked: 'yes', wanted: 'yes' };
    if (folder !== 'folder') throw new UnmetPrecondition(`there is no folder ${destination}: make it with directory()`);
    if (creates !== undefined) return { unpacked: undefined, wanted: 'yes' };
    const sha256 = upload ? contentOfFile(source).sha256 : /^[0-9a-f]{64}/.exec(hash ?? '')?.[0];
    if (sha256 === undefined) throw new UnmetPrecondition(`there is no archive ${source}`);
    return { unpacked: unpacked === 'none' ? undefined : unpacked, wanted: sha256 };
  },
  desired: (_wanted, current) => ({ unpacked: current.wanted }),
  diff(current, desired) {
    if (current.unpacked === desired.unpacked) return [];
    const shown = (hash: string | undefined) => (hash && hash.length === 64 ? `sha256:${hash.slice(0, 12)}` : hash);
    return [{ attribute: 'unpacked', before: shown(current.unpacked), after: shown(current.wanted) }];
  },
  apply(wanted, _changes, current) {
    const { source, upload, destination, owner, group } = wanted;
    const from = upload ? hidden(wanted, 'upload') : source;
    const account = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
    const expected = upload ? contentOfFile(source).sha256 : current.wanted;
    return {
      uploads: upload ? [{ path: from, content: { file: source } }] : [],
      script: lines([
        sh`umask 022
staging=${hidden(wanted, 'unpack')} stamp=${hidden(wanted, 'archive')} uploaded=${upload ? from : ''}
fail() { printf '%s\n' "$1" >&2; exit 1; }
trap 'rm -rf "$staging" "$uploaded"' EXIT
trap 'exit 143' HUP INT TERM
[ -f ${from} ] || fail ${`there is no archive ${from}`}`,
        ...(expected?.length === 64
          ? [
              sh`[ "$(sha256sum <${from})" = ${`${expected}  -`} ] || fail ${`${source} is not the archive that it was a moment ago`}`,
            ]
          : []),
        sh`rm -rf "$staging" && mkdir "$staging" || exit 1`,
        sh`{ ${unpack(wanted, from)}
} || fail ${`${source} cannot be unpacked`}`,
        ...(account === '' ? [] : [sh`chown -R -h ${account} "$staging" || exit 1`]),
        // The folder's own mode and owner are not the archive's to change: what is in it is copied, not itself.
        sh`for entry in "$staging"/* "$staging"/.[!.]* "$staging"/..?*; do
  if [ -e "$entry" ] || [ -L "$entry" ]; then cp -a -f "$entry" ${destination}/ || exit 1; fi
done
hash=$(sha256sum <${from}) && printf '%s\n' "\${hash%% *}" >"$stamp" || exit 1`,
      ]),
    };
  },
  together: { compatible: (earlier, next) => earlier.destination !== next.destination },
  timeout: () => 3_600_000,
});
