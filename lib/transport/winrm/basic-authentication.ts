import type { Secret } from '../../model/secret.ts';
import type { Authentication } from './authentication.ts';

/** Name and password with every request; over TLS only. Windows takes it for local accounts only, where it is switched on. */
export function basicAuthentication(user: string, password: Secret): Authentication {
  return {
    title: 'Basic',
    scheme: 'Basic',
    header: () => `Basic ${Buffer.from(`${user}:${password.reveal()}`).toString('base64')}`,
  };
}

const MUTUAL = 'http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual';

/** The client certificate of the TLS connection says who it is; Windows maps it to an account. */
export function certificateAuthentication(): Authentication {
  return { title: 'client certificate', scheme: MUTUAL, header: () => MUTUAL };
}
