import { join } from 'node:path';

/** Where everything is put that the benchmark makes: beside what tests make, inside of the repository, not part of it. */
export const WORK = join(import.meta.dirname, '../.tap/bench');
