import { fact } from '../../../model/fact.ts';
import { sh } from '../../../model/script.ts';
import { type Address, dotted, readIpv4, readIpv6, readRoutes } from './addresses.ts';
import { contentOf, linesOf, readSections, sections } from './sections.ts';

/** A network interface. */
export interface Interface {
  readonly name: string;
  /** Empty where it has none (a tunnel). */
  readonly mac: string;
  readonly mtu: number;
  /** Whether it carries traffic: `up`, `down`, `unknown` (loopback, tunnels). */
  readonly state: string;
  readonly kind: 'loopback' | 'bridge' | 'bond' | 'vlan' | 'wireless' | 'physical' | 'virtual';
  /** The bridge or bond that it belongs to. */
  readonly master: string | undefined;
  readonly addresses: readonly Address[];
}

export interface Gateway {
  readonly address: string;
  readonly interface: string;
}

/** How the host is connected. */
export interface Network {
  readonly interfaces: readonly Interface[];
  /** Where packets for elsewhere go, by IPv4. */
  readonly gateway: Gateway | undefined;
  readonly nameservers: readonly string[];
  readonly searchDomains: readonly string[];
}

function kindOf(name: string, type: string, hints: readonly string[]): Interface['kind'] {
  // if_arp.h, ARPHRD_LOOPBACK
  if (type === '772' || name === 'lo') return 'loopback';
  for (const kind of ['bridge', 'bond', 'vlan', 'wireless', 'physical'] as const) {
    if (hints.includes(kind)) return kind;
  }
  return 'virtual';
}

/** The default route with the lowest metric. */
function gatewayOf(text: string): Gateway | undefined {
  const [best] = readRoutes(text)
    .filter(({ network, mask, gateway }) => network === 0 && mask === 0 && gateway !== 0)
    .sort((a, b) => a.metric - b.metric);
  return best && { address: dotted(best.gateway), interface: best.interface };
}

export const network = fact<Network>('network', {
  description: 'Interfaces with their addresses, the gateway, and the name servers.',
  script: sections({
    // No process is started: the shell itself reads the files of one line that /sys is made of.
    interfaces: sh`for link in /sys/class/net/*; do
  [ -r "$link/mtu" ] || continue
  mac= mtu= state= type= hints= master=
  read -r mac <"$link/address"; read -r mtu <"$link/mtu"; read -r state <"$link/operstate"; read -r type <"$link/type"
  [ ! -d "$link/bridge" ] || hints="$hints bridge"
  [ ! -d "$link/bonding" ] || hints="$hints bond"
  [ ! -d "$link/wireless" ] || hints="$hints wireless"
  [ ! -e "/proc/net/vlan/\${link##*/}" ] || hints="$hints vlan"
  [ ! -e "$link/device" ] || hints="$hints physical"
  if [ -e "$link/master" ] && cd -P "$link/master"; then master=\${PWD##*/}; fi
  echo "\${link##*/}|$mac|$mtu|$state|$type|$master|$hints"
done`,
    ipv4: sh`ip -4 -o addr show || cat /proc/net/route /proc/net/fib_trie`,
    ipv6: contentOf('/proc/net/if_inet6'),
    routes: contentOf('/proc/net/route'),
    resolver: contentOf('/etc/resolv.conf'),
  }),
  read(stdout) {
    const section = readSections(stdout);
    const addresses = [...readIpv4(section('ipv4')), ...readIpv6(section('ipv6'))];
    const resolver = linesOf(section('resolver')).map((line) => line.trim().split(/\s+/));
    return {
      interfaces: linesOf(section('interfaces')).map((line) => {
        const [name = '', mac = '', mtu, state = '', type = '', master = '', hints = ''] = line.split('|');
        return {
          name,
          mac: /^(?:00:)*00$/.test(mac) ? '' : mac,
          mtu: Number(mtu),
          state,
          kind: kindOf(name, type, hints.split(' ')),
          master: master || undefined,
          addresses: addresses.filter((address) => address.interface === name).map(({ interface: _, ...rest }) => rest),
        };
      }),
      gateway: gatewayOf(section('routes')),
      nameservers: resolver.flatMap(([key, value]) => (key === 'nameserver' && value ? [value] : [])),
      searchDomains:
        resolver
          .filter(([key]) => key === 'search')
          .at(-1)
          ?.slice(1) ?? [],
    };
  },
});
