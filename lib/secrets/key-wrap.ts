import type { Secret } from '../model/secret.ts';

/** Loaded when a vault is opened: it takes longer to start than all of garden. */
const age = () => import('age-encryption');

/** Encrypts the data key for people, as an armored age file. */
export async function wrapForRecipients(key: Uint8Array, recipients: readonly string[]): Promise<string> {
  const { Encrypter, armor } = await age();
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(key));
}

/** Encrypts the data key by a passphrase (scrypt), as an armored age file. */
export async function wrapByPassphrase(key: Uint8Array, passphrase: Secret): Promise<string> {
  const { Encrypter, armor } = await age();
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase.reveal());
  return armor.encode(await encrypter.encrypt(key));
}

/** What opens an age file: identities (`AGE-SECRET-KEY-1…`), or a passphrase. */
export type Opener = { readonly identities: readonly Secret[] } | { readonly passphrase: Secret };

/**
 * Decrypts an armored age file. Undefined where the identities or the passphrase are not the right ones.
 *
 * @throws Error where the file itself is damaged.
 */
export async function unwrap(file: string, opener: Opener): Promise<Uint8Array | undefined> {
  const { Decrypter, armor } = await age();
  const decrypter = new Decrypter();
  if ('passphrase' in opener) decrypter.addPassphrase(opener.passphrase.reveal());
  else for (const identity of opener.identities) decrypter.addIdentity(identity.reveal());
  try {
    return await decrypter.decrypt(armor.decode(file));
  } catch (error) {
    // The library has no type for it; everything else means a file that was changed.
    if (error instanceof Error && error.message.startsWith('no identity matched')) return undefined;
    throw error;
  }
}

/** Whether the vault can be encrypted for this: `age1…`. */
export async function isRecipient(text: string): Promise<boolean> {
  const { Encrypter } = await age();
  try {
    new Encrypter().addRecipient(text);
    return true;
  } catch {
    return false;
  }
}

/** A new identity. */
export async function newIdentity(): Promise<string> {
  const { generateX25519Identity } = await age();
  return generateX25519Identity();
}

/** The recipient of an identity. @throws Error for what is no identity */
export async function recipientOf(identity: Secret): Promise<string> {
  const { identityToRecipient } = await age();
  return identityToRecipient(identity.reveal());
}
