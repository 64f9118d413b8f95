import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { UsageError } from '../model/errors.ts';
import { Secret } from '../model/secret.ts';
import { fileErrorText } from '../model/thrown.ts';

const DEFAULT_LABEL = 'default';
const PROMPT = new Set(['prompt', 'prompt_ask_vault_pass']);
const TEN_MINUTES = 600_000;

/** Asks a person. */
export type AskPassword = (question: string) => Promise<Secret>;

/** One password: what it is called, and where it comes from. */
interface Source {
  readonly label: string;
  /** A file, or a program that prints it; undefined: it is asked for. */
  readonly file: string | undefined;
}

/** `label@source`, or a source alone; the source is a file or `prompt`. */
function sourceOf(vaultId: string): Source {
  const at = vaultId.indexOf('@');
  const label = at > 0 ? vaultId.slice(0, at) : DEFAULT_LABEL;
  const file = vaultId.slice(at + 1);
  return { label, file: PROMPT.has(file) ? undefined : file };
}

export interface VaultPasswordOptions {
  /** `label@source`, as of `--vault-id`. */
  readonly vaultIds?: readonly string[] | undefined;
  readonly passwordFiles?: readonly string[] | undefined;
  /** Whether one is asked for in any case. */
  readonly askPassword?: boolean | undefined;
  /** What the names of files are relative to. */
  readonly folder: string;
  readonly ask: AskPassword;
  /** Whether one may be asked for where none was named. */
  readonly mayAsk: boolean;
}

/** The passwords of vaults. Each is read or asked for once, when it is needed. */
export class VaultPasswords {
  readonly #options: VaultPasswordOptions;
  readonly #sources: readonly Source[];
  readonly #known = new Map<Source, Promise<Secret>>();

  /** @throws UsageError for a `--vault-id` without a source. */
  constructor(options: VaultPasswordOptions) {
    this.#options = options;
    const { vaultIds = [], passwordFiles = [], askPassword = false, mayAsk } = options;
    const wrong = vaultIds.filter((id) => sourceOf(id).file === '');
    if (wrong.length > 0) {
      throw new UsageError(
        wrong.map((id) => ({
          message: `--vault-id ${id} names no source`,
          hint: 'write label@file, label@program or label@prompt',
        })),
      );
    }
    const named: readonly Source[] = [
      ...vaultIds.map(sourceOf),
      ...passwordFiles.map((file) => ({ label: DEFAULT_LABEL, file })),
      ...(askPassword ? [{ label: DEFAULT_LABEL, file: undefined }] : []),
    ];
    this.#sources = named.length === 0 && mayAsk ? [{ label: DEFAULT_LABEL, file: undefined }] : named;
  }

  /** Asks now for what is asked for in any case, so that a pipe's lines have an order that does not depend on the playbook. */
  async askFirst(): Promise<void> {
    if (!this.#options.askPassword) return;
    for (const source of this.#sources) if (source.file === undefined) await this.#password(source);
  }

  /** All passwords to try, those of the label first. */
  async *candidates(label?: string): AsyncGenerator<Secret> {
    const [fitting, others] = [true, false].map((fits) =>
      this.#sources.filter((source) => (source.label === label) === fits),
    );
    for (const source of [...(fitting ?? []), ...(others ?? [])]) yield await this.#password(source);
  }

  #password(source: Source): Promise<Secret> {
    const known = this.#known.get(source) ?? this.#read(source);
    this.#known.set(source, known);
    return known;
  }

  async #read({ label, file }: Source): Promise<Secret> {
    const { ask, folder } = this.#options;
    if (file === undefined) return ask(label === DEFAULT_LABEL ? 'Vault password' : `Vault password (${label})`);
    const path = resolve(folder, file);
    const text = (await isProgram(path)) ? await run(path, label) : await read(path);
    // As Ansible: no password begins or ends with a space or a line's end.
    const password = text.trim();
    if (password === '') throw new UsageError([{ message: 'the vault password is empty', where: path }]);
    return new Secret(password);
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError([{ message: `the vault password file cannot be read: ${fileErrorText(error)}`, where: path }]);
  }
}

/** Runs a program that prints the password. One that is called `…-client` is told the vault id, as by Ansible. */
async function run(path: string, label: string): Promise<string> {
  const { execa } = await import('execa');
  const isClient = basename(path, extname(path)).endsWith('-client');
  const { failed, stdout, exitCode, signal, timedOut, code } = await execa(
    path,
    isClient ? ['--vault-id', label] : [],
    {
      reject: false,
      stdin: 'ignore',
      stderr: 'inherit',
      timeout: TEN_MINUTES,
    },
  );
  if (!failed) return stdout;
  let end = `cannot be started (${code ?? 'for no known reason'})`;
  if (exitCode !== undefined) end = `ended with exit status ${exitCode}`;
  else if (timedOut) end = 'gave no answer within 10 minutes';
  else if (signal !== undefined) end = `was ended by ${signal}`;
  throw new UsageError([{ message: `the vault password program ${end}`, where: path }]);
}
