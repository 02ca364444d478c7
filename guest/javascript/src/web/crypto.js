// crypto: random numbers, digests and HMAC.

import { digest, hmac, random } from 'mote:native';
import { bytesOf } from './encoding.js';

const TypedArray = Object.getPrototypeOf(Uint8Array);
const HASHES = ['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
const blockSizes = { 'SHA-1': 64, 'SHA-256': 64, 'SHA-384': 128, 'SHA-512': 128 };

const failure = (name, message) => new DOMException(message, name);

function hashOf(given) {
  const name = `${typeof given === 'object' ? given?.name : given}`.toUpperCase();
  if (!HASHES.includes(name)) throw failure('NotSupportedError', `There is no digest ${name}`);
  return name;
}

function requireHmac(algorithm) {
  const name = typeof algorithm === 'object' ? algorithm?.name : algorithm;
  if (`${name}`.toUpperCase() !== 'HMAC') throw failure('NotSupportedError', `There is no algorithm ${name}, only HMAC`);
}

export class CryptoKey {
  #secret;

  constructor(secret, algorithm, extractable, usages) {
    if (!(secret instanceof Uint8Array)) throw new TypeError('Illegal constructor');
    this.#secret = secret;
    Object.assign(this, { type: 'secret', algorithm, extractable, usages });
  }

  static secretOf(key, usage) {
    if (!(key instanceof CryptoKey)) throw new TypeError('That is no CryptoKey');
    if (usage && !key.usages.includes(usage)) throw failure('InvalidAccessError', `The key is not for '${usage}'`);
    return key.#secret;
  }
}

const { secretOf } = CryptoKey;
delete CryptoKey.secretOf;

function makeKey(secret, { hash }, extractable, usages) {
  const all = [...usages];
  if (all.length === 0 || all.some((usage) => usage !== 'sign' && usage !== 'verify')) {
    throw new SyntaxError("The usages of a key of HMAC are 'sign' and 'verify'");
  }
  const algorithm = { name: 'HMAC', hash: { name: hashOf(hash) }, length: secret.length * 8 };
  return new CryptoKey(secret, algorithm, Boolean(extractable), all);
}

const fromBase64Url = (text) => Uint8Array.fromBase64(text, { alphabet: 'base64url' });
const toBase64Url = (bytes) => bytes.toBase64({ alphabet: 'base64url', omitPadding: true });

class SubtleCrypto {
  async digest(algorithm, data) { return digest(hashOf(algorithm), bytesOf(data)); }

  async generateKey(algorithm, extractable, usages) {
    requireHmac(algorithm);
    const size = algorithm.length === undefined ? blockSizes[hashOf(algorithm.hash)] : Math.ceil(algorithm.length / 8);
    return makeKey(new Uint8Array(random(size)), algorithm, extractable, usages);
  }

  async importKey(format, data, algorithm, extractable, usages) {
    requireHmac(algorithm);
    if (format === 'raw') return makeKey(bytesOf(data).slice(), algorithm, extractable, usages);
    if (format !== 'jwk') throw failure('NotSupportedError', `Keys of the format '${format}' are not supported`);
    if (data?.kty !== 'oct') throw failure('DataError', 'The JWK is not a secret key');
    return makeKey(fromBase64Url(data.k), algorithm, extractable, usages);
  }

  async exportKey(format, key) {
    const secret = secretOf(key);
    if (!key.extractable) throw failure('InvalidAccessError', 'The key is not extractable');
    if (format === 'raw') return secret.slice().buffer;
    if (format !== 'jwk') throw failure('NotSupportedError', `Keys of the format '${format}' are not supported`);
    const alg = `HS${key.algorithm.hash.name.slice(4)}`;
    return { kty: 'oct', k: toBase64Url(secret), alg, ext: true, key_ops: [...key.usages] };
  }

  async sign(algorithm, key, data) {
    requireHmac(algorithm);
    return hmac(key.algorithm.hash.name, secretOf(key, 'sign'), bytesOf(data));
  }

  async verify(algorithm, key, signature, data) {
    requireHmac(algorithm);
    const expected = new Uint8Array(hmac(key.algorithm.hash.name, secretOf(key, 'verify'), bytesOf(data)));
    const given = bytesOf(signature);
    if (given.length !== expected.length) return false;
    let difference = 0; // all are compared: the time tells nothing
    for (let i = 0; i < expected.length; i++) difference |= expected[i] ^ given[i];
    return difference === 0;
  }
}

class Crypto {
  #subtle = new SubtleCrypto();

  get subtle() { return this.#subtle; }

  getRandomValues(array) {
    if (!(array instanceof TypedArray) || /Float/.test(array.constructor.name)) {
      throw failure('TypeMismatchError', 'getRandomValues takes an array of integers');
    }
    if (array.byteLength > 65536) {
      throw failure('QuotaExceededError', `getRandomValues gives 65536 bytes at most, not ${array.byteLength}`);
    }
    bytesOf(array).set(new Uint8Array(random(array.byteLength)));
    return array;
  }

  randomUUID() {
    const bytes = new Uint8Array(random(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = bytes.toHex();
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

export const crypto = new Crypto();
