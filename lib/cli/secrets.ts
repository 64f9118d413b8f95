import type { Host } from '../model/host.ts';
import { Secret } from '../model/secret.ts';

function secretsIn(value: unknown, seen: Set<object>): Secret[] {
  if (value instanceof Secret) return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Object.values(value).flatMap((inner: unknown) => secretsIn(inner, seen));
}

/** Every secret that the inventory holds for these hosts: passwords, passphrases, and those among the variables. */
export function inventorySecrets(hosts: readonly Host[]): Secret[] {
  const seen = new Set<object>();
  return hosts.flatMap((host) => secretsIn([host.connection, host.become, host.vars], seen));
}
