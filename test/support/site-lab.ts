import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { type Ended, makeProject, type Project, type Started } from './garden.ts';
import { type JournalLine, lastJournal } from './journal.ts';
import { runProgram, type TestLab, withLab } from './lab.ts';

const SITE = fileURLToPath(new URL('../../playbooks/site.ts', import.meta.url));
/** The name that the site answers to. */
export const DOMAIN = 'mail.garden.test';

/** The repository's own playbook on a lab of its own, run from a project as a person does. */
export class SiteLab {
  readonly lab: TestLab;
  readonly project: Project;
  readonly #site: string;

  private constructor(lab: TestLab, project: Project, site: string) {
    this.lab = lab;
    this.project = project;
    this.#site = site;
  }

  /** Undefined where there can be no lab; the test is then left out. */
  static async open(t: Test): Promise<SiteLab | undefined> {
    const lab = await withLab(t, { fresh: true });
    if (lab === undefined) return undefined;
    const project = await makeProject('site');
    t.teardown(() => project.remove());
    return new SiteLab(lab, project, await readFile(SITE, 'utf8'));
  }

  /** A copy of the playbook in the project that lets one more path pass. */
  async listing(path: string): Promise<string> {
    const known = "'/oab'";
    if (!this.#site.includes(known)) throw new Error(`playbooks/site.ts lists no ${known}`);
    const name = `listing${path.replaceAll('/', '-')}.ts`;
    await this.project.write(name, this.#site.replace(known, `${known}, '${path}'`));
    return join(this.project.folder, name);
  }

  plan(playbook = SITE, ...options: string[]): Promise<Ended> {
    return this.project.garden(['plan', playbook, '-i', this.lab.inventory, ...options]);
  }

  run(playbook = SITE, ...options: string[]): Promise<Ended> {
    return this.project.garden(['run', playbook, '-i', this.lab.inventory, ...options]);
  }

  start(playbook = SITE, ...options: string[]): Started {
    return this.project.start(['run', playbook, '-i', this.lab.inventory, ...options]);
  }

  journal(): Promise<readonly JournalLine[]> {
    return lastJournal(this.project.folder);
  }

  /** The file with the authority's certificate, made by the first plan or run. */
  get authorityFile(): string {
    return join(this.project.folder, '.garden', 'ca', 'garden', 'authority.pem');
  }

  /** What a client gets at the proxy that trusts the site's authority: the HTTP status (0 for none) and the answer. */
  async get(path: string): Promise<{ readonly status: number; readonly body: string; readonly why: string }> {
    const { stdout, stderr } = await runProgram('curl', [
      ...['--silent', '--show-error', '--max-time', '30', '--cacert', this.authorityFile],
      ...['--resolve', `${DOMAIN}:443:${this.lab.host('proxy-east').address}`],
      ...['--write-out', '\n%{http_code}', `https://${DOMAIN}${path}`],
    ]);
    const [, body = '', status = ''] = /^(.*)\n(\d+)$/s.exec(stdout) ?? [];
    return { status: Number(status), body, why: stderr };
  }

  /** A file of a host that differs from the image, as it is at this moment; undefined where there is none. */
  async onDisk(host: string, path: string): Promise<string | undefined> {
    const file = join(this.lab.host(host).upper, path);
    return existsSync(file) ? readFile(file, 'utf8') : undefined;
  }

  /** The processes of HAProxy that serve; after a reload the old ones live on while they have requests. */
  async proxyWorkers(): Promise<readonly string[]> {
    const { stdout } = await this.lab.exec(
      'proxy-east',
      'pgrep --parent "$(systemctl show --property=MainPID --value haproxy)"',
    );
    return stdout.split('\n').filter(Boolean);
  }
}

/** The counts of every host in a recap. */
export function recapOf(stdout: string): Readonly<Record<string, { readonly ok: number; readonly changed: number }>> {
  const rows = stdout.matchAll(/^(\S+) +ok=(\d+) +changed=(\d+) +failed=0 /gm);
  return Object.fromEntries(
    [...rows].map(([, host, ok, changed]) => [host, { ok: Number(ok), changed: Number(changed) }]),
  );
}
