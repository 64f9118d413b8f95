import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { type Mistake, UsageError } from '../model/errors.ts';
import type { ResourceKind } from '../model/resource.ts';
import type { Subject } from '../report/manual.ts';
import * as library from '../resources/posix/index.ts';
import { loadExports } from './module/load-module.ts';

type Exports = Readonly<Record<string, unknown>>;

function isFactory(value: unknown): value is { readonly kind: ResourceKind } {
  return typeof value === 'function' && 'kind' in value && 'schema' in value;
}

function isRole(value: unknown): value is { readonly roleName: string; description: string; schema: z.ZodType } {
  return typeof value === 'function' && 'roleName' in value && 'schema' in value;
}

function isFact(value: unknown): value is { readonly name: string; readonly description: string } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'fact';
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** The kinds of resources among the exports of a module, by name. */
export function kindsOf(exported: Exports): readonly ResourceKind[] {
  return Object.values(exported)
    .flatMap((value) => (isFactory(value) ? [value.kind] : []))
    .sort(byName);
}

function rolesOf(exported: Exports, module: string): readonly Subject[] {
  return Object.entries(exported).flatMap(([exportName, value]) => {
    if (!isRole(value)) return [];
    const { roleName, description, schema } = value;
    return [{ type: 'role', name: roleName, description, schema, module, exportName }];
  });
}

/** What there is to write playbooks with. */
export interface Catalogue {
  /** In the order of their names: roles, resources, facts. */
  readonly entries: readonly Subject[];
  /** Why roles of the project are missing in it. */
  readonly mistakes: readonly Mistake[];
}

/** The roles of a project: what `roles/<name>/index.ts` exports. */
async function projectRoles(folder: string): Promise<Catalogue> {
  let names: string[];
  try {
    names = readdirSync(join(folder, 'roles'), { recursive: true, encoding: 'utf8' });
  } catch {
    return { entries: [], mistakes: [] };
  }
  const files = names.filter((name) => /^[^/]+\/index\.[cm]?[jt]s$/.test(name)).map((name) => join('roles', name));
  const loaded = await Promise.allSettled(files.map((file) => loadExports(join(folder, file))));
  const entries: Subject[] = [];
  const mistakes: Mistake[] = [];
  for (const [index, result] of loaded.entries()) {
    if (result.status === 'fulfilled') entries.push(...rolesOf({ ...result.value }, `./${files[index]}`));
    else if (result.reason instanceof UsageError) mistakes.push(...result.reason.mistakes);
    else throw result.reason;
  }
  return { entries, mistakes };
}

/** All resources and facts of garden, its roles and those of the project; of two roles of one name, the project's. */
export async function catalogue(folder: string): Promise<Catalogue> {
  const [own, shipped] = await Promise.all([projectRoles(folder), import('walled-garden/roles')]);
  const ownNames = new Set(own.entries.map(({ name }) => name));
  const module = 'walled-garden';
  const roles = rolesOf(shipped, 'walled-garden/roles').filter(({ name }) => !ownNames.has(name));
  const resources = kindsOf(library).map(
    ({ name, description, schema }): Subject => ({
      type: 'resource',
      name,
      description,
      schema,
      module,
      exportName: name,
    }),
  );
  const facts = Object.values(library.facts)
    .filter(isFact)
    .map(
      ({ name, description }): Subject => ({
        type: 'fact',
        name,
        description,
        schema: undefined,
        module,
        exportName: 'facts',
      }),
    );
  return {
    entries: [...[...own.entries, ...roles].sort(byName), ...resources, ...facts.sort(byName)],
    mistakes: own.mistakes,
  };
}
