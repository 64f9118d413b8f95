import { lines, Script, sh } from '../../model/script.ts';
import { AnswerReader } from './answer-reader.ts';

/** What stands at a path. `link` is a symbolic link; where links are followed, only one that leads nowhere. */
type FileKind = 'file' | 'directory' | 'link' | 'other' | 'absent';

/** What is known of a path; what was not asked for, or does not apply, is undefined. */
export interface FileState {
  readonly kind: FileKind;
  /** Four octal digits. */
  readonly mode?: string | undefined;
  readonly uid?: string | undefined;
  readonly gid?: string | undefined;
  /** In bytes. */
  readonly size?: number | undefined;
  /** Names of user and group, `UNKNOWN` where a number has none. */
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  /** Of the content, in hexadecimal. */
  readonly sha256?: string | undefined;
  readonly text?: string | undefined;
  /** What a symbolic link says. */
  readonly target?: string | undefined;
}

/** What a kind of resource wants to know of its files. */
export interface FileQuestions<Params> {
  readonly path: (params: Params) => string;
  /** Whether links are followed; true by default. */
  readonly follow?: boolean;
  /** Whether mode and owner are wanted; true by default. */
  readonly attributes?: boolean;
  /** Whose content's hash is wanted. */
  readonly hash?: (params: Params) => boolean;
  /** Whether the whole content is wanted, which must be text in UTF-8. */
  readonly text?: boolean;
}

/** The part of a resource's definition that looks at files: one, or many by one script. */
export interface FileProbe<Params> {
  probe(params: Params): Script;
  readonly probeMany: {
    script(many: readonly Params[]): Script;
    split(stdout: string, many: readonly Params[]): readonly string[];
  };
  /** @throws Error for what this user may not look at, or for a text that is none. */
  state(stdout: string, params: Params): FileState;
}

const KINDS: Readonly<Record<string, FileKind>> = {
  f: 'file',
  u: 'file',
  d: 'directory',
  o: 'other',
  l: 'link',
  a: 'absent',
};

/**
 * Sets `kind` to one letter of {@link KINDS}, `u` being a file that may not be read and `x` a path behind a folder that
 * may not be searched, which must not be taken for absent. Builtins alone: no process is started.
 */
const KIND_OF = Script.fromQuoted(`kind_of() {
  if [ -n "$links" ] && [ -L "$1" ]; then kind=l
  elif [ -f "$1" ]; then if [ -r "$1" ]; then kind=f; else kind=u; fi
  elif [ -d "$1" ]; then kind=d
  elif [ -e "$1" ]; then kind=o
  elif [ -L "$1" ]; then kind=l
  else
    kind=a nearest=$1
    while [ -n "$nearest" ] && [ ! -e "$nearest" ]; do nearest=\${nearest%/*}; done
    if [ -d "\${nearest:-/}" ] && [ ! -x "\${nearest:-/}" ]; then kind=x; fi
  fi
}
each_of() {
  kinds=$1
  shift
  for path do
    kind_of "$path"
    case $kinds in *$kind*) printf '%s\\0' "$path" ;; esac
  done
}`);

interface Question {
  readonly path: string;
  readonly hash: boolean;
}

/** One who asks for the same path in the same way gets the same answer. */
function distinct(questions: readonly Question[]): ReadonlyMap<string, Question> {
  return new Map(questions.map((question) => [`${question.hash ? '#' : ''}${question.path}`, question]));
}

/**
 * A way of looking at files whose processes do not grow in number with the files: one stat(1), and where it is asked
 * for one sha256sum(1) or one cat(1). Names go to them through xargs(1), so that no list is too long for the kernel.
 * The answer is a line with a letter for each file, then a line of stat for each that is there, then the lines of
 * sha256sum, then the contents, to be told apart by their sizes.
 */
export function probingFiles<Params>(questions: FileQuestions<Params>): FileProbe<Params> {
  const { path, follow = true, attributes = true, hash = () => false, text = false } = questions;
  const asked = (many: readonly Params[]) => distinct(many.map((one) => ({ path: path(one), hash: hash(one) })));
  const format = `%a:%u:%g:%s:%U:%G${follow ? '' : ':%N'}`;

  const script = (many: readonly Params[]): Script => {
    const all = [...asked(many).values()];
    const hashed = all.filter((question) => question.hash).map((question) => question.path);
    return lines([
      KIND_OF,
      sh`links=${follow ? '' : 'yes'} found=
set -- ${all.map((question) => question.path)}
for path do kind_of "$path"; found=$found$kind; done
printf '%s\n' "$found"`,
      // GNU's stat would quote the names that %N prints; busybox always puts them between two quotes.
      ...(attributes
        ? [
            sh`each_of ${follow ? 'fudo' : 'fudol'} "$@" | QUOTING_STYLE=literal xargs -0 -r stat ${follow ? ['-L'] : []} -c ${format} -- || exit 1`,
          ]
        : []),
      ...(text ? [sh`each_of f "$@" | xargs -0 -r cat -- || exit 1`] : []),
      ...(hashed.length > 0
        ? [
            sh`set -- ${hashed}
each_of f "$@" | xargs -0 -r sha256sum -- || exit 1`,
          ]
        : []),
    ]);
  };

  /** Cuts an answer into what each question alone would have been answered. */
  const cut = (stdout: string, all: readonly Question[]) => {
    const reader = new AnswerReader(stdout);
    const letters = [...reader.line()];
    if (letters.length !== all.length) throw new Error('the answer has not as many parts as there are files');
    const parts = all.map((question, index) => ({ ...question, letter: letters[index] ?? '' }));
    const statistics = parts.map(({ letter, path }) => {
      if (!attributes || !(follow ? 'fudo' : 'fudol').includes(letter)) return undefined;
      return reader.statistics(path, { withName: !follow, link: letter === 'l' });
    });
    const texts = parts.map(({ letter }, index) =>
      text && letter === 'f' ? reader.text(statistics[index]?.size ?? 0) : '',
    );
    const hashes = parts.map(({ letter, hash, path }) => (hash && letter === 'f' ? reader.hash(path) : undefined));
    reader.end();
    return parts.map((part, index) => ({
      ...part,
      statistics: statistics[index],
      text: texts[index] ?? '',
      hash: hashes[index],
    }));
  };

  return {
    probe: (one) => script([one]),
    probeMany: {
      script,
      split(stdout, many) {
        const keys = asked(many);
        const parts = new Map(
          cut(stdout, [...keys.values()]).map((part, index) => [
            [...keys.keys()][index],
            `${part.letter}\n${part.statistics?.raw ?? ''}${part.text}${part.hash?.raw ?? ''}`,
          ]),
        );
        return many.map((one) => parts.get([...asked([one]).keys()][0]) ?? '');
      },
    },
    state(stdout, one) {
      const [found] = cut(stdout, [...asked([one]).values()]);
      if (!found || found.letter === 'x') {
        throw new Error(`this user may not look at ${path(one)}: give the task become: true`);
      }
      if (found.letter === 'u' && (text || hash(one))) {
        throw new Error(`this user may not read ${path(one)}: give the task become: true`);
      }
      const kind = KINDS[found.letter];
      if (kind === undefined) throw new Error(`the answer for ${path(one)} cannot be understood`);
      return {
        kind,
        ...found.statistics?.values,
        sha256: found.hash?.sha256,
        text: text && kind === 'file' ? found.text : undefined,
      };
    },
  };
}
