"""Tests mote.py natively, against a host at the other end of a pair of sockets: python3 -m unittest."""

import os
import socket
import struct
import unittest

import mote


class Host:
    """Gives the library a device of which the test has the other end. What it will receive must be given before."""

    def __init__(self):
        self.end, guest = socket.socketpair()
        self.end.settimeout(5)
        mote._device = guest.detach()

    def give(self, hexadecimal):
        message = bytes.fromhex(hexadecimal)
        self.end.sendall(struct.pack(">I", len(message)) + message)

    def take(self):
        (length,) = struct.unpack(">I", self.read(4))
        return self.read(length).hex()

    def read(self, count):
        data = b""
        while len(data) < count:
            more = self.end.recv(count - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def close(self):
        self.end.close()
        os.close(mote._device)


class MoteTest(unittest.TestCase):
    def setUp(self):
        mote._functions.clear()
        self.host = Host()
        self.addCleanup(self.host.close)

    def answer(self, call):
        self.host.give(call)
        mote._answer(mote._receive())

    def test_the_talk_of_the_protocol(self):
        @mote.function("(a: i64, b: i64) -> i64")
        def add(a, b):
            if a < 0:
                mote.log("info", "two!")
                self.host.give("8303666661696c65646178")
                try:
                    mote.call("now")
                except mote.Error as e:
                    raise mote.Error("absent", "y") from e
            return a + b

        self.answer("83010082182802")
        self.assertEqual(self.host.take(), "8202182a")
        self.answer("830100822001")
        self.assertEqual(self.host.take(), "8304026474776f21")
        self.assertEqual(self.host.take(), "8301636e6f7780")
        self.assertEqual(self.host.take(), "830366616273656e746179")

    def test_a_host_function_calls_back(self):
        def outer():
            self.host.give("83010180")  # in place of a result
            return mote.call("h") + 1

        def inner():
            self.host.give("82020a")  # which is what the outer call waits for
            return 5

        mote.function("() -> i64")(outer)
        mote.function("() -> i64")(inner)
        self.answer("83010080")
        self.assertEqual(self.host.take(), "8301616880")
        self.assertEqual(self.host.take(), "820205")
        self.assertEqual(self.host.take(), "82020b")

    def test_errors(self):
        mote.function("()", "divide")(lambda: 1 // 0)
        mote.function("()", "strange")(lambda: object())
        mote.function("()", "large")(lambda: 1 << 64)
        mote.function("()", "broken")(lambda: "\ud800")
        for place in range(4):
            self.answer("8301%02x80" % place)
            message = mote._decode(bytes.fromhex(self.host.take()), 0)[0]
            self.assertEqual(message[:2], [3, "failed"])
        self.answer("83010980")
        self.assertEqual(mote._decode(bytes.fromhex(self.host.take()), 0)[0][1], "unknown-function")

    def test_values_come_back_as_they_went(self):
        numbers = [0, 23, 24, 255, 256, 65535, 65536, (1 << 32) - 1, 1 << 32, (1 << 64) - 1]
        values = [None, True, False, 0.1, -0.0, float("inf"), "", "ä€𝄞", b"", bytes(300), [], [[1], []], {}, {"a": {1: None}}]
        for value in values + numbers + [-1 - number for number in numbers]:
            encoded = mote._encode(value)
            decoded, end = mote._decode(encoded, 0)
            self.assertEqual((repr(decoded), end), (repr(value), len(encoded)))

    def test_long_messages_arrive_in_pieces(self):
        mote.function("(x: bytes) -> u64", "size")(len)
        self.answer("830100815a00020000" + "aa" * 0x20000)
        self.assertEqual(self.host.take(), "82021a00020000")

    def test_a_name_is_taken_once(self):
        mote.function("()", "one")(lambda: None)
        with self.assertRaises(ValueError):
            mote.function("()", "one")(lambda: None)


if __name__ == "__main__":
    unittest.main()
