export { type Choice, chooseTransport } from './choose.ts';
export { connect } from './connect.ts';
export { localTransport } from './local.ts';
export { opensshTransport } from './openssh.ts';
export { sshTransport } from './ssh.ts';
export type { Channel, ChannelEnd, Connection, Notice, Transport } from './transport.ts';
