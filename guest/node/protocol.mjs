// Mote's messages (docs/protocol.md): CBOR, and the file that they go through.

import fs from "node:fs";

const ANNOUNCE = 0;
export const [CALL, RESULT, ERROR] = [1, 2, 3];

const DEEPEST = 64; // arrays and maps in one another, in the message's own array: what the host takes

/** The host, at the other end of a file that gives and takes messages, each behind its length. Reading waits, and everything with it. */
export class Host {
  #file;
  #chunk = Buffer.allocUnsafeSlow(1 << 16);
  #writer = new Writer();
  calls = 0; // so far
  #isListening = false; // to other messages than the announcement

  constructor(file) {
    this.#file = file;
  }

  /** Waits for the next call; null when there will be none. */
  next() {
    this.calls++;
    return this.#receive();
  }

  /** Waits for the next message; null when there will be none. */
  #receive() {
    let data = this.#chunk;
    let end = this.#read(data, 0, 4, data.length);
    if (end === 0) return null;
    const length = 4 + data.readUInt32BE(0);
    // A copy, also of a short one: what is received next must not change what the author's code has kept.
    data = Buffer.allocUnsafeSlow(length);
    this.#chunk.copy(data, 0, 0, end);
    if (end < length) end = this.#read(data, end, length, length);
    return decode(data.subarray(4, end));
  }

  /** Reads from a place on until there are so many bytes, and what comes with them. */
  #read(data, from, atLeast, atMost) {
    let end = from;
    while (end < atLeast) {
      const count = fs.readSync(this.#file, data, end, atMost - end, null);
      if (count === 0) {
        if (end === 0) return 0;
        throw new Error("the host ended within a message");
      }
      end += count;
    }
    return end;
  }

  /** Says what functions there are: signatures by names. */
  announce(functions) {
    this.send([ANNOUNCE, { version: 1, functions }]);
    this.#isListening = true;
  }

  /** Calls a function of the host, and waits. An error that it answers with is thrown, with its code; before the announcement there are no functions. */
  call(name, ...parameters) {
    if (!this.#isListening) throw Object.assign(new Error(`there is no function ${name} yet`), { code: "unknown-function" });
    this.send([CALL, name, parameters]);
    const [kind, value, text] = this.#receive() ?? [ERROR, "failed", "the host has gone"];
    if (kind === RESULT) return value;
    throw Object.assign(new Error(text), { code: value });
  }

  /** Throws, having sent nothing, if the value has no place in a message, or the host does not take one of that size. */
  send(message) {
    const data = this.#writer.write(message);
    for (let at = 0; at < data.length;) at += fs.writeSync(this.#file, data, at);
  }
}

export function encode(value) {
  return new Writer().write(value).subarray(4);
}

/** Writes one message after the other into the same memory. */
class Writer {
  #data = Buffer.allocUnsafeSlow(1 << 12);
  #at = 0;

  /** The message behind its length; until the next one is written. */
  write(message) {
    this.#at = 4;
    this.#put(message, 0);
    this.#data.writeUInt32BE(this.#at - 4, 0);
    return this.#data.subarray(0, this.#at);
  }

  #room(count) {
    if (this.#at + count <= this.#data.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#at + count, 2 * this.#data.length));
    this.#data.copy(larger, 0, 0, this.#at);
    this.#data = larger;
  }

  #head(major, number) {
    this.#room(9);
    const kind = major << 5;
    const data = this.#data;
    if (number < 24) {
      data[this.#at++] = kind | Number(number);
    } else if (number < 0x100) {
      data[this.#at++] = kind | 24;
      data[this.#at++] = Number(number);
    } else if (number < 0x10000) {
      data[this.#at] = kind | 25;
      this.#at = data.writeUInt16BE(Number(number), this.#at + 1);
    } else if (number < 0x100000000) {
      data[this.#at] = kind | 26;
      this.#at = data.writeUInt32BE(Number(number), this.#at + 1);
    } else {
      data[this.#at] = kind | 27;
      this.#at = data.writeBigUInt64BE(BigInt(number), this.#at + 1);
    }
  }

  #put(value, depth) {
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
        return this.#number(value);
      case "boolean":
        return this.#simple(value ? 0xf5 : 0xf4);
      case "bigint":
        if (value !== BigInt.asIntN(65, value)) throw new RangeError("A number of more than 64 bits has no place in a message");
        return value < 0n ? this.#head(1, -1n - value) : this.#head(0, value);
      case "object":
        return value === null ? this.#simple(0xf6) : this.#object(value, depth);
      default:
        return this.#simple(0xf6); // undefined, a function, a symbol: as JSON has them in an array
    }
  }

  #simple(byte) {
    this.#room(1);
    this.#data[this.#at++] = byte;
  }

  #number(value) {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value < 0 ? this.#head(1, -1 - value) : this.#head(0, value);
    this.#room(9);
    this.#data[this.#at] = 0xfb;
    this.#at = this.#data.writeDoubleBE(value, this.#at + 1);
  }

  #text(value) {
    const length = Buffer.byteLength(value);
    this.#head(3, length);
    this.#room(length);
    this.#at += this.#data.write(value, this.#at, "utf8");
  }

  #bytes(value) {
    this.#head(2, value.byteLength);
    this.#room(value.byteLength);
    this.#data.set(value, this.#at);
    this.#at += value.byteLength;
  }

  #object(value, depth) {
    if (value instanceof ArrayBuffer) return this.#bytes(new Uint8Array(value));
    if (ArrayBuffer.isView(value)) return this.#bytes(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    if (depth > DEEPEST) throw new RangeError(`A value in ${DEEPEST} others has no place in a message; it may be in itself`);
    if (typeof value.toJSON === "function") {
      value = value.toJSON();
      if (typeof value !== "object" || value === null) return this.#put(value, depth);
    }
    if (Array.isArray(value)) {
      this.#head(4, value.length);
      for (let i = 0; i < value.length; i++) this.#put(value[i], depth + 1);
      return;
    }
    const pairs = (value instanceof Map ? [...value].map(([key, item]) => [String(key), item]) : Object.entries(value)).filter(([, item]) => isValue(item));
    this.#head(5, pairs.length);
    for (const [key, item] of pairs) {
      this.#text(key);
      this.#put(item, depth + 1);
    }
  }
}

