// Ten megabytes through a chain of streams, compressed in four ways and hashed.
import { Readable, Transform, pipeline as callbackPipeline } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createHash, createCipheriv, createDecipheriv, pbkdf2Sync, scryptSync, generateKeyPairSync, createSign, createVerify } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import zlib from "node:zlib";
import { promisify } from "node:util";

function* blocks() {
  let seed = 1;
  for (let i = 0; i < 160; i++) {
    const block = Buffer.alloc(65536);
    for (let j = 0; j < block.length; j++) block[j] = ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 16) & 15;
    yield block;
  }
}
let bytes = 0;
const count = new Transform({ transform(chunk, _, done) { bytes += chunk.length; done(null, chunk); } });
await pipeline(Readable.from(blocks()), count, zlib.createGzip({ level: 1 }), createWriteStream("/tmp/blocks.gz"));
const hash = createHash("sha256");
await pipeline(createReadStream("/tmp/blocks.gz"), zlib.createGunzip(), hash);
console.log(bytes, hash.digest("hex"));

const data = Buffer.concat([...blocks()].slice(0, 16));
for (const [name, there, back] of [["gzip", zlib.gzip, zlib.gunzip], ["deflate", zlib.deflate, zlib.inflate], ["raw", zlib.deflateRaw, zlib.inflateRaw]]) {
  const small = await promisify(there)(data);
  console.log(name, small.length, data.equals(await promisify(back)(small)));
}
const brotli = await promisify(zlib.brotliCompress)(data, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } });
console.log("brotli", data.equals(await promisify(zlib.brotliDecompress)(brotli)));

const key = pbkdf2Sync("password", "salt", 1000, 32, "sha512");
console.log(key.toString("hex"), scryptSync("password", "salt", 16).toString("hex"));
const cipher = createCipheriv("aes-256-gcm", key, Buffer.alloc(12));
const secret = Buffer.concat([cipher.update(data), cipher.final()]);
const decipher = createDecipheriv("aes-256-gcm", key, Buffer.alloc(12)).setAuthTag(cipher.getAuthTag());
console.log(createHash("md5").update(secret).digest("hex"), data.equals(Buffer.concat([decipher.update(secret), decipher.final()])));
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
console.log(createVerify("SHA256").update(data).verify(publicKey, createSign("SHA256").update(data).sign(privateKey)));
