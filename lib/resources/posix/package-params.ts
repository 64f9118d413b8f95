import { z } from 'zod';

/** How old lists may be where `updateCache: true` gives no age, in seconds. */
const HOUR = 3600;

/** Debian Policy 5.6.1, with an architecture as dpkg writes it. A hyphen at the end would tell apt to remove it. */
const packageName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9+.-]*[a-z0-9+.](?::[a-z0-9-]+)?$/,
    'a package name such as nginx-light (no version, no wildcard)',
  );

const names = z.array(packageName);

const long = z.strictObject({
  names: names.describe('Names of packages; of virtual ones too, where one package alone provides it.'),
  state: z
    .enum(['present', 'absent', 'latest'])
    .default('present')
    .describe('Whether they are installed, not installed, or installed in the newest version that the lists know.'),
  held: z
    .boolean()
    .optional()
    .describe('Whether they are held at their version (apt-mark hold); left as it is where not given.'),
  updateCache: z
    .union([z.boolean(), z.int().min(0)])
    .default(false)
    .describe(
      'How old the package lists may be, in seconds, before they are fetched anew; true is an hour. Looked at before packages are installed, and in any case for `latest` or without names. Missing lists, and those that do not know a package, are always renewed.',
    ),
  recommends: z
    .boolean()
    .optional()
    .describe("Whether recommended packages are installed too; the host's own setting where not given."),
});

/** The parameters of `packages`: a list of names, or an object. */
export const packagesParams = z
  .union([names.transform((list) => long.parse({ names: list })), long])
  .refine(({ state, held }) => !(state === 'absent' && held), 'a package that is absent cannot be held')
  .transform(({ updateCache, ...rest }) => ({
    ...rest,
    names: [...new Set(rest.names)],
    maxAge: updateCache === true ? HOUR : updateCache === false ? undefined : updateCache,
  }));

export type PackagesParams = z.output<typeof packagesParams>;
