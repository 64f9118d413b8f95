import { Document, isMap, isScalar, isSeq, Pair, parseDocument, Scalar, type YAMLError, YAMLMap, YAMLSeq } from 'yaml';
import { z } from 'zod';
import { type Mistake, UsageError } from '../model/errors.ts';
import { isSecretName, SECRET_NAME_RULE } from './secret-name.ts';

const FORMAT = 'garden-vault-1';

const HEAD = ` Secrets, for garden. Made to be kept in git: names are in clear, every value is encrypted by itself.
 Change them with "garden vault set NAME" and "garden vault edit NAME", not by hand.`;

const CONFLICT = /^(?:<{7}|={7}|>{7})(?: |$)/m;

const layout = z.strictObject({
  format: z.literal(FORMAT),
  recipients: z.array(z.string()).default([]),
  'recipients-code': z.string(),
  'data-key': z.strictObject({
    'for-recipients': z.string().optional(),
    'for-passphrase': z.string().optional(),
  }),
  secrets: z.record(z.string(), z.string()).default({}),
});
type Layout = z.output<typeof layout>;

/** The data key, encrypted for those who may read the vault. */
export interface Wrapping {
  readonly recipients: readonly string[];
  /** Made by {@link DataKey.authenticate} of the recipients. */
  readonly code: string;
  /** Armored age files. */
  readonly forRecipients?: string | undefined;
  readonly forPassphrase?: string | undefined;
}

/**
 * The text of a vault. Changes are made in it, so that all else keeps its bytes: other values, comments, order. What
 * is encrypted stays so.
 */
export class VaultDocument {
  readonly #document: Document;
  #layout: Layout;

  private constructor(document: Document, parsed: Layout) {
    this.#document = document;
    this.#layout = parsed;
  }

  static empty(): VaultDocument {
    const made: Layout = { format: FORMAT, recipients: [], 'recipients-code': '', 'data-key': {}, secrets: {} };
    const document = new Document(made, { schema: 'failsafe' });
    document.commentBefore = HEAD;
    return new VaultDocument(document, made);
  }

