import { Secret } from 'walled-garden';
import { z } from 'zod';

/** A certificate with its key, as `certificateAuthority().issue()` gives it. */
export const certificateParams = z.strictObject({
  certificate: z.string().startsWith('-----BEGIN CERTIFICATE-----').describe('The certificate, as PEM'),
  key: z.instanceof(Secret).describe('Its private key, as PEM'),
});

/** A certificate of an authority that is trusted, as PEM. */
export const authorityParam = z
  .string()
  .startsWith('-----BEGIN CERTIFICATE-----')
  .describe('The certificate of the authority that the other side must have been issued by, as PEM');

export const portParam = z.int().min(1).max(65_535);
