/** `mail/dkim`: words of letters, digits, `.`, `_` and `-`, with slashes between them. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/;
const LONGEST = 200;

/** Whether a secret can be called so. */
export function isSecretName(name: string): boolean {
  return name.length <= LONGEST && NAME.test(name);
}

/** What a name may look like, for messages. */
export const SECRET_NAME_RULE =
  'a name is made of letters, digits, ".", "_" and "-", with "/" between its parts, such as mail/dkim';
