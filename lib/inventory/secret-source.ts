import type { Secret } from '../model/secret.ts';

/** Where an inventory's secrets come from. Both throw a GardenError that says in words why there is none. */
export interface SecretSource {
  /** The clear text of what begins with `$ANSIBLE_VAULT;`: a whole file or one value. `label` is its vault id. */
  decrypt(text: string, label: string | undefined): Promise<string>;
  /** A secret of garden's own vault, by its name: `mail/dkim`. */
  find(name: string): Promise<Secret>;
}
