"""Loads a function's file and serves requests by it: a WSGI callable `app` (or `application`), or `handle(event, context)`.

    python3 mote_function.py FILE

The file is imported once; each request is then served in a copy of the process as it is afterwards. What the file and its
modules print, and what they raise, is told with their own names and lines.
"""

import importlib.util
import inspect
import io
import json
import os
import sys
import traceback
from urllib.parse import unquote_to_bytes

import mote

_HERE = os.path.dirname(os.path.abspath(__file__))
_VENDORED = ".mote/python"  # in the function's folder: what pip has put there


def main(path):
    folder = os.path.dirname(os.path.abspath(path))
    # What pip installed comes first, then the function's own modules; this script's folder has nothing for them.
    sys.path[0:1] = [folder, os.path.join(folder, _VENDORED)]
    module = _load(path)
    app = _callable(module, "app", "application")
    handle = _callable(module, "handle")
    if app is None and handle is None:
        _fail("%s has neither a WSGI callable `app` nor a function `handle(event)`" % _short(path))
    if app is not None:
        if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None)):
            _fail("%s: `app` is an ASGI application; a WSGI callable is needed" % _short(path))
        mote.function("(request: any) -> any", "fetch")(_guarded(lambda request: _wsgi(app, request)))
    if handle is not None:
        _offer(handle, path)
    _flush()
    mote.serve()


def _load(path):
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SystemExit as e:
        _fail("%s ended the program while it was imported (status %s)" % (_short(path), e.code))
    except BaseException as e:
        _fail(_stack(e) + _message(e))
    return module


def _callable(module, *names):
    for name in names:
        found = getattr(module, name, None)
        if callable(found):
            return found
    return None


def _offer(handle, path):
    if inspect.iscoroutinefunction(handle):
        import asyncio

        plain = lambda *arguments: asyncio.run(handle(*arguments))  # noqa: E731
    else:
        plain = handle
    try:
        count = len([p for p in inspect.signature(handle).parameters.values() if p.default is p.empty or p.name == "context"])
    except (TypeError, ValueError):
        count = 1
    if count > 2:
        _fail("%s: handle takes an event and a context, not %d arguments" % (_short(path), count))
    if count == 2:
        mote.function("(event: any, context: any) -> any", "handle")(_guarded(plain))
    elif count == 1:
        mote.function("(event: any) -> any", "handle")(_guarded(plain))
    else:
        mote.function("() -> any", "handle")(_guarded(plain))


def _guarded(what):
    """The same, with what the host is told of an exception, and fresh random numbers."""

    def guarded(*arguments):
        _reseed()
        try:
            result = what(*arguments)
            return _pieces(result) if inspect.isgenerator(result) else result
        except mote.Error:
            raise
        except SystemExit as e:
            raise mote.Error("exception", "it called exit (status %s)" % (e.code,)) from None
        except Exception as e:
            raise mote.Error("exception", _message(e), {"stack": _stack(e)}) from None
        finally:
            _flush()

    return guarded


def _pieces(generator):
    """What a handler yields is its answer, piece by piece: bytes or text as they are, anything else as a line of JSON."""
    begun = False
    for item in generator:
        if isinstance(item, (bytes, bytearray, memoryview)):
            kind, piece = "application/octet-stream", item
        elif isinstance(item, str):
            kind, piece = "text/plain; charset=utf-8", item.encode()
        else:
            kind, piece = "application/x-ndjson", (json.dumps(item) + "\n").encode()
        if not begun:
            begun = True
            mote.call("response.start", 200, [["content-type", kind]])
        _write(piece)
    if not begun:
        mote.call("response.start", 200, [["content-type", "text/plain; charset=utf-8"]])
    return None


def _reseed():
    """The state of each generator of random numbers is the same after each restore; who uses one gets a new one."""
    if "random" in sys.modules:
        sys.modules["random"].seed()
    if "_ssl" in sys.modules:
        sys.modules["_ssl"].RAND_add(os.urandom(32), 32.0)
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        numpy.seed()


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # the function has closed or replaced it


# WSGI (PEP 3333)


_SMALL = 1 << 16  # a body that is not longer is answered whole


def _wsgi(app, request):
    answer = _Answer()
    parts = app(_environ(request), answer.start_response)
    try:
        if isinstance(parts, (list, tuple)):
            answer.put(b"".join(parts), is_all=True)
        else:
            for part in parts:
                answer.put(part)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    if answer.status is None:
        raise AssertionError("the application did not call start_response")
    return answer.end()


