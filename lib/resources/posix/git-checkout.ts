import { z } from 'zod';
import { UnmetPrecondition } from '../../model/errors.ts';
import { resource } from '../../model/resource.ts';
import { lines, type Script, sh } from '../../model/script.ts';
import { absolutePath, folderOf } from './file-path.ts';

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

const params = z.strictObject({
  repository: z
    .string()
    .regex(/^[^-\s\0][^\n\0]*$/, 'an address or a path')
    .refine((address) => !/^[a-z]+:\/\/[^/@]*:[^/@]*@/i.test(address), {
      message: 'may not hold a password: it would be seen in the list of processes and stay in the checkout',
    })
    .describe('Where it is cloned from, as git clone takes it.'),
  path: absolutePath.describe('The folder of the checkout. Folders above it must exist.'),
  revision: z
    .string()
    .regex(/^[A-Za-z0-9_][^\s~^:?*[\\\0]*$/, 'a branch, a tag or a whole commit number')
    .describe('A branch, a tag, or the whole number of a commit, which alone needs no look at the repository.'),
  remote: z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'a name')
    .default('origin')
    .describe('How the repository is called in the checkout.'),
  force: z
    .boolean()
    .default(false)
    .describe('Whether changes that were made in the checkout are thrown away. Without it they are an error.'),
  depth: z.int().min(1).optional().describe('How many commits of history are fetched; all where it is not given.'),
});
type Params = z.output<typeof params>;

/** Never asks for a password, and takes no lock and writes no index when it only looks. */
const ENVIRONMENT = sh`export GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0 GIT_SSH_COMMAND="\${GIT_SSH_COMMAND:-ssh -o BatchMode=yes}"
command -v git >/dev/null || { echo 'git is missing: install it' >&2; exit 1; }`;

/** The commit that a branch or tag is at; `^{}` is what an annotated tag points at (gitrevisions(7)). */
function remoteCommit(listing: readonly string[], revision: string): string | undefined {
  const refs = new Map(
    listing.flatMap((line) => {
      const [, commit, name] = /^([0-9a-f]{40,64})\t(.*)$/.exec(line) ?? [];
      return commit === undefined || name === undefined ? [] : [[name, commit] as const];
    }),
  );
  return [`refs/heads/${revision}`, `refs/tags/${revision}^{}`, `refs/tags/${revision}`, revision]
    .map((name) => refs.get(name))
    .find((commit) => commit !== undefined);
}

function listRemote({ repository, revision }: Params): Script {
  if (COMMIT.test(revision)) return sh`:`;
  return sh`git ls-remote -- ${repository} ${[`refs/heads/${revision}`, `refs/tags/${revision}`, `refs/tags/${revision}^{}`]} || exit 1`;
}

/** A working copy of a Git repository at a revision. */
export const gitCheckout = resource('gitCheckout', {
  description:
    'A working copy of a Git repository at a branch, tag or commit. The host fetches it itself, never asks for a password, and is told which commit it should be at. Have it done by the user that owns it: `become: { user }`.',
  platform: 'posix',
  params,
  id: ({ path }) => path,
  owns: ({ path }) => [path],
  probe(wanted) {
    const { path, remote } = wanted;
    return lines([
      ENVIRONMENT,
      sh`if [ -e ${path}/.git ]; then
  echo repository
  git -C ${path} rev-parse --verify --quiet HEAD || echo none
  git -C ${path} config --get ${`remote.${remote}.url`} || echo none
  changes=$(git -C ${path} status --porcelain --untracked-files=no) || exit 1
  if [ -n "$changes" ]; then echo changed; else echo clean; fi
elif [ -d ${path} ] && [ -n "$(ls -A ${path})" ]; then printf 'other\nnone\nnone\nclean\n'
elif [ -e ${path} ] && [ ! -d ${path} ]; then printf 'other\nnone\nnone\nclean\n'
else printf 'absent\nnone\nnone\nclean\n'
fi`,
      listRemote(wanted),
    ]);
  },
  read(stdout, { path, repository, revision, force }) {
    const [kind, commit, url, tree, ...listing] = stdout.split('\n');
    if (kind === 'other') throw new UnmetPrecondition(`${path} is there and is no Git checkout`);
    const wanted = COMMIT.test(revision) ? revision : remoteCommit(listing, revision);
    if (wanted === undefined) throw new UnmetPrecondition(`${repository} has no branch or tag "${revision}"`);
    if (tree === 'changed' && !force) {
      throw new UnmetPrecondition(`files of ${path} were changed there: say force: true to throw the changes away`);
    }
    const known = (text: string | undefined) => (text === 'none' ? undefined : text);
    return { repository: known(url), commit: known(commit), files: tree, wanted, kind };
  },
  desired: ({ repository }, current) => ({ repository, commit: current.wanted, files: 'clean' }),
  apply({ repository, path, revision, remote, depth }, _changes, current) {
    const commit = current.wanted;
    const shallow = depth === undefined ? [] : [`--depth=${depth}`];
    return lines([
      ENVIRONMENT,
      sh`[ -d ${folderOf(path)}/ ] || { printf '%s\n' ${`there is no folder ${folderOf(path)}`} >&2; exit 1; }
[ -e ${path}/.git ] || git init -q -- ${path} || exit 1
cd ${path} || exit 1
if git config --get ${`remote.${remote}.url`} >/dev/null; then git remote set-url ${remote} ${repository}
else git remote add ${remote} ${repository}; fi || exit 1`,
      // A server need not give out a commit by its number: then its branch or tag is fetched, and at last everything.
      sh`has() { git cat-file -e ${`${commit}^{commit}`} 2>/dev/null; }
has || git fetch -q --force ${shallow} ${remote} ${commit ?? ''} 2>/dev/null || :
has || git fetch -q --force ${shallow} ${remote} ${revision} 2>/dev/null || :
has || git fetch -q --force --tags ${remote} || exit 1
git checkout -q --force --detach ${commit} -- || exit 1
if [ -f .gitmodules ]; then git submodule --quiet update --init --recursive --force || exit 1; fi`,
    ]);
  },
  together: { compatible: (earlier, next) => earlier.path !== next.path },
  timeout: () => 3_600_000,
});
