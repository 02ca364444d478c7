#!/usr/bin/env python3
"""Messages by another CBOR library, to compare with.

    oracle.py generate SEED COUNT   prints messages with random values, one in hexadecimal a line
    oracle.py check MESSAGES        reads as many messages from standard input as the file has, and fails
                                    unless each means the same as the one in the file, to the bit
"""
import random
import struct
import sys

import cbor2


def integer(rng):
    edge = 1 << rng.randrange(64)
    return rng.choice([edge, edge - 1, -edge, rng.getrandbits(64), -1 - rng.getrandbits(63)])


def real(rng):
    return struct.unpack(">d", rng.randbytes(8))[0] if rng.random() < 0.8 else rng.choice([0.0, -0.0, 1.5, -2.0, 65504.0])


def text(rng):
    points = [rng.randrange(rng.choice([0x80, 0x800, 0xD800, 0x110000])) for _ in range(rng.randrange(12))]
    return "".join("x" if 0xD800 <= p < 0xE000 else chr(p) for p in points)


def value(rng, depth):
    kind = rng.randrange(9 if depth > 0 else 7)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind in (1, 2):
        return integer(rng)
    if kind in (3, 4):
        return real(rng)
    if kind == 5:
        return text(rng)
    if kind == 6:
        return rng.randbytes(rng.randrange(40))
    if kind == 7:
        return [value(rng, depth - 1) for _ in range(rng.randrange(6))]
    return {rng.choice([text, integer])(rng): value(rng, depth - 1) for _ in range(rng.randrange(6))}


def generate(seed, count):
    rng = random.Random(seed)
    for _ in range(count):
        # The canonical form has floats of all three widths.
        print(cbor2.dumps(value(rng, 3), canonical=rng.random() < 0.5).hex())


def image(item):
    """The value with each float as its bits, so that equality is equality to the bit."""
    if isinstance(item, float):
        return ("float", struct.pack(">d", item))
    if isinstance(item, list):
        return [image(i) for i in item]
    if isinstance(item, dict):
        return {("key", type(k), k): image(v) for k, v in item.items()}
    return (type(item), item)


def check(path):
    with open(path) as expected:
        for number, line in enumerate(expected):
            answer = sys.stdin.readline()
            before, after = bytes.fromhex(line), bytes.fromhex(answer)
            if image(cbor2.loads(before)) != image(cbor2.loads(after)):
                sys.exit(f"message {number}: {line.strip()} became {answer.strip()}")
    print(number + 1, "messages mean the same")


if sys.argv[1:2] == ["generate"]:
    generate(int(sys.argv[2]), int(sys.argv[3]))
elif sys.argv[1:2] == ["check"]:
    check(sys.argv[2])
else:
    sys.exit(__doc__)
