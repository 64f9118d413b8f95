import { GardenError } from '../model/errors.ts';
import type { Origin } from './origin.ts';
import type { SourceContext } from './source-context.ts';

const HEADER = '$ANSIBLE_VAULT;';

/** Whether a text was encrypted by Ansible Vault. */
export function isVaultText(text: string): boolean {
  return text.startsWith(HEADER);
}

/**
 * The clear text of a file or a value that Ansible Vault encrypted. Undefined where there is none; why goes to the
 * findings.
 */
export async function decryptVault(
  text: string,
  origin: Origin,
  { secrets, findings }: SourceContext,
): Promise<string | undefined> {
  if (!isVaultText(text.trimStart())) {
    findings.mistake(origin, { message: `an encrypted value begins with ${HEADER}`, hint: 'encrypt it again' });
    return undefined;
  }
  if (secrets === undefined) {
    findings.mistake(origin, {
      kind: 'vault',
      message: 'this is encrypted with Ansible Vault, and cannot be read here',
    });
    return undefined;
  }
  const [, , , label] = (text.trimStart().split('\n', 1)[0] ?? '').trim().split(';');
  try {
    return await secrets.decrypt(text.trim(), label);
  } catch (error) {
    if (!(error instanceof GardenError)) throw error;
    findings.mistake(origin, { kind: 'vault', message: error.message, hint: error.hint });
    return undefined;
  }
}
