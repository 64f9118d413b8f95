/** An element of a DER document (ITU-T X.690). */
export interface DerElement {
  readonly tag: number;
  readonly value: Buffer;
  /** Bytes that it takes with its tag and length. */
  readonly size: number;
  /** The elements inside it. @throws Error where they are cut off. */
  children(): readonly DerElement[];
}

/** Reads the element at the start. @throws Error where it is cut off. */
export function readDer(data: Buffer): DerElement {
  const tag = data[0];
  let length = data[1];
  if (tag === undefined || length === undefined) throw new Error('a DER element is cut off');
  let head = 2;
  if (length > 0x80 && length <= 0x84) {
    const digits = length - 0x80;
    if (data.length < 2 + digits) throw new Error('a DER element is cut off');
    length = data.readUIntBE(2, digits);
    head += digits;
  }
  const size = head + length;
  if (size > data.length) throw new Error('a DER element is cut off');
  const value = data.subarray(head, size);
  return { tag, value, size, children: () => elements(value) };
}

function elements(data: Buffer): readonly DerElement[] {
  const all: DerElement[] = [];
  for (let rest = data; rest.length > 0; ) {
    const element = readDer(rest);
    all.push(element);
    rest = rest.subarray(element.size);
  }
  return all;
}