class _Answer:
    """What the application answers: whole if it is small and its length is known or it was given at once, else each piece as it
    comes (PEP 3333: no piece may wait for the next one)."""

    def __init__(self):
        self.status = None
        self._headers = []
        self._length = None  # as the application announces it
        self._kept = b""
        self._begun = False

    def start_response(self, status, headers, exc_info=None):
        if exc_info is not None:
            if self._begun:
                raise exc_info[1].with_traceback(exc_info[2])
        elif self.status is not None:
            raise AssertionError("start_response was called twice")
        self.status = int(status.split(None, 1)[0])
        self._headers = [[str(name), str(value)] for name, value in headers]
        lengths = [value for name, value in self._headers if name.lower() == "content-length"]
        self._length = int(lengths[0]) if lengths and lengths[0].isdigit() else None
        return self._send

    def put(self, part, is_all=False):
        if not part:
            return
        if self.status is None:
            raise AssertionError("the application answers before it has called start_response")
        is_all = is_all or (len(part) == self._length and len(part) <= _SMALL)
        if is_all and not self._begun and not self._kept:
            self._kept = part
        else:
            self._send(part)

    def _send(self, part):
        self._begin()
        for piece in (self._kept, part):
            if piece:
                _write(piece)
        self._kept = b""

    def _begin(self):
        if not self._begun:
            self._begun = True
            mote.call("response.start", self.status, self._headers)

    def end(self):
        if self._length and not self._kept:
            self._begin()  # of an answer to HEAD the length is all that there is of the body
        if self._begun:
            return None
        return {"status": self.status, "headers": self._headers, "body": self._kept}


def _write(piece):
    _flush()  # what was printed before is in the log before
    rest = memoryview(piece)
    while rest:
        mote.call("response.write", rest[:_PIECE])
        rest = rest[_PIECE:]


_PIECE = 1 << 18  # of an answer, in one message


class _Body(io.RawIOBase):
    """The body of a request that comes while it is served: standard input, to its end."""

    def readable(self):
        return True

    def readinto(self, buffer):
        return os.readv(0, [buffer])


class _FileWrapper:
    """A file as an answer, in pieces that are worth a message each; what is proposed is meant for sockets."""

    def __init__(self, file, _=None):
        self._file = file
        self.close = getattr(file, "close", lambda: None)

    def __iter__(self):
        return self

    def __next__(self):
        piece = self._file.read(_PIECE)
        if not piece:
            raise StopIteration
        return piece


def _environ(request):
    scheme, _, rest = request["url"].partition("://")
    host = rest.partition("/")[0]
    name, _, port = host.rpartition(":") if ":" in host.rpartition("]")[2] else (host, "", "")
    environ = {
        "REQUEST_METHOD": request["method"],
        "SCRIPT_NAME": _latin(request["prefix"]),
        "PATH_INFO": _latin(request["path"]),
        "QUERY_STRING": request["query"],
        "SERVER_NAME": name or "localhost",
        "SERVER_PORT": port or ("443" if scheme == "https" else "80"),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request["remote"],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme or "http",
        "wsgi.input": _input(request["body"]),
        "wsgi.input_terminated": True,
        "wsgi.file_wrapper": _FileWrapper,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": True,
        "mote.request_id": request["id"],
    }
    for name, value in request["headers"]:
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            key = "HTTP_" + key
            if key in environ:
                value = environ[key] + ("; " if key == "HTTP_COOKIE" else ", ") + value
        environ[key] = value
    if request["body"] is not None:
        environ["CONTENT_LENGTH"] = str(len(request["body"]))
    return environ


def _input(body):
    return io.BytesIO(body) if body is not None else io.BufferedReader(_Body(), _SMALL)


def _latin(encoded):
    return unquote_to_bytes(encoded).decode("latin-1")


# What is told of an exception


def _message(e):
    return "".join(traceback.format_exception_only(type(e), e)).strip().replace(os.getcwd() + "/", "")


def _stack(e):
    """The places in the function's own files and in what they use, the innermost last; none of this script's."""
    frames = [f for f in traceback.extract_tb(e.__traceback__) if not _is_ours(f.filename)]
    lines = ["%s:%d in %s\n    %s\n" % (_short(f.filename), f.lineno or 0, f.name, f.line or "") for f in frames]
    return "".join(lines)


def _is_ours(filename):
    return filename.startswith("<frozen importlib") or os.path.dirname(os.path.abspath(filename)) == _HERE


def _short(path):
    here = os.getcwd() + "/"
    return path[len(here) :] if path.startswith(here) else path


def _fail(text):
    _flush()
    print(text.rstrip(), file=sys.stderr)
    raise SystemExit(1)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: mote_function.py FILE", file=sys.stderr)
        raise SystemExit(2)
    main(sys.argv[1])
