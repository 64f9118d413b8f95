import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type Lab, type LabHost, labDown, labUnavailable, labUp, type Topology } from '../../lib/lab/index.ts';

/** What a program printed, and how it ended. */
export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** A lab for tests. */
export interface TestLab extends Lab {
  /** A folder as a project would be, with `.garden/lab` in it. */
  readonly project: string;
  /** @throws Error for a name that the lab does not have */
  host(name: string): LabHost;
  /** Runs a command on a host by the system's ssh, as `root` unless told otherwise. */
  exec(host: string, command: string, options?: { readonly user?: string; readonly input?: string }): Promise<Result>;
}

/** Runs a program to its end. */
export function runProgram(
  program: string,
  words: readonly string[],
  { input = '', env = process.env }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (status) =>
      resolve({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString(), status }),
    );
  });
}

/** One host by itself, for what one host is enough for. */
export function singleHost(name: string): Topology {
  return {
    networks: [{ name: 'east', number: 1 }],
    hosts: [{ kind: 'container', name, network: 'east', number: 11, groups: [] }],
    groupVars: {},
  };
}

/** A name that no other test run on this machine has: it is made of this process's id. */
export function testLabName(prefix = 't'): string {
  return `${prefix}${process.pid.toString(36)}`;
}

/** How a test sees a lab that is up. */
export function testLab(lab: Lab, project: string): TestLab {
  const host = (name: string) => {
    const found = lab.hosts.find((candidate) => candidate.name === name);
    if (found === undefined) throw new Error(`the lab has no host ${name}`);
    return found;
  };
  return {
    ...lab,
    project,
    host,
    exec: (name, command, { user = 'root', input = '' } = {}) => {
      const options = [
        ...['-F', 'none', '-i', lab.privateKeyFile, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'],
        ...['-o', `UserKnownHostsFile=${lab.knownHostsFile}`, '-o', 'StrictHostKeyChecking=yes'],
        ...['-o', 'ConnectTimeout=5', '-l', user],
      ];
      return runProgram('ssh', [...options, host(name).address, command], { input });
    },
  };
}

/**
 * A lab for a test file. Each gets one of its own, which goes when the test ends (it takes some seconds, once the image
 * has been built); with GARDEN_TEST_LAB in the environment the lab of that name is used, brought up if need be, and left
 * up, unless the test asks for a `fresh` one. Where there can be no lab the test is left out, with the reason printed, and
 * the result is undefined.
 */
export async function withLab(
  t: Test,
  { topology, fresh = false }: { readonly topology?: Topology; readonly fresh?: boolean } = {},
): Promise<TestLab | undefined> {
  const reason = await labUnavailable();
  if (reason !== undefined) {
    t.plan(0, reason);
    return undefined;
  }
  const shared = fresh ? undefined : process.env.GARDEN_TEST_LAB;
  const name = shared ?? testLabName();
  const project = await mkdtemp(join(tmpdir(), 'garden-lab-'));
  const options = { name, project, say: (line: string) => t.comment(line) };
  t.teardown(async () => {
    if (shared === undefined) await labDown({ ...options, say: () => {} });
    await rm(project, { recursive: true, force: true });
  });
  return testLab(await labUp({ ...options, topology }), project);
}
