export { haproxy } from './haproxy/index.ts';
export { syslog } from './syslog/index.ts';
export { webStandIn } from './web-stand-in/index.ts';
