import { fact } from '../../../model/fact.ts';
import { sh } from '../../../model/script.ts';
import { contentOf, readSections, sections } from './sections.ts';

/** The running kernel. */
export interface Kernel {
  /** `6.1.0-37-amd64` */
  readonly release: string;
  /** `x86_64`, `aarch64`, as `uname -m` says. */
  readonly architecture: string;
  readonly hostname: string;
  /** Changes with every boot. */
  readonly bootId: string;
  /** Seconds since it was booted. */
  readonly uptime: number;
  /** What it was booted with. */
  readonly commandLine: string;
  /** Modules that are loaded; those that are built in are not among them. */
  readonly modules: readonly string[];
}

export const kernel = fact<Kernel>('kernel', {
  description: 'The running kernel: its release, architecture, command line, modules, and since when it runs.',
  script: sections({
    release: contentOf('/proc/sys/kernel/osrelease'),
    architecture: sh`uname -m`,
    hostname: contentOf('/proc/sys/kernel/hostname'),
    boot: contentOf('/proc/sys/kernel/random/boot_id'),
    uptime: contentOf('/proc/uptime'),
    command: contentOf('/proc/cmdline'),
    modules: contentOf('/proc/modules'),
  }),
  read(stdout) {
    const section = readSections(stdout);
    return {
      release: section('release').trim(),
      architecture: section('architecture').trim(),
      hostname: section('hostname').trim(),
      bootId: section('boot').trim(),
      uptime: Number.parseFloat(section('uptime')) || 0,
      commandLine: section('command').trim(),
      modules: section('modules')
        .split('\n')
        .flatMap((line) => line.split(' ')[0] || [])
        .sort(),
    };
  },
});