/** Whether a property is one for JSON. */
function isValue(item) {
  return item !== undefined && typeof item !== "function" && typeof item !== "symbol";
}

/** The value of a message; its byte strings are views of it. */
export function decode(data) {
  const reader = new Reader(data);
  const value = reader.item();
  if (reader.at !== data.length) throw new Error("bytes behind a message");
  return value;
}

class Reader {
  #data;
  at = 0;

  constructor(data) {
    this.#data = data;
  }

  item() {
    const first = this.#data[this.at++];
    const major = first >> 5;
    if (major === 7) return this.#simple(first & 31);
    const number = this.#number(first & 31);
    switch (major) {
      case 0:
        return number;
      case 1:
        return typeof number === "bigint" || number === Number.MAX_SAFE_INTEGER ? -1n - BigInt(number) : -1 - number;
      case 2:
        return this.#take(number);
      case 3:
        return this.#take(number).toString("utf8");
      case 4:
        return Array.from({ length: number }, () => this.item());
      case 5:
        return this.#map(number);
      default:
        throw new Error("a message has no tags");
    }
  }

  #simple(small) {
    switch (small) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 25:
        return half(this.#take(2).readUInt16BE());
      case 26:
        return this.#take(4).readFloatBE();
      case 27:
        return this.#take(8).readDoubleBE();
      default:
        throw new Error(`a message has no simple value ${small}`);
    }
  }

  #number(small) {
    if (small < 24) return small;
    if (small > 27) throw new Error("a message has no indefinite lengths");
    const bytes = this.#take(1 << (small - 24));
    if (small < 27) return bytes.readUIntBE(0, bytes.length);
    const number = bytes.readBigUInt64BE();
    return number <= Number.MAX_SAFE_INTEGER ? Number(number) : number;
  }

  #take(count) {
    if (count > this.#data.length - this.at) throw new Error("a message ends within an item");
    const bytes = this.#data.subarray(this.at, this.at + count);
    this.at += count;
    return bytes;
  }

  #map(count) {
    const map = {};
    for (let i = 0; i < count; i++) {
      const key = String(this.item());
      const value = this.item();
      if (key === "__proto__") {
        // An entry like the others, as JSON.parse makes it: assigned, it would be the prototype.
        Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
      } else {
        map[key] = value;
      }
    }
    return map;
  }
}

function half(bits) {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
