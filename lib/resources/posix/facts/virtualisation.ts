import { fact } from '../../../model/fact.ts';
import { sh } from '../../../model/script.ts';
import { contentOf, readSections, sections } from './sections.ts';

/** What the host runs in, and whether others can run in it. */
export interface Virtualisation {
  /** `kvm`, `vmware`, `hyperv`, `xen`, `virtualbox`, `qemu` (emulated), `unknown`; undefined on bare metal. */
  readonly machine: string | undefined;
  /** `systemd-nspawn`, `docker`, `lxc`, `podman`; undefined outside of containers. */
  readonly container: string | undefined;
  /** Whether virtual machines can be run on it with the processor's help: there is a /dev/kvm. */
  readonly kvm: boolean;
}

/** What the makers of virtual machines write into their firmware (as systemd-detect-virt(1) looks for it). */
const FIRMWARE: readonly (readonly [RegExp, string])[] = [
  [/KVM|Google Compute Engine|OpenStack|Amazon EC2/i, 'kvm'],
  [/VMware/i, 'vmware'],
  [/VirtualBox|innotek/i, 'virtualbox'],
  [/Microsoft Corporation[\s\S]*Virtual Machine/i, 'hyperv'],
  [/Xen/i, 'xen'],
  [/Parallels/i, 'parallels'],
  [/BHYVE/i, 'bhyve'],
  [/QEMU|Bochs/i, 'qemu'],
];

export const virtualisation = fact<Virtualisation>('virtualisation', {
  description: 'Whether it is a virtual machine or a container, and whether it can run virtual machines.',
  script: sections({
    // Vendor and product, a line each: they tell nothing apart, but something together.
    firmware: sh`cat /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name /sys/class/dmi/id/bios_vendor`,
    hypervisor: contentOf('/sys/hypervisor/type'),
    guest: sh`grep -m 1 -o -w hypervisor /proc/cpuinfo`,
    container: sh`if [ -r /run/systemd/container ]; then cat /run/systemd/container
elif [ -e /run/.containerenv ]; then echo podman
elif [ -e /.dockerenv ]; then echo docker
elif [ -r /proc/1/environ ]; then tr '\\0' '\n' </proc/1/environ | sed -n 's/^container=//p'; fi`,
    kvm: sh`[ ! -c /dev/kvm ] || echo yes`,
  }),
  read(stdout) {
    const section = readSections(stdout);
    const named = FIRMWARE.find(([pattern]) => pattern.test(section('firmware')))?.[1];
    const guest = section('guest').trim() !== '';
    // A processor that says it is virtual in a machine made by QEMU is one that runs with KVM's help.
    const machine = named === 'qemu' && guest ? 'kvm' : (named ?? (guest ? 'unknown' : undefined));
    return {
      machine: section('hypervisor').trim() || machine,
      container: section('container').trim() || undefined,
      kvm: section('kvm').trim() === 'yes',
    };
  },
});
