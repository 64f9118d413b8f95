import { createHash } from 'node:crypto';

/** In every host from the start: a small Debian server as an installer leaves it, and Python for small services. */
export const IMAGE_PACKAGES = [
  'apt',
  'ca-certificates',
  'cron',
  'dbus',
  'iproute2',
  'iputils-ping',
  'kmod',
  'less',
  'libpam-systemd',
  'netbase',
  'openssh-server',
  'openssl',
  'procps',
  'python3',
  'sudo',
  'systemd',
  'systemd-sysv',
] as const;

/** What playbooks can install on the hosts, which reach no mirror: these and all that they depend on. */
export const POOL_PACKAGES = [
  'acl',
  'bash-completion',
  'curl',
  'git',
  'haproxy',
  'hello',
  'jq',
  'logrotate',
  'nftables',
  'nginx-light',
  'opendoas',
  'rsync',
  'rsyslog',
  'rsyslog-gnutls',
  'rsyslog-openssl',
  'socat',
  'tcpdump',
  'tree',
  'unzip',
  'xz-utils',
  'zip',
] as const;

/** Where hosts see the packages. */
export const POOL_ON_HOST = '/srv/debs';

/** Users of every host besides root; all are let in by the lab's key. `deploy` also has a password. */
export const LAB_USERS = [
  { name: 'deploy', uid: 1000, sudo: 'ALL=(ALL:ALL) ALL' },
  { name: 'operator', uid: 1001, sudo: 'ALL=(ALL:ALL) NOPASSWD: ALL' },
] as const;

/**
 * The script that mmdebstrap(1) runs in the end, with the image's folder as its argument: what identifies a host must
 * not be shared, and the hosts' users are made. (Debian has a group `operator` already.)
 */
export const CUSTOMIZE = `#!/bin/sh
set -e
cd "$1"
rm -f etc/ssh/ssh_host_*_key* etc/hostname etc/resolv.conf etc/apt/apt.conf.d/99mmdebstrap
: > etc/machine-id
echo 'deb [trusted=yes] file:${POOL_ON_HOST} ./' > etc/apt/sources.list
mkdir -p .${POOL_ON_HOST}
chroot . systemctl --quiet enable ssh.service systemd-networkd.service
chroot . systemctl --quiet mask systemd-networkd-wait-online.service
${LAB_USERS.map(
  ({ name, uid, sudo }) => `
chroot . groupadd --force --gid ${uid} ${name}
chroot . useradd --create-home --shell /bin/bash --uid ${uid} --gid ${name} ${name}
echo '${name} ${sudo}' > etc/sudoers.d/${name}
chmod 0440 etc/sudoers.d/${name}
`,
).join('')}`;

/** Identifies what an image is made of, so that a changed definition gets an image of its own. */
export function imageKey(release: string, architecture: string): string {
  const definition = JSON.stringify([release, architecture, IMAGE_PACKAGES, POOL_PACKAGES, CUSTOMIZE]);
  return createHash('sha256').update(definition).digest('hex').slice(0, 16);
}
