import { SocketAddress } from 'node:net';

/** An address of an interface. */
export interface Address {
  readonly family: 'ipv4' | 'ipv6';
  /** IPv6 as RFC 5952 writes it. */
  readonly address: string;
  /** Length of the network's prefix, in bits. */
  readonly prefix: number;
}

/** An address and the interface that has it. */
export interface InterfaceAddress extends Address {
  readonly interface: string;
}

/** A route of IPv4; addresses as numbers. */
export interface Route {
  readonly interface: string;
  readonly network: number;
  readonly mask: number;
  readonly gateway: number;
  readonly metric: number;
}

/** The numbers of /proc/net/route are in the processor's byte order, little-endian on all that garden meets. */
function fromHex(digits: string | undefined): number {
  return Buffer.from(digits ?? '', 'hex')
    .reverse()
    .reduce((sum, byte) => sum * 256 + byte, 0);
}

function toNumber(dotted: string): number {
  return dotted.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

export function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

function prefixLength(mask: number): number {
  return 32 - Math.log2(2 ** 32 - mask);
}

/** The routes of /proc/net/route (proc(5)). */
export function readRoutes(text: string): readonly Route[] {
  return text.split('\n').flatMap((line) => {
    const [name, destination, gateway, flags, , , metric, mask] = line.split('\t').map((word) => word.trim());
    if (name === undefined || !/^[0-9A-F]{8}$/.test(destination ?? '') || flags === undefined) return [];
    return {
      interface: name,
      network: fromHex(destination),
      gateway: fromHex(gateway),
      metric: Number(metric),
      mask: fromHex(mask),
    };
  });
}

/** The local addresses of /proc/net/fib_trie, each with the interface whose network it is in. */
function fromTrie(text: string): readonly InterfaceAddress[] {
  const routes = readRoutes(text)
    .filter(({ gateway, mask }) => gateway === 0 && mask !== 0)
    .sort((a, b) => b.mask - a.mask);
  const local = new Set([...text.matchAll(/\|-- (\S+)\n\s*\/32 host LOCAL/g)].map(([, address = '']) => address));
  return [...local].flatMap((address): readonly InterfaceAddress[] => {
    if (address.startsWith('127.')) return [{ interface: 'lo', family: 'ipv4', address, prefix: 8 }];
    const number = toNumber(address);
    const route = routes.find(({ network, mask }) => (number & mask) >>> 0 === network);
    if (!route) return [];
    return [{ interface: route.interface, family: 'ipv4', address, prefix: prefixLength(route.mask) }];
  });
}

/**
 * IPv4 addresses from `ip -4 -o addr show` where there is an ip(8), else from the kernel's routes, which tell the
 * interface of an address that has a network, and no other.
 */
export function readIpv4(text: string): readonly InterfaceAddress[] {
  if (text.startsWith('Iface')) return fromTrie(text);
  return [...text.matchAll(/^\d+:\s+(\S+?)(?:@\S+)?\s+inet ([\d.]+)(?: peer [\d.]+)?(?:\/(\d+))?/gm)].map(
    ([, name = '', address = '', prefix = '32']) => ({
      interface: name,
      family: 'ipv4',
      address,
      prefix: Number(prefix),
    }),
  );
}

/** IPv6 addresses of /proc/net/if_inet6. */
export function readIpv6(text: string): readonly InterfaceAddress[] {
  return [...text.matchAll(/^([0-9a-f]{32}) \S+ ([0-9a-f]+) \S+ \S+\s+(\S+)$/gm)].map(
    ([, digits = '', prefix = '', name = '']) => ({
      interface: name,
      family: 'ipv6',
      address: new SocketAddress({ family: 'ipv6', address: digits.replace(/(.{4})(?=.)/g, '$1:') }).address,
      prefix: Number.parseInt(prefix, 16),
    }),
  );
}
