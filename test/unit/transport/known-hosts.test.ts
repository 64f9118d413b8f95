import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  appendKnownHost,
  fingerprint,
  keyType,
  knownHostLine,
  knownHostName,
  namesMatch,
  parseKnownHosts,
} from '../../../lib/transport/known-hosts.ts';

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ';

t.test('names and patterns, as sshd(8) describes them', async (t) => {
  const cases: readonly (readonly [names: string, name: string, matches: boolean])[] = [
    ['web1', 'web1', true],
    ['WEB1', 'web1', true],
    ['web1', 'web10', false],
    ['web1.example.org,192.0.2.1', '192.0.2.1', true],
    ['*.example.org', 'a.example.org', true],
    ['*.example.org', 'example.org', false],
    ['web?', 'web1', true],
    ['web?', 'web', false],
    ['*.example.org,!db.example.org', 'db.example.org', false],
    ['!db.example.org,*.example.org', 'db.example.org', false],
    ['!db.example.org,*.example.org', 'web.example.org', true],
    ['!db.example.org', 'web.example.org', false],
    ['a.b', 'axb', false],
    ['[web1]:2222', '[web1]:2222', true],
    ['web1', '[web1]:2222', false],
    ['[web1]:*', '[web1]:2222', true],
    ['2001:db8::1', '2001:db8::1', true],
  ];
  for (const [names, name, matches] of cases) t.equal(namesMatch(names, name), matches, `${names} · ${name}`);
});

t.test('a port other than 22 is part of the name', async (t) => {
  t.equal(knownHostName('Web1', 22), 'web1');
  t.equal(knownHostName('web1', 2222), '[web1]:2222');
});

t.test('names that ssh-keygen hashed are recognised, and ours by ssh-keygen', async (t) => {
  const file = join(t.testdir(), 'known_hosts');
  writeFileSync(file, `[web1]:2222 ssh-ed25519 ${KEY}\nweb2 ssh-ed25519 ${KEY}\n`);
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
  const [first, second] = parseKnownHosts(readFileSync(file, 'utf8'), file);
  t.match(first?.names, /^\|1\|/);
  t.ok(namesMatch(first?.names ?? '', '[web1]:2222'));
  t.notOk(namesMatch(first?.names ?? '', 'web1'));
  t.ok(namesMatch(second?.names ?? '', 'web2'));

  writeFileSync(file, knownHostLine('[web3]:2222', Buffer.from(KEY, 'base64'), { hashed: true }));
  t.notMatch(readFileSync(file, 'utf8'), /web3/);
  t.match(execFileSync('ssh-keygen', ['-F', '[web3]:2222', '-f', file]).toString(), KEY);
});

t.test('the file is read as ssh reads it', async (t) => {
  const lines = [
    '# a comment',
    '',
    `web1 ssh-ed25519 ${KEY} a comment`,
    `@revoked * ssh-ed25519 ${KEY}`,
    `  @cert-authority\t*.example.org ssh-ed25519   ${KEY}`,
    `@unheard-of web1 ssh-ed25519 ${KEY}`,
    'torn ssh-ed25519',
  ];
  const found = parseKnownHosts(lines.join('\r\n'), 'f').map(({ line, marker, names, type }) => [
    line,
    marker,
    names,
    type,
  ]);
  t.same(found, [
    [3, undefined, 'web1', 'ssh-ed25519'],
    [4, 'revoked', '*', 'ssh-ed25519'],
    [5, 'cert-authority', '*.example.org', 'ssh-ed25519'],
  ]);
});

t.test('fingerprints are those that ssh-keygen shows', async (t) => {
  for (const type of ['ed25519', 'ecdsa', 'rsa']) {
    const file = join(t.testdir(), 'key');
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file]);
    const [name, base64] = readFileSync(`${file}.pub`, 'utf8').split(' ');
    const key = Buffer.from(base64 ?? '', 'base64');
    t.match(execFileSync('ssh-keygen', ['-lf', file]).toString(), fingerprint(key));
    t.equal(keyType(key), name);
  }
});

t.test('a line is appended to a file without a last newline, and a missing file is made private', async (t) => {
  const folder = t.testdir({ known_hosts: 'web1 ssh-ed25519 AAAA' });
  await appendKnownHost(join(folder, 'known_hosts'), 'web2 ssh-ed25519 BBBB\n');
  t.equal(readFileSync(join(folder, 'known_hosts'), 'utf8'), 'web1 ssh-ed25519 AAAA\nweb2 ssh-ed25519 BBBB\n');
  await appendKnownHost(join(folder, 'new', 'known_hosts'), 'web2 ssh-ed25519 BBBB\n');
  t.equal(statSync(join(folder, 'new')).mode & 0o777, 0o700);
  t.equal(statSync(join(folder, 'new', 'known_hosts')).mode & 0o777, 0o600);
});
