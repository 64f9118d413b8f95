import { isMap, isScalar, type Node, parseDocument, stringify } from 'yaml';
import { type Mistake, UsageError } from '../model/errors.ts';
import { isSecretName, SECRET_NAME_RULE } from './secret-name.ts';

/** Values as YAML that a person can change: texts of several lines stand as they are. */
export function yamlOfValues(values: ReadonlyMap<string, string>): string {
  return values.size === 0 ? '' : stringify(Object.fromEntries(values), { schema: 'failsafe', lineWidth: 0 });
}

/**
 * Reads values out of YAML, every one as text. What stands below another gets its name in front: `mail/dkim`.
 *
 * @param where for messages, which never hold a value
 * @throws UsageError with all that is no YAML, no text, or cannot be a name.
 */
export function valuesOfYaml(text: string, where: string): ReadonlyMap<string, string> {
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, customTags: [vaultTag] });
  const lineOf = (position: number) => `${where}:${text.slice(0, position).split('\n').length}`;
  if (document.errors.length > 0) {
    // The library's own words may hold what stands there.
    throw new UsageError(
      document.errors.map(({ code, pos }) => ({
        message: code === 'DUPLICATE_KEY' ? 'this name stands twice' : `this is no YAML (${code})`,
        where: lineOf(pos[0]),
      })),
    );
  }
  const values = new Map<string, string>();
  const mistakes: Mistake[] = [];
  const visit = (node: Node | null | undefined, name: string): void => {
    const place = lineOf(node?.range?.[0] ?? 0);
    if (isMap<Node, Node>(node)) {
      for (const { key, value } of node.items) {
        visit(value, [...(name === '' ? [] : [name]), String(isScalar(key) ? key.value : key)].join('/'));
      }
    } else if (name === '') mistakes.push({ message: 'this is no list of names with values', where: place });
    else if (!isSecretName(name)) {
      mistakes.push({ message: `"${name}" cannot be the name of a secret`, where: place, hint: SECRET_NAME_RULE });
    } else if (!isScalar(node) || typeof node.value !== 'string' || node.value === '') {
      mistakes.push({ message: `the value of "${name}" is no text`, where: place });
    } else values.set(name, node.value);
  };
  if (document.contents !== null) visit(document.contents, '');
  if (mistakes.length > 0) throw new UsageError(mistakes);
  return values;
}

/** `!vault |`: a value that Ansible Vault encrypted; it is taken as the text that it is. */
const vaultTag = { tag: '!vault', resolve: (text: string) => text };
