import { resolve } from 'node:path';
import { execa } from 'execa';
import { Semaphore } from '../model/semaphore.ts';
import type { Remark } from './findings.ts';
import { type Answer, hostVariables, programGroups, readProgramAnswer } from './program-answer.ts';
import type { MergeSource } from './source.ts';
import type { SourceContext } from './source-context.ts';

/** How long a program may take for an answer where nothing else is said, in milliseconds. */
const PATIENCE = 30_000;
/** How long after its end its output is read on, in milliseconds. */
const LAST_WORDS = 3000;
/** An answer may be so long, in bytes. */
const LONGEST_ANSWER = 256 * 1024 * 1024;
/** So many programs run at once when each host is asked for. */
const PROGRAMS_AT_ONCE = 8;
/** So many last lines of what a program complains are told. */
const LINES_TOLD = 5;

/**
 * Asks a program for the inventory as Ansible does: `program --list`, and where its answer has no `_meta` also
 * `program --host NAME` for every host. What is wrong with it goes to the findings.
 */
export async function openProgram(source: string, context: SourceContext): Promise<MergeSource> {
  const { findings } = context;
  const answer = await ask(source, ['--list'], context);
  if (answer === undefined) return () => {};
  const groups = programGroups(answer, (remark) => findings.mistake({ source }, remark));
  const hosts = [...new Set(groups.flatMap((group) => group.hosts))];
  const turns = new Semaphore(PROGRAMS_AT_ONCE);
  const meta = hostVariables(
    answer,
    hosts,
    (remark) => findings.mistake({ source }, remark),
    (remark) => findings.warning({ source }, remark),
  );
  const variables =
    meta ??
    new Map(
      await Promise.all(
        hosts.map(async (host): Promise<readonly [string, Answer]> => {
          return [host, (await turns.run(() => ask(source, ['--host', host], context))) ?? {}];
        }),
      ),
    );
  const origin = { source };
  return (data) => {
    for (const group of groups) {
      data.group(group.name, origin);
      for (const host of group.hosts) data.host(host, group.name, origin);
      for (const [name, value] of Object.entries(group.vars))
        data.setGroupVariable(group.name, name, { value, origin });
      for (const child of group.children) data.addChild(group.name, child, origin);
    }
    for (const [host, values] of variables) {
      for (const [name, value] of Object.entries(values)) data.setHostVariable(host, name, { value, origin });
    }
  };
}

/** The JSON object that a program prints; undefined where there is none, and the findings say why. */
async function ask(source: string, words: readonly string[], context: SourceContext): Promise<Answer | undefined> {
  const { findings, workingDirectory, programTimeout = PATIENCE } = context;
  const origin = { source };
  const asked = words.join(' ');
  const result = await run(resolve(workingDirectory, source), words, workingDirectory, programTimeout);
  if ('message' in result) {
    findings.mistake(origin, { ...result, kind: 'program', message: `${asked}: ${result.message}` });
    return undefined;
  }
  if (result.complaints !== '') {
    findings.warning(origin, { kind: 'program', message: `${asked}: it says: ${result.complaints}` });
  }
  // Nothing about a host is no variables.
  if (words[0] === '--host' && result.output.trim() === '') return {};
  return readProgramAnswer(result.output, asked, origin, context);
}

interface Output {
  readonly output: string;
  readonly complaints: string;
}

async function run(
  program: string,
  words: readonly string[],
  folder: string,
  timeout: number,
): Promise<Output | Remark> {
  const started = execa(program, words, {
    cwd: folder,
    stdin: 'ignore',
    timeout,
    maxBuffer: LONGEST_ANSWER,
    forceKillAfterDelay: 1000,
    reject: false,
    stripFinalNewline: false,
  });
  // A program's own children may hold its output open when it is gone.
  let giveUp: NodeJS.Timeout | undefined;
  started.once('exit', () => {
    giveUp = setTimeout(() => {
      started.stdout.destroy();
      started.stderr.destroy();
    }, LAST_WORDS);
  });
  const result = await started;
  clearTimeout(giveUp);
  const complaints = lastLines(result.stderr);
  const said = complaints === '' ? '' : `; it says: ${complaints}`;
  if (result.timedOut) return { message: `the program gave no answer within ${timeout / 1000} seconds${said}` };
  if (result.isMaxBuffer) return { message: 'the program prints without end' };
  if (result.exitCode === 0) return { output: result.stdout, complaints };
  if (result.exitCode !== undefined) return { message: `the program ended with exit status ${result.exitCode}${said}` };
  if (result.signal !== undefined) return { message: `the program was ended by ${result.signal}${said}` };
  return startFailure(result.code);
}

function startFailure(code: string | undefined): Remark {
  if (code === 'ENOENT')
    return { message: 'the program cannot be started', hint: 'see that what its first line names behind #! is there' };
  if (code === 'EACCES') return { message: 'the program may not be executed by this user' };
  return {
    message: `the program cannot be started (${code ?? 'for no known reason'})`,
    hint: 'see its first line: #!/bin/sh',
  };
}

function lastLines(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.slice(-LINES_TOLD).join('\n');
}
