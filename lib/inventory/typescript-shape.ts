import { z } from 'zod';
import { type Duration, milliseconds } from '../model/duration.ts';
import { BECOME_METHODS, TRANSPORTS } from '../model/host.ts';
import { quote } from '../model/script.ts';
import { Secret } from '../model/secret.ts';
import { SETTINGS, type SettingName } from './setting-names.ts';

const variables = z.record(z.string(), z.unknown());
const secret = z.instanceof(Secret, { error: 'must be a secret, as secret() and new Secret() make it' });
const word = z.string().min(1);
const port = z.int().min(1).max(65_535);

function isDuration(value: unknown): value is Duration {
  if (typeof value === 'number') return value > 0;
  if (typeof value !== 'string') return false;
  return /^\d+(?:\.\d+)?(?:ms|s|m|h)$/.test(value);
}

const settings = {
  port: port.optional(),
  user: word.optional(),
  password: secret.optional(),
  connection: z.enum(TRANSPORTS).optional(),
  privateKeyFile: word.optional(),
  privateKeyPassphrase: secret.optional(),
  sshArguments: z.array(word).optional(),
  timeout: z.custom<Duration>(isDuration, 'must be a duration: 500ms, 30s, 5m').optional(),
  become: z.boolean().optional(),
  becomeUser: word.optional(),
  becomeMethod: z.enum(BECOME_METHODS).optional(),
  becomePassword: secret.optional(),
  vars: variables.optional(),
};

const host = z.strictObject({ ...settings, address: word.optional() });

/** A group as it was checked. */
export interface GroupShape extends z.infer<typeof groupSettings> {
  readonly groups?: Readonly<Record<string, GroupShape>> | readonly string[] | undefined;
}

const groupSettings = z.strictObject({
  ...settings,
  hosts: z.union([z.record(z.string(), host), z.array(word)]).optional(),
  priority: z.int().optional(),
});

const group: z.ZodType<GroupShape> = z.lazy(() =>
  z.strictObject({ ...groupSettings.shape, groups: groups.optional() }),
);
const groups = z.union([z.record(z.string(), group), z.array(word)]);

/** A schema for host variables; of whatever version of zod the project has. */
const schema = z.custom<z.ZodObject>(
  (value) => typeof value === 'object' && value !== null && 'shape' in value && 'safeParse' in value,
  'must be a schema: z.object({ … })',
);

/** What `inventory()` was given: the group of all hosts. */
export const inventoryShape = z.strictObject({
  ...groupSettings.omit({ priority: true }).shape,
  groups: groups.optional(),
  hostVars: schema.optional(),
});

/** A host or group as it was checked. */
type Settings = z.infer<typeof host>;

/** Settings whose values are written as Ansible's variables have them. */
const PLAIN = [
  'address',
  'port',
  'user',
  'password',
  'connection',
  'privateKeyFile',
  'privateKeyPassphrase',
  'become',
  'becomeUser',
  'becomeMethod',
  'becomePassword',
] as const satisfies readonly (keyof Settings & SettingName)[];

/** A setting as the variable of Ansible's by which all of the inventory knows it. */
export interface SettingVariable {
  /** What it is called in the typed inventory. */
  readonly key: string;
  readonly name: string;
  readonly value: unknown;
}

export function settingVariables(given: Settings): readonly SettingVariable[] {
  const { sshArguments, timeout } = given;
  const variables: SettingVariable[] = [
    ...PLAIN.map((key) => ({ key, name: SETTINGS[key][0], value: given[key] })),
    {
      key: 'sshArguments',
      name: SETTINGS.sshCommonArguments[0],
      value: sshArguments?.map(quote).join(' '),
    },
    {
      key: 'timeout',
      name: SETTINGS.timeout[0],
      value: timeout === undefined ? undefined : Math.ceil(milliseconds(timeout) / 1000),
    },
  ];
  return variables.filter(({ value }) => value !== undefined);
}
