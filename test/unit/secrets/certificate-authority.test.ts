import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { certificateAuthority } from '../../../lib/secrets/certificate-authority.ts';

const REQUEST = { name: 'proxy-east', alternativeNames: ['mail.example.test', 'proxy-east', '10.81.0.11'] };

t.test('openssl trusts what the authority issues, for its names and no others', async (t) => {
  const folder = t.testdir({});
  const authority = await certificateAuthority('Test CA', { folder: join(folder, 'ca') });
  const { certificate, key } = await authority.issue(REQUEST);
  writeFileSync(join(folder, 'ca.pem'), authority.certificate);
  writeFileSync(join(folder, 'host.pem'), certificate);
  const verify = (...options: string[]) =>
    execFileSync(
      'openssl',
      [
        'verify',
        '-x509_strict',
        '-purpose',
        'sslserver',
        '-CAfile',
        join(folder, 'ca.pem'),
        ...options,
        join(folder, 'host.pem'),
      ],
      { stdio: 'pipe' },
    ).toString();
  t.match(verify('-verify_hostname', 'mail.example.test'), /OK/);
  t.match(verify('-verify_ip', '10.81.0.11'), /OK/);
  t.throws(() => verify('-verify_hostname', 'evil.example.test'));
  const publicOf = (args: string[], input: string) => execFileSync('openssl', args, { input }).toString();
  t.equal(
    publicOf(['pkey', '-pubout'], key.reveal()),
    publicOf(['x509', '-pubkey', '-noout'], certificate),
    'the key belongs to the certificate',
  );
});

t.test('the same in every run, another for another request, and private on disk', async (t) => {
  const folder = join(t.testdir({}), 'ca');
  const first = await certificateAuthority('Test CA', { folder });
  const issued = await first.issue(REQUEST);
  const again = await certificateAuthority('Test CA', { folder });
  t.equal(again.certificate, first.certificate);
  const kept = await again.issue({ ...REQUEST, alternativeNames: [...REQUEST.alternativeNames].reverse() });
  t.equal(kept.certificate, issued.certificate);
  t.equal(kept.key.reveal(), issued.key.reveal());
  t.not((await again.issue({ ...REQUEST, name: 'other' })).certificate, issued.certificate);
  for (const file of readdirSync(folder)) t.equal(statSync(join(folder, file)).mode & 0o077, 0, `${file} is private`);
  t.equal(statSync(folder).mode & 0o077, 0);
});

t.test('a certificate with less than a third of its time left is made anew', async (t) => {
  const folder = join(t.testdir({}), 'ca');
  const authority = await certificateAuthority('Test CA', { folder });
  const old = await authority.issue({ ...REQUEST, days: 0.01 });
  const restarted = await certificateAuthority('Test CA', { folder });
  t.not((await restarted.issue({ ...REQUEST, days: 0.01 })).certificate, old.certificate);
});
