import { z } from 'zod';
import type { State } from '../../model/change.ts';
import { resource } from '../../model/resource.ts';
import { lines, Script, type ShellValue, sh, verbatim } from '../../model/script.ts';
import { Secret } from '../../model/secret.ts';

/** How much of a command stands in the name of its task. */
const SHOWN = 72;

const script = z.custom<Script>((value) => value instanceof Script, 'a command line or a script made with sh`…`');
const secret = z.custom<Secret>((value) => value instanceof Secret, 'a text or a Secret');
const commandLine = z.union([z.string().min(1), script]);
const absolutePath = z.string().startsWith('/', 'an absolute path');

const long = z.strictObject({
  command: commandLine.describe("What is run by the host's /bin/sh: a command line as it would be typed, or sh`…`."),
  creates: absolutePath.optional().describe('Not run where this file or folder exists.'),
  removes: absolutePath.optional().describe('Not run where this file or folder does not exist.'),
  unless: commandLine.optional().describe('Not run where this, which must only look, ends with status 0.'),
  onlyIf: commandLine.optional().describe('Run only where this, which must only look, ends with status 0.'),
  workingDirectory: absolutePath.optional().describe('The folder in which it, `unless` and `onlyIf` are run.'),
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable'), z.union([z.string(), secret]))
    .default({})
    .describe('Variables that it, `unless` and `onlyIf` see.'),
  input: z
    .union([z.string(), secret])
    .optional()
    .describe(
      'Its standard input; empty where not given. The place for a password: an argument can be seen by others.',
    ),
});

const params = z.union([commandLine.transform((command) => long.parse({ command })), long]);
type Params = z.output<typeof params>;
type Current = { readonly run: string | undefined };

function scriptOf(command: string | Script): Script {
  return command instanceof Script ? command : verbatim(command);
}

function isConditional({ creates, removes, unless, onlyIf }: Params): boolean {
  return [creates, removes, unless, onlyIf].some((condition) => condition !== undefined);
}

/** Folder and environment for what is run after it in the same shell. */
function surroundings({ workingDirectory, environment }: Params): readonly Script[] {
  const variables = Object.entries(environment).map(
    ([name, value]: [string, ShellValue]) => sh`export ${verbatim(name)}=${value}`,
  );
  return [...(workingDirectory === undefined ? [] : [sh`cd ${workingDirectory} || exit`]), ...variables];
}

/**
 * The conditions of one command as a list of the shell: false where it need not be run. Each is run in a shell of its
 * own, so that none can end the probe, not even by a mistake in its syntax.
 */
function conditions(params: Params): Script {
  const { creates, removes, unless, onlyIf } = params;
  const within = (command: string | Script) =>
    sh`( eval ${lines([...surroundings(params), scriptOf(command)]).text} ) >/dev/null 2>&1`;
  const exists = (path: string) => sh`{ [ -e ${path} ] || [ -L ${path} ]; }`;
  const all = [
    ...(creates === undefined ? [] : [sh`! ${exists(creates)}`]),
    ...(removes === undefined ? [] : [exists(removes)]),
    ...(unless === undefined ? [] : [sh`! ${within(unless)}`]),
    ...(onlyIf === undefined ? [] : [within(onlyIf)]),
  ];
  return all.reduce((joined, next) => sh`${joined} && ${next}`);
}

function probeMany(many: readonly Params[]): Script {
  return lines(many.map((each) => sh`if ${conditions(each)}; then echo due; else echo done; fi`));
}

function firstLine({ shown }: Script): string {
  const [first = '', ...rest] = shown.trim().split('\n');
  const cut = first.length > SHOWN || rest.length > 0;
  return cut ? `${first.slice(0, SHOWN).trimEnd()} …` : first;
}

/** A command. */
export const command = resource('command', {
  description:
    'A command that is run every time, or only where `creates`, `removes`, `unless` and `onlyIf` all say that it is due. In a check it is not run.',
  platform: 'posix',
  params,
  id: (each) => firstLine(scriptOf(each.command)),
  probe: (each) => (isConditional(each) ? probeMany([each]) : null),
  probeMany: {
    script: probeMany,
    split: (stdout, many) =>
      stdout
        .split('\n')
        .slice(0, many.length)
        .map((line) => `${line}\n`),
  },
  read: (stdout): Current => ({ run: stdout.trim() === 'done' ? 'done' : undefined }),
  desired: (): State => ({ run: 'done' }),
  apply(each) {
    const { input } = each;
    const body = scriptOf(each.command);
    // The shell's own printf: the input is in no argument list.
    const fed = input === undefined ? body : sh`printf %s ${input} | ( eval ${body.text} )`;
    return lines([...surroundings(each), fed]);
  },
  verify: false,
});
