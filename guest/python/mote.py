"""Offers Python functions to a Java program that runs this one in a Mote sandbox, and calls the functions that it was given.

    import mote

    @mote.function("(name: string, times: i32) -> string")
    def greet(name, times):
        return " ".join(["Hello, " + name] * times)

    mote.serve()

Values are None, bool, int, float (never int) for f32 and f64, str, bytes, list, and dict for records and maps. The types of a
signature and the messages are described in docs/protocol.md. Needs Python 3.8 and nothing but its standard library. For one
thread: a call, and what it calls, is served where serve() was called.
"""

import errno
import os
import struct
import sys

__all__ = ["Error", "call", "function", "log", "serve"]

_ANNOUNCE, _CALL, _RESULT, _ERROR, _LOG = range(5)
_LEVELS = ("trace", "debug", "info", "warning", "error")
_CHUNK = 1 << 16

_functions = {}  # by name, in the order of the announcement: (signature, function)
_device = None  # the descriptor of /dev/mote


class Error(Exception):
    """An error with a code, for the caller of a function, or from a function of the host."""

    def __init__(self, code, message, details=None):
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details


def function(signature, name=None):
    """Offers a function, under its own name or another one."""

    def add(what):
        known = name or what.__name__
        if known in _functions:
            raise ValueError("there is a function %r already" % known)
        _functions[known] = (signature, what)
        return what

    return add


def call(name, *arguments):
    """Calls a function of the host, while one of this program is being called, and returns its result.

    Raises Error if the host answers with one.
    """
    _send([_CALL, name, list(arguments)])
    while True:
        message = _receive()
        if message[0] == _CALL:  # the host's function calls back
            _answer(message)
        elif message[0] == _RESULT:
            return message[1]
        else:
            raise Error(*message[1:])


def log(level, message):
    """Gives the host a line for its log. Level: trace, debug, info, warning or error."""
    _send([_LOG, _LEVELS.index(level), message])


def serve():
    """Announces the functions and answers calls, for as long as the sandbox lives."""
    global _device
    try:
        _device = os.open("/dev/mote", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        print("This program offers functions to who runs it: mote call --root / python3 ...", file=sys.stderr)
        raise SystemExit(2) from None
    signatures = {name: signature for name, (signature, _) in _functions.items()}
    _send([_ANNOUNCE, {"version": 1, "functions": signatures}])
    while True:
        _answer(_receive())


def _answer(message):
    try:
        answer = _encode([_RESULT, _run(message[1], message[2])])
    except Error as e:
        answer = _encode([_ERROR, e.code, e.message] + ([] if e.details is None else [e.details]))
    except Exception as e:
        text = "%s: %s" % (type(e).__name__, e)
        answer = _encode([_ERROR, "failed", text.encode("utf-8", "replace").decode()])
    try:
        _send_encoded(answer)
    except OSError as e:
        if e.errno != errno.EMSGSIZE:
            raise
        _send([_ERROR, "limit", "an answer of %d bytes is more than the host takes" % len(answer)])


def _run(place, arguments):
    functions = list(_functions.values())
    if not isinstance(place, int) or not 0 <= place < len(functions):
        raise Error("unknown-function", "there is no function %r" % place)
    return functions[place][1](*arguments)


# The file /dev/mote: messages, each behind its length.


def _send(message):
    _send_encoded(_encode(message))


def _send_encoded(message):
    rest = memoryview(struct.pack(">I", len(message)) + message)
    while rest:
        rest = rest[os.write(_device, rest) :]


def _receive():
    data = bytearray()
    length = None
    while length is None or len(data) < 4 + length:
        more = os.read(_device, _CHUNK if length is None else 4 + length - len(data))
        if not more:
            raise EOFError("the host has closed /dev/mote")
        data += more
        if length is None and len(data) >= 4:
            (length,) = struct.unpack_from(">I", data)
    value, end = _decode(data, 4)
    if end != len(data):
        raise ValueError("bytes behind a message")
    return value


# CBOR (RFC 8949), as much of it as there is in messages.


def _encode(value):
    out = bytearray()
    _put(out, value)
    return bytes(out)


def _put(out, value):
    if value is None:
        out.append(0xF6)
    elif value is True or value is False:
        out.append(0xF5 if value else 0xF4)
    elif isinstance(value, int):
        _head(out, 0, value) if value >= 0 else _head(out, 1, -1 - value)
    elif isinstance(value, float):
        out += struct.pack(">Bd", 0xFB, value)
    elif isinstance(value, str):
        data = value.encode()
        _head(out, 3, len(data))
        out += data
    elif isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        _head(out, 2, len(data))
        out += data
    elif isinstance(value, (list, tuple)):
        _head(out, 4, len(value))
        for item in value:
            _put(out, item)
    elif isinstance(value, dict):
        _head(out, 5, len(value))
        for key, item in value.items():
            _put(out, key)
            _put(out, item)
    else:
        raise TypeError("a %s has no place in a message" % type(value).__name__)


def _head(out, major, number):
    major <<= 5
    if number < 24:
        out.append(major | number)
    elif number < 1 << 8:
        out += struct.pack(">BB", major | 24, number)
    elif number < 1 << 16:
        out += struct.pack(">BH", major | 25, number)
    elif number < 1 << 32:
        out += struct.pack(">BI", major | 26, number)
    elif number < 1 << 64:
        out += struct.pack(">BQ", major | 27, number)
    else:
        raise OverflowError("a number of more than 64 bits has no place in a message")


_NUMBERS = {24: ">B", 25: ">H", 26: ">I", 27: ">Q"}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}
_SIMPLE = {20: False, 21: True, 22: None}


def _decode(data, at):
    """Returns the item at a place, and the place behind it."""
    major, small = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        if small in _FLOATS:
            return struct.unpack_from(_FLOATS[small], data, at)[0], at + struct.calcsize(_FLOATS[small])
        return _SIMPLE[small], at
    number = small
    if small >= 24:
        (number,) = struct.unpack_from(_NUMBERS[small], data, at)
        at += struct.calcsize(_NUMBERS[small])
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        end = at + number
        if end > len(data):
            raise ValueError("a string is longer than its message")
        return (bytes(data[at:end]) if major == 2 else data[at:end].decode()), end
    if major == 4:
        items = []
        for _ in range(number):
            item, at = _decode(data, at)
            items.append(item)
        return items, at
    if major == 5:
        pairs = {}
        for _ in range(number):
            key, at = _decode(data, at)
            pairs[key], at = _decode(data, at)
        return pairs, at
    raise ValueError("a message has no tags")
