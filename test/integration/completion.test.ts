import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { makeProject, type Project } from '../support/garden.ts';

/** What is typed, the last word unfinished, and what a shell must offer for it (at least), and must not. */
interface Case {
  readonly typed: string;
  readonly offered: readonly string[];
  readonly not?: readonly string[];
}

const CASES: readonly Case[] = [
  { typed: 'garden pl', offered: ['plan'], not: ['run', 'lab'] },
  { typed: 'garden ', offered: ['run', 'plan', 'exec', 'lab', 'completion'] },
  { typed: 'garden lab ', offered: ['up', 'down', 'status'], not: ['run'] },
  { typed: 'garden run --ask', offered: ['--ask-pass', '--ask-become-pass'], not: ['--limit'] },
  { typed: 'garden lab up --', offered: ['--name', '--install'], not: ['--limit'] },
  { typed: 'garden lab down --', offered: ['--name'], not: ['--install'] },
  { typed: 'garden run site.ts --become-method ', offered: ['sudo', 'su', 'doas'], not: ['plan'] },
  { typed: 'garden run -l run --become-method d', offered: ['doas'], not: ['sudo'] },
  { typed: 'garden completion ', offered: ['bash', 'zsh', 'fish'] },
  { typed: 'garden run si', offered: ['site.ts'] },
  { typed: 'garden run -i ho', offered: ['hosts one.ini'] },
];

async function isInstalled(shell: string): Promise<boolean> {
  return !(await execa(shell, ['-c', ':'], { reject: false })).failed;
}

/** Calls the function as bash does when TAB is pressed. */
async function bashOffers(project: Project, typed: string): Promise<string> {
  const words = typed.split(' ');
  const script = `
source ./garden.bash
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}
_garden
printf '%s\\n' "\${COMPREPLY[@]}"
# What \`complete -o default\` does where the function offers nothing.
[[ \${#COMPREPLY[@]} -gt 0 ]] || compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"`;
  return (await execa('bash', ['--norc', '-c', script], { cwd: project.folder })).stdout;
}

async function fishOffers(project: Project, typed: string): Promise<string> {
  const script = `source ./garden.fish; complete -C "${typed}"`;
  const { stdout } = await execa('fish', ['--no-config', '-c', script], { cwd: project.folder });
  // Each with its description behind a tab; names of files are escaped as they would be typed.
  return stdout.replace(/\t.*$/gm, '').replaceAll('\\ ', ' ');
}

/** zsh completes only on a terminal: its own module makes one, and says what it would insert. */
async function zshOffers(project: Project, typed: string): Promise<string> {
  const script = `
zmodload zsh/zpty
mkfifo ./told
zpty shell zsh -f -i
zpty -w shell 'PS1=; autoload -Uz compinit; compinit -D -u; source ./_garden
compadd() { builtin compadd -A found "$@"; print -rl -- "<" $found ">" >> ./offered; builtin compadd "$@" }
complete-and-tell() { zle complete-word; print told > ./told }
zle -N complete-and-tell; bindkey "^I" complete-and-tell; print ready'
while zpty -r shell line; do [[ $line == ready* ]] && break; done
zpty -w -n shell "$1"$'\\t'
read -t 30 < ./told
zpty -d shell
cat ./offered`;
  const { stdout } = await execa('zsh', ['-f', '-c', script, 'zsh', typed], { cwd: project.folder, timeout: 60_000 });
  for (const name of ['offered', 'told']) await rm(join(project.folder, name), { force: true });
  return stdout.replaceAll('\\ ', ' ');
}

const SHELLS = {
  bash: { file: 'garden.bash', offers: bashOffers },
  fish: { file: 'garden.fish', offers: fishOffers },
  zsh: { file: '_garden', offers: zshOffers },
};

t.test('completion, by the shells themselves', async (t) => {
  const project = await makeProject('completion');
  t.teardown(() => project.remove());
  await project.write('site.ts', '');
  await project.write('hosts one.ini', '');
  for (const [shell, { file, offers }] of Object.entries(SHELLS)) {
    const skip = (await isInstalled(shell)) ? false : `${shell} is not installed`;
    await t.test(shell, { skip }, async (t) => {
      const { stdout, stderr, status } = await project.garden(['completion', shell]);
      t.equal(status, 0, stderr);
      await writeFile(join(project.folder, file), stdout);
      for (const { typed, offered, not = [] } of CASES) {
        const words = (await offers(project, typed)).split('\n').map((line) => line.trim());
        t.same(
          offered.filter((word) => !words.includes(word)),
          [],
          `${typed}: offered among ${words.join(', ')}`,
        );
        t.same(
          not.filter((word) => words.includes(word)),
          [],
          `${typed}: not offered`,
        );
      }
    });
  }
});

t.test('a shell that is not known is told with those that are', async (t) => {
  const project = await makeProject('completion-mistake');
  t.teardown(() => project.remove());
  const { status, stderr } = await project.garden(['completion', 'tcsh']);
  t.equal(status, 5);
  t.match(stderr, /bash, zsh, fish/);
});