  /**
   * @param where the file, for messages
   * @throws UsageError with all that is wrong with it: conflicts of a merge, keys that stand twice, a part that is missing.
   */
  static parse(text: string, where: string): VaultDocument {
    const line = lineOf(text, text.search(CONFLICT));
    if (line !== undefined) {
      throw new UsageError([
        {
          message: 'a merge left a conflict in the vault',
          where: `${where}:${line}`,
          hint: 'values are independent of each other: keep the lines of both sides, or of one where both have the same name; where the head differs take one side as a whole, then set what only the other one had',
        },
      ]);
    }
    // All that stands in it is text; a secret named "on" or "1" is no boolean and no number.
    const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false });
    if (document.errors.length > 0) throw new UsageError(document.errors.map((error) => mistakeOf(error, text, where)));
    const parsed = layout.safeParse(document.toJS());
    if (!parsed.success) throw new UsageError([notAVault(document.toJS(), where)]);
    const wrong = Object.keys(parsed.data.secrets).filter((name) => !isSecretName(name));
    if (wrong.length > 0) {
      throw new UsageError(
        wrong.map((name) => ({ message: `"${name}" cannot be the name of a secret`, where, hint: SECRET_NAME_RULE })),
      );
    }
    return new VaultDocument(document, parsed.data);
  }

  /** The names of all secrets, sorted. */
  get names(): readonly string[] {
    return Object.keys(this.#layout.secrets).sort();
  }

  get wrapping(): Wrapping {
    const { recipients, 'recipients-code': code, 'data-key': key } = this.#layout;
    return { recipients, code, forRecipients: key['for-recipients'], forPassphrase: key['for-passphrase'] };
  }

  /** The encrypted value of this name. */
  sealed(name: string): string | undefined {
    return Object.hasOwn(this.#layout.secrets, name) ? this.#layout.secrets[name] : undefined;
  }

  /** Puts an encrypted value in its place: that of the old one, or where its name belongs. */
  set(name: string, sealed: string): void {
    const secrets = this.#secrets();
    const known = this.sealed(name) !== undefined;
    if (known) {
      secrets.set(name, sealed);
    } else {
      const key = new Scalar(name);
      // An empty line between values lets git merge changes of neighbours.
      key.spaceBefore = secrets.items.length > 0;
      const pair = new Pair(key, new Scalar(sealed));
      const behind = secrets.items.findIndex(({ key }) => isScalar(key) && String(key.value) > name);
      const first = secrets.items[0]?.key;
      if (behind === 0 && isScalar(first)) {
        first.spaceBefore = true;
        key.spaceBefore = false;
      }
      secrets.items.splice(behind === -1 ? secrets.items.length : behind, 0, pair);
    }
    this.#layout = { ...this.#layout, secrets: { ...this.#layout.secrets, [name]: sealed } };
  }

  remove(name: string): void {
    this.#secrets().delete(name);
    const { [name]: _, ...secrets } = this.#layout.secrets;
    this.#layout = { ...this.#layout, secrets };
  }

  /** Writes down for whom the data key is now encrypted. Recipients that stay keep their comments. */
  wrap({ recipients, code, forRecipients, forPassphrase }: Wrapping): void {
    const key = {
      ...(forRecipients === undefined ? {} : { 'for-recipients': forRecipients }),
      ...(forPassphrase === undefined ? {} : { 'for-passphrase': forPassphrase }),
    };
    this.#replaceRecipients(recipients);
    this.#document.set('recipients-code', code);
    this.#document.set('data-key', this.#document.createNode(key));
    this.#layout = { ...this.#layout, recipients: [...recipients], 'recipients-code': code, 'data-key': key };
  }

  toString(): string {
    return this.#document.toString({ lineWidth: 0 });
  }

  #replaceRecipients(recipients: readonly string[]): void {
    const old = this.#document.get('recipients');
    const known = isSeq(old) ? old.items.filter((item) => isScalar(item)) : [];
    const list = new YAMLSeq();
    for (const recipient of recipients) {
      list.add(known.find(({ value }) => value === recipient) ?? this.#document.createNode(recipient));
    }
    this.#document.set('recipients', list);
  }

  #secrets(): YAMLMap {
    const known = this.#document.get('secrets');
    if (isMap(known) && known.items.length > 0) return known;
    // An empty one is written as {}, and would grow within these braces.
    const made = new YAMLMap();
    this.#document.set('secrets', made);
    return made;
  }
}

function lineOf(text: string, at: number): number | undefined {
  return at === -1 ? undefined : text.slice(0, at).split('\n').length;
}

function mistakeOf({ code, message, pos }: YAMLError, text: string, where: string): Mistake {
  const place = `${where}:${lineOf(text, pos[0])}`;
  if (code === 'DUPLICATE_KEY') {
    const name = /^[ "']*([^\s:"']+)/.exec(text.slice(pos[0]))?.[1] ?? '';
    return {
      message: `"${name}" stands twice in the vault`,
      where: place,
      hint: 'keep the line with the right value (try one after the other with garden vault get), and remove the other',
    };
  }
  return {
    message: `the vault cannot be read: ${message}`,
    where: place,
    hint: 'it is damaged, or not whole: take the last good version out of git or a backup',
  };
}

/** What is wrong with a file that is YAML, but no vault as this version of garden makes them. */
function notAVault(value: unknown, where: string): Mistake {
  const format = typeof value === 'object' && value !== null && 'format' in value ? String(value.format) : undefined;
  if (format === undefined) {
    return {
      message: 'this is no vault of garden',
      where,
      hint: 'name the vault with --vault, or make one with garden vault init',
    };
  }
  if (format !== FORMAT) {
    return { message: `this vault has the format "${format}", which this version of garden does not know`, where };
  }
  return {
    message: 'the vault is damaged: a part of it is missing, or not what it should be',
    where,
    hint: 'take the last good version out of git or a backup',
  };
}
