import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { decode, encode } from "../protocol.mjs";

const hex = (text) => Buffer.from(text, "hex");

test("the vectors of the protocol's page", () => {
  const page = fs.readFileSync(new URL("../../../docs/protocol.md", import.meta.url), "utf8");
  const vectors = [...page.matchAll(/^\| (?:guest|host) \| `([0-9a-f]+)` \| `(\[.*?\])`/gm)];
  assert.equal(vectors.length, 8);
  for (const [, message, meaning] of vectors) {
    assert.deepEqual(decode(hex(message)), JSON.parse(meaning));
    assert.equal(encode(JSON.parse(meaning)).toString("hex"), message);
  }
});

test("numbers, each in the shortest form", () => {
  for (const [value, form] of [
    [0, "00"], [23, "17"], [24, "1818"], [255, "18ff"], [256, "190100"], [65535, "19ffff"], [65536, "1a00010000"],
    [4294967295, "1affffffff"], [4294967296, "1b0000000100000000"], [Number.MAX_SAFE_INTEGER, "1b001fffffffffffff"],
    [-1, "20"], [-24, "37"], [-25, "3818"], [-4294967297, "3b0000000100000000"], [Number.MIN_SAFE_INTEGER, "3b001ffffffffffffe"],
    [1.5, "fb3ff8000000000000"], [-0, "fb8000000000000000"], [Infinity, "fb7ff0000000000000"], [1e300, "fb7e37e43c8800759c"],
    [2 ** 53, "fb4340000000000000"], [2n ** 64n - 1n, "1bffffffffffffffff"], [-(2n ** 64n), "3bffffffffffffffff"],
  ]) {
    assert.equal(encode(value).toString("hex"), form, String(value));
    assert.deepEqual(decode(hex(form)), value);
  }
  assert.equal(decode(hex("3b001fffffffffffff")), -(2n ** 53n)); // no double is below the safe ones and exact for sure
  assert.equal(decode(hex("1b0020000000000000")), 2n ** 53n);
  for (const number of [2n ** 64n, -(2n ** 64n) - 1n]) assert.throws(() => encode(number), RangeError);
  for (const [form, value] of [["f93c00", 1], ["f9c000", -2], ["f90001", 2 ** -24], ["f97c00", Infinity], ["f97e00", NaN], ["fa3fc00000", 1.5]]) {
    assert.deepEqual(decode(hex(form)), value);
  }
});

test("values as JSON has them, and bytes", () => {
  for (const [value, meant] of [
    [{ a: undefined, b: () => 1, c: Symbol("x"), d: null }, { d: null }],
    [[undefined, () => 1], [null, null]],
    [new Date(0), "1970-01-01T00:00:00.000Z"],
    [{ toJSON: () => ({ a: 1, toJSON: () => 2 }) }, { a: 1 }],
    [new Map([[1, "a"], ["b", undefined]]), { 1: "a" }],
    [undefined, null],
    ["ü\ud800", "ü\ufffd"],
    ["x".repeat(100_000), "x".repeat(100_000)],
  ]) {
    assert.deepEqual(decode(encode(value)), meant);
  }
  for (const bytes of [new Uint8Array([1, 2]), Buffer.from([1, 2]), new Uint8Array([0, 1, 2]).subarray(1), new Uint8Array([1, 2]).buffer, new Uint16Array([0x201])]) {
    assert.equal(encode(bytes).toString("hex"), "420102");
  }
  const own = decode(hex("a1695f5f70726f746f5f5fa0")); // {"__proto__": {}}
  assert.deepEqual(Object.keys(own), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(own), Object.prototype);
});

test("what nests too deep is refused before anything is sent", () => {
  const nested = (depth) => (depth === 0 ? 1 : [nested(depth - 1)]);
  encode([2, nested(64)]);
  assert.throws(() => encode([2, nested(65)]), RangeError);
  const itself = {};
  itself.itself = itself;
  assert.throws(() => encode([2, itself]), /in itself/);
});

test("what is no message is an error", () => {
  for (const wrong of ["", "8201", "62c3", "1818ff", "18", "5bffffffffffffffff", "9f", "c000", "f8ff", "a101"]) {
    assert.throws(() => decode(hex(wrong)), wrong);
  }
});
