import { z } from 'zod';
import type { Script } from '../../model/script.ts';

/** Makes a script that says with its exit status whether the file at a path, a new version of another, is good. */
export type Validation = (path: string) => Script;

/** The schema of a {@link Validation}. */
export const validation = z.custom<Validation>(
  (value) => typeof value === 'function',
  'a function that makes a script from a path: (path) => sh`visudo -cf ${path}`',
);
