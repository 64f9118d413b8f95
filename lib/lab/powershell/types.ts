import { NotInSubset } from './failure.ts';
import { typedNumber } from './numbers.ts';
import { Dictionary, EnumValue, isNull, List, PsObject, type PsValue, ScriptBlock, TypeReference } from './values.ts';

/** The types that the subset knows by name: accelerators and short names, to full names. */
const NAMES: Readonly<Record<string, string>> = {
  string: 'System.String',
  char: 'System.Char',
  int: 'System.Int32',
  int32: 'System.Int32',
  long: 'System.Int64',
  int64: 'System.Int64',
  uint32: 'System.UInt32',
  uint64: 'System.UInt64',
  int16: 'System.Int16',
  uint16: 'System.UInt16',
  byte: 'System.Byte',
  sbyte: 'System.SByte',
  double: 'System.Double',
  single: 'System.Single',
  float: 'System.Single',
  decimal: 'System.Decimal',
  bool: 'System.Boolean',
  boolean: 'System.Boolean',
  bigint: 'System.Numerics.BigInteger',
  object: 'System.Object',
  array: 'System.Array',
  hashtable: 'System.Collections.Hashtable',
  ordered: 'System.Collections.Specialized.OrderedDictionary',
  datetime: 'System.DateTime',
  timespan: 'System.TimeSpan',
  guid: 'System.Guid',
  version: 'System.Version',
  regex: 'System.Text.RegularExpressions.Regex',
  convert: 'System.Convert',
  math: 'System.Math',
  environment: 'System.Environment',
  void: 'System.Void',
  type: 'System.Type',
  exception: 'System.Exception',
  uri: 'System.Uri',
  scriptblock: 'System.Management.Automation.ScriptBlock',
  psobject: 'System.Management.Automation.PSObject',
  pscustomobject: 'System.Management.Automation.PSCustomObject',
  switch: 'System.Management.Automation.SwitchParameter',
  pscredential: 'System.Management.Automation.PSCredential',
  securestring: 'System.Security.SecureString',
  xml: 'System.Xml.XmlDocument',
};

/** The full name of a type. Unknown ones keep their name, so that a `catch` may name any. */
export function fullTypeName(written: string): string {
  const name = written.replaceAll(/\s/g, '');
  const array = /^(.+)\[\]$/.exec(name)?.[1];
  if (array !== undefined) return `${fullTypeName(array)}[]`;
  const generic = /^([\w.]+)\[(.+)\]$/.exec(name);
  if (generic) return `${fullTypeName(generic[1] ?? '')}[${fullTypeName(generic[2] ?? '')}]`;
  const known = NAMES[name.toLowerCase()];
  if (known !== undefined) return known;
  const same = Object.values(NAMES).find(
    (each) => each.toLowerCase() === name.toLowerCase() || each.toLowerCase() === `system.${name.toLowerCase()}`,
  );
  return (
    same ??
    (/^(?:IO|Text|Collections|Management|Net|Security|Diagnostics|Threading)\./i.test(name) ? `System.${name}` : name)
  );
}

export function typeName(value: PsValue): string {
  if (isNull(value)) return 'System.Management.Automation.Internal.AutomationNull';
  const number = typedNumber(value);
  if (number) return number.type;
  if (typeof value === 'string') return 'System.String';
  if (typeof value === 'boolean') return 'System.Boolean';
  if (Array.isArray(value)) return 'System.Object[]';
  if (value instanceof Uint8Array) return 'System.Byte[]';
  if (value instanceof Dictionary) return value.ordered ? (NAMES.ordered ?? '') : (NAMES.hashtable ?? '');
  if (value instanceof List || value instanceof EnumValue) return value.type;
  if (value instanceof ScriptBlock) return NAMES.scriptblock ?? '';
  if (value instanceof TypeReference) return 'System.RuntimeType';
  if (value instanceof PsObject) return value.typeNames[0] ?? 'System.Object';
  throw new NotInSubset('the type of this value');
}

/** `-is`. */
export function isOfType(value: PsValue, written: string): boolean {
  if (isNull(value)) return false;
  const wanted = fullTypeName(written).toLowerCase();
  const actual = typeName(value).toLowerCase();
  if (wanted === 'system.object' || wanted === actual) return true;
  if (wanted === 'system.array') return actual.endsWith('[]');
  if (wanted === 'system.management.automation.psobject') return value instanceof PsObject;
  if (wanted === 'system.valuetype') return typedNumber(value) !== undefined || typeof value === 'boolean';
  if (wanted.endsWith('.idictionary')) return value instanceof Dictionary;
  if (wanted.endsWith('.ienumerable') || wanted.endsWith('.ilist'))
    return Array.isArray(value) || value instanceof List;
  if (wanted === 'system.enum') return value instanceof EnumValue;
  return value instanceof PsObject && value.typeNames.some((name) => name.toLowerCase() === wanted);
}
