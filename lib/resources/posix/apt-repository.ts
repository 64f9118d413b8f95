import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { State } from '../../model/change.ts';
import { resource } from '../../model/resource.ts';
import { lines, printBytes, type Script, sh } from '../../model/script.ts';
import { APT } from './apt-script.ts';

const SOURCES = '/etc/apt/sources.list.d';
const KEYS = '/etc/apt/keyrings';
const KEY_BLOCK = '-----BEGIN PGP PUBLIC KEY BLOCK-----';

/** One word of a field in deb822 format: nothing that could begin another field or word. */
const word = z.string().regex(/^[^\s\p{Cc}#]+$/u, 'a single word');

const params = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'letters, digits, hyphens, underscores and dots')
      .describe(`What it is called on the host: \`${SOURCES}/NAME.sources\`.`),
    uris: z.array(word).default([]).describe('Where it is: `https://…`, or `file:/…` for a folder of the host.'),
    suites: z
      .array(word)
      .default([])
      .describe('Suites, such as `bookworm`; an exact path such as `./` has no components.'),
    components: z.array(word).default([]).describe('Components, such as `main`.'),
    signedBy: z
      .string()
      .refine((text) => text.startsWith('/') || text.includes(KEY_BLOCK), 'an absolute path or an armoured OpenPGP key')
      .optional()
      .describe('The key that signs it: the text of an armoured key, or the path of a key on the host.'),
    trusted: z.boolean().optional().describe('Taken without a valid signature. For a local pool alone.'),
    state: z.enum(['present', 'absent']).default('present').describe('Whether apt knows it.'),
  })
  .refine(({ state, uris, suites }) => state === 'absent' || (uris.length > 0 && suites.length > 0), {
    message: 'needs uris and suites',
    path: ['uris'],
  })
  .refine(({ suites, components }) => components.length > 0 || suites.every((suite) => suite.endsWith('/')), {
    message: 'needed, unless every suite is an exact path that ends with a slash',
    path: ['components'],
  });
type Params = z.output<typeof params>;

interface Current extends State {
  readonly state: 'present' | 'absent';
  readonly content: string | undefined;
  readonly key: string | undefined;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function keyText({ signedBy }: Params): string | undefined {
  return signedBy?.includes(KEY_BLOCK) ? `${signedBy.trim()}\n` : undefined;
}

const sourcesPath = ({ name }: Params) => `${SOURCES}/${name}.sources`;
const keyPath = ({ name }: Params) => `${KEYS}/${name}.asc`;

/** The source in deb822 format (sources.list(5)), with its key where it is said to be. */
function sourcesText(each: Params, key: string | undefined): string {
  const { uris, suites, components, trusted } = each;
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['Types', 'deb'],
    ['URIs', uris.join(' ')],
    ['Suites', suites.join(' ')],
    ['Components', components.join(' ') || undefined],
    ['Signed-By', key],
    ['Trusted', trusted === undefined ? undefined : trusted ? 'yes' : 'no'],
  ];
  return fields
    .filter(([, value]) => value !== undefined)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
}

function finalText(each: Params): string {
  return sourcesText(each, keyText(each) === undefined ? each.signedBy : keyPath(each));
}

/** Checksums of the files that are there, as sha256sum(1) prints them. */
function script(many: readonly Params[]): Script {
  return sh`sha256sum -- ${[...new Set(many.flatMap((each) => [sourcesPath(each), keyPath(each)]))]} 2>/dev/null || :`;
}

/** Writes a file beside its place, where apt does not read it, and then renames it. */
function place(text: string, folder: string, name: string): Script {
  const temporary = `${folder}/.${name}.garden`;
  return sh`rm -f ${temporary} && ${printBytes(text)} >${temporary} && chmod 0644 ${temporary} && mv -f ${temporary} ${folder}/${name} || exit`;
}

/** A repository of apt. */
export const aptRepository = resource('aptRepository', {
  description:
    'A source of packages for apt, with the key that signs it. It is put in place only when its lists could be fetched and their signature is good.',
  platform: 'posix',
  params,
  id: ({ name }) => name,
  owns: (each) => [sourcesPath(each)],
  probe: (each) => script([each]),
  probeMany: {
    script,
    split(stdout, many) {
      const found = stdout.split('\n');
      return many.map((each) =>
        found
          .filter((line) => [sourcesPath(each), keyPath(each)].includes(line.slice(66)))
          .map((line) => `${line}\n`)
          .join(''),
      );
    },
  },
  read(stdout, each): Current {
    const hashes = new Map(stdout.split('\n').map((line) => [line.slice(66), line.slice(0, 64)]));
    const content = hashes.get(sourcesPath(each));
    const key = hashes.get(keyPath(each));
    const gone = content === undefined && (each.state === 'present' || key === undefined);
    return { state: gone ? 'absent' : 'present', content, key };
  },
  desired(each): State {
    if (each.state === 'absent') return { state: 'absent' };
    const key = keyText(each);
    return { state: 'present', content: hashOf(finalText(each)), key: key === undefined ? undefined : hashOf(key) };
  },
  reveal: {
    probe: (each, changes) =>
      changes.some(({ attribute }) => attribute === 'content') ? sh`cat ${sourcesPath(each)} 2>/dev/null || :` : null,
    read: (before, each, changes) =>
      changes.map((change) =>
        change.attribute === 'content' ? { ...change, text: { before, after: finalText(each) } } : change,
      ),
  },
  apply(each) {
    if (each.state === 'absent') return sh`rm -f ${sourcesPath(each)} ${keyPath(each)}`;
    const key = keyText(each);
    const trial = `trial/${each.name}.sources`;
    return lines([
      APT,
      // apt's own user, who verifies signatures, must be able to read the trial.
      sh`work=$(mktemp -d) && trap 'rm -rf "$errors" "$work"' EXIT && cd "$work" && chmod 0755 . && mkdir trial || exit`,
      ...(key === undefined
        ? [sh`${printBytes(finalText(each))} >${trial} || exit`]
        : [
            sh`${printBytes(key)} >key.asc || exit`,
            sh`{ ${printBytes(sourcesText(each, undefined))}; echo "Signed-By: $work/key.asc"; } >${trial} || exit`,
          ]),
      sh`chmod 0644 trial/* ${key === undefined ? [] : ['key.asc']} && apt_get -o Dir::Etc::SourceList="$work"/${trial} -o Dir::Etc::SourceParts=- -o APT::Get::List-Cleanup=0 -o APT::Update::Error-Mode=any update || fail`,
      sh`mkdir -p ${SOURCES} ${KEYS} || exit`,
      ...(key === undefined ? [] : [place(key, KEYS, `${each.name}.asc`)]),
      place(finalText(each), SOURCES, `${each.name}.sources`),
    ]);
  },
});
