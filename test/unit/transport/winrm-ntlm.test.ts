import t from 'tap';
import { md4 } from '../../../lib/transport/winrm/md4.ts';
import { hmacMd5, ntlmKey } from '../../../lib/transport/winrm/ntlm-messages.ts';
import { NtlmSecurity } from '../../../lib/transport/winrm/ntlm-security.ts';
import { Rc4 } from '../../../lib/transport/winrm/rc4.ts';
import { openBody, sealBody } from '../../../lib/transport/winrm/sealed-body.ts';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');

t.test('MD4 gives what RFC 1320 says', async (t) => {
  t.equal(md4(Buffer.from('')).toString('hex'), '31d6cfe0d16ae931b73c59d7e0c089c0');
  t.equal(md4(Buffer.from('abc')).toString('hex'), 'a448017aaf21d8525fc10ae87aa6729d');
  t.equal(md4(Buffer.from('1234567890'.repeat(8))).toString('hex'), 'e33b4ddc9c38f2199c3e7b164fcc0536');
  t.equal(md4(Buffer.from('Password', 'utf16le')).toString('hex'), 'a4f49c406510bdcab6824ee7c30fd852');
});

t.test('the keys and the sealed message of MS-NLMP 4.2.4', async (t) => {
  const key = ntlmKey({ domain: 'Domain', user: 'User', password: 'Password' });
  t.equal(key.toString('hex'), '0c868a403bfd7a93a3001ef22ef02e3f');
  const challenge = hex('0123456789abcdefaaaaaaaaaaaaaaaa');
  t.equal(hmacMd5(key, challenge).toString('hex'), '86c35097ac9cec102554764a57cccc19');
  const base = hex('8de40ccadbc14a82f15cb0ad0de95ca3');
  t.equal(new Rc4(base).update(Buffer.alloc(16, 0x55)).toString('hex'), 'c5dad2544fc9799094ce1ce90bc9d03e');
  const [piece] = new NtlmSecurity(Buffer.alloc(16, 0x55)).seal(Buffer.from('Plaintext', 'utf16le'));
  t.equal(
    piece?.payload.toString('hex'),
    '01000000' + '7fb38ec5c55d4976' + '00000000' + '54e50165bf1936dc996020c1811b0f06fb5f',
  );
});

t.test('a sealed answer that was changed, repeated or cut is refused', async (t) => {
  // Where the two directions use the same keys, what one side seals can be opened by itself.
  const key = Buffer.alloc(16, 7);
  const server = new NtlmSecurity(key);
  const body = sealBody(server, Buffer.from('<answer/>')).body;
  t.throws(() => openBody(new NtlmSecurity(key), body), /changed on its way/, 'keys of the other direction');
  t.throws(() => openBody(new NtlmSecurity(key), body.subarray(0, 60)), /malformed/);
});
