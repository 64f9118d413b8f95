import { fact } from '../../../model/fact.ts';
import { sh } from '../../../model/script.ts';

/** Memory and swap, in bytes. */
export interface Memory {
  readonly total: number;
  /** What could be given to programs without swapping. */
  readonly available: number;
  readonly free: number;
  readonly swapTotal: number;
  readonly swapFree: number;
}

export const memory = fact<Memory>('memory', {
  description: 'Memory and swap, in bytes.',
  script: sh`cat /proc/meminfo`,
  read(stdout) {
    const bytes = (field: string) => 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(stdout)?.[1] ?? 0);
    return {
      total: bytes('MemTotal'),
      available: bytes('MemAvailable') || bytes('MemFree'),
      free: bytes('MemFree'),
      swapTotal: bytes('SwapTotal'),
      swapFree: bytes('SwapFree'),
    };
  },
});
