import { spawnSync } from 'node:child_process';
import { lines, type Script, sh } from '../../lib/model/script.ts';
import { type ScratchRoot, scratchRoot, scratchRootUnavailable } from './scratch-root.ts';

/** Says why there can be no such root here, for a test that is left out; undefined where there can. */
export const aptUnavailable: string | undefined =
  scratchRootUnavailable ??
  ['apt-get', 'dpkg-deb', 'apt-ftparchive']
    .filter((command) => spawnSync(command, ['--version']).error)
    .map((command) => `a scratch root with packages needs ${command} (Debian's packages apt, dpkg, apt-utils)`)[0];

/** A tiny package, to be built by dpkg-deb. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** Further fields of its control file, e.g. `Depends: libc6`. */
  readonly fields?: readonly string[];
  /** What it runs when it is configured. */
  readonly configure?: string;
}

/** A scratch root whose apt knows a single repository: a folder in it. */
export interface AptRoot extends ScratchRoot {
  /** Puts packages into the repository and renews its index; the host's lists are as old as they were. */
  publish(packages: readonly DebianPackage[]): Promise<void>;
  /** The same, but fails loudly; gives what was printed. */
  expect(script: Script): Promise<string>;
}

const REPOSITORY = '/srv/repository';

function build({ name, version, fields = [], configure }: DebianPackage): Script {
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: all',
    'Maintainer: Test <test@example.org>',
    'Description: made by a test',
    ...fields,
    '',
  ].join('\n');
  const postinst = `#!/bin/sh\nset -e\n${configure ?? ':'}\n`;
  return sh`mkdir -p /tmp/build/DEBIAN && printf %s ${control} >/tmp/build/DEBIAN/control
printf %s ${postinst} >/tmp/build/DEBIAN/postinst && chmod 0755 /tmp/build/DEBIAN/postinst
dpkg-deb --build --root-owner-group -Znone /tmp/build ${REPOSITORY} >/dev/null
rm -r /tmp/build`;
}

/** Makes such a root; needs dpkg-deb and apt-ftparchive (packages dpkg and apt-utils). */
export async function aptRoot(): Promise<AptRoot> {
  const root = await scratchRoot();
  const expect = async (script: Script) => {
    const { stdout, stderr, status } = await root.run(script);
    if (status !== 0) throw new Error(`status ${status} of ${script.text}\n${stdout}${stderr}`);
    return stdout;
  };
  // What the machine itself has of repositories, lists and hooks is none of the test's business.
  await expect(sh`rm -rf /etc/apt/sources.list /etc/apt/sources.list.d /var/lib/apt/lists /etc/apt/apt.conf.d
mkdir -p /etc/apt/sources.list.d /etc/apt/apt.conf.d /var/lib/apt/lists/partial ${REPOSITORY}
echo ${`deb [trusted=yes] file:${REPOSITORY} ./`} >/etc/apt/sources.list`);
  return {
    ...root,
    expect,
    async publish(packages) {
      await expect(sh`set -e
${lines(packages.map(build))}
cd ${REPOSITORY}
apt-ftparchive packages . >Packages
apt-ftparchive release . >/tmp/Release
mv /tmp/Release Release`);
    },
  };
}
