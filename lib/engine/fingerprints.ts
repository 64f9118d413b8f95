import { createHmac } from 'node:crypto';
import type { Assessment, Resource } from '../model/resource.ts';
import { Secret } from '../model/secret.ts';
import type { As } from './context.ts';
import type { TaskFingerprint } from './plan.ts';

/**
 * Fingerprints of changes, with secrets and all. They are made with a key (HMAC, RFC 2104), so that two plans cannot be
 * compared, and that nobody who does not have the key can try whether a secret is the one that he guesses.
 */
export class Fingerprints {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Of anything that JSON can say; secrets count with their values. */
  of(value: unknown): string {
    const text = JSON.stringify(value, function (this: object, name: string, shown: unknown) {
      // JSON has asked the secret already, which says ***.
      const own: unknown = Reflect.get(this, name);
      return own instanceof Secret ? own.reveal() : shown;
    });
    return createHmac('sha256', this.#key)
      .update(text ?? '')
      .digest('base64url');
  }

  /** Of what a resource would be changed to, and how. */
  task(resource: Resource, assessment: Assessment, as: As): TaskFingerprint {
    const { kind, id } = resource;
    const of = [kind.name, id, as?.user ?? ''];
    const changes = assessment.changes.map(({ attribute, before, after, text }) => ({
      attribute,
      before: text?.before ?? before,
      after: text?.after ?? after,
    }));
    return {
      exact: this.of([...of, changes, application(assessment)]),
      targets: changes.map(({ attribute, after }) => this.of([...of, attribute, after])),
    };
  }
}

/** What goes to the host; what cannot be made fails in the run, and is told there. */
function application(assessment: Assessment): unknown {
  try {
    const { script, uploads = [] } = assessment.apply();
    const files = uploads.map(({ path, content }) => [
      path,
      'file' in content ? '' : Buffer.from(content).toString('base64'),
    ]);
    return [script.text, files];
  } catch {
    return [];
  }
}
