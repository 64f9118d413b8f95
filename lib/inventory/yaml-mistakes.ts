import { didYouMean } from '../model/suggestion.ts';
import type { Remark } from './findings.ts';

const STANDARD = 'tag:yaml.org,2002:';
const TAGS = [
  '!vault',
  '!vault-encrypted',
  '!secret',
  '!unsafe',
  '!!str',
  '!!int',
  '!!float',
  '!!bool',
  '!!null',
  '!!map',
  '!!seq',
];

/** A tag as people write it: `!!int`, not `tag:yaml.org,2002:int`. */
export function shortTag(tag: string | undefined): string | undefined {
  return tag?.replace(STANDARD, '!!');
}

/** What cannot be read in a document, and why. It never leaves the reader of YAML. */
export class WrongYaml extends Error {
  readonly line: number;
  readonly remark: Remark;

  constructor(line: number, remark: Remark) {
    super(remark.message);
    this.line = line;
    this.remark = remark;
  }
}

/** A tag that is not known, or stands before what it is not for. */
export function wrongTag(tag: string, line: number): WrongYaml {
  if (TAGS.includes(tag)) return new WrongYaml(line, { message: `${tag} is not for a value like this` });
  const hint = `garden knows ${TAGS.filter((name) => !name.startsWith('!!')).join(', ')} and YAML's own`;
  return new WrongYaml(line, { message: `the tag ${tag} is not known${didYouMean(tag, TAGS)}`, hint });
}

/** What the parser says. A part of the text in its message is left out: it may hold a secret. */
export function syntaxRemark(
  { code, message }: { readonly code: string; readonly message: string },
  json: boolean,
): Remark {
  if (code === 'MULTIPLE_DOCS')
    return { message: 'there are several documents in it', hint: 'keep one document a file' };
  const why = message.replace(/(token|characters|in YAML stream): [\s\S]*/, '$1').replace(/ in YAML stream$/, '');
  const hint = code === 'TAB_AS_INDENT' ? 'indent with spaces' : undefined;
  return { message: `this is ${json ? 'neither JSON nor' : 'no'} YAML: ${why}`, hint };
}
