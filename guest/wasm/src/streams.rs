//! Standard input and output of a module: those of a call while there is one, the program's own otherwise.

use crate::answer;
use bytes::Bytes;
use std::io::{self, Read, Write};
use std::os::fd::FromRawFd;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdinStream, StdoutStream};
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

/// How much is written at once at most.
const PIECE: usize = 1 << 20;

/// How much is read at once at most.
const MOST_READ: usize = 64 << 10;

/// Both streams. All clones are the same streams, so that one that a module opened before a call serves the call.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    input: Bytes,
    /// Whether more of the input comes by the program's own.
    has_more: bool,
    /// Whether there is a call, which what is written answers.
    is_called: bool,
}

impl Streams {
    /// A call begins that reads this, and then what comes if there is more.
    pub fn begin(&self, input: Vec<u8>, has_more: bool) {
        *self.inner() = Inner { input: input.into(), has_more, is_called: true };
    }

    /// The call is over.
    pub fn end(&self) {
        *self.inner() = Inner::default();
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, size: usize) -> io::Result<Bytes> {
        let mut inner = self.inner();
        if inner.input.is_empty() && inner.has_more && size > 0 {
            // Whoever waits for input may wait for what was written to be answered.
            let _ = answer::flush();
            let bytes = read_input(size)?;
            inner.has_more = !bytes.is_empty();
            return Ok(bytes);
        }
        let size = size.min(inner.input.len());
        Ok(inner.input.split_to(size))
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        if self.inner().is_called {
            answer::put(bytes).map_err(|e| io::Error::other(e.message))
        } else {
            io::stdout().write_all(bytes)
        }
    }
}

/// Up to so many bytes of the program's own input, when there are some; none at its end.
pub fn read_input(size: usize) -> io::Result<Bytes> {
    let mut bytes = vec![0; size.min(MOST_READ)];
    // Not by Stdin, which keeps what it reads ahead.
    // SAFETY: nobody closes descriptor 0, and this file is not dropped.
    let mut input = std::mem::ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(0) });
    let count = input.read(&mut bytes)?;
    bytes.truncate(count);
    Ok(bytes.into())
}

impl IsTerminal for Streams {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for Streams {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(self.clone())
    }
}

impl StdoutStream for Streams {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Streams {
    async fn ready(&mut self) {}
}

impl InputStream for Streams {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let bytes = Streams::read(self, size).map_err(|e| StreamError::LastOperationFailed(e.into()))?;
        if bytes.is_empty() && size > 0 { Err(StreamError::Closed) } else { Ok(bytes) }
    }
}

impl OutputStream for Streams {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        Streams::write(self, &bytes).map_err(|e| StreamError::LastOperationFailed(e.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PIECE)
    }
}

impl AsyncRead for Streams {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Poll::Ready(Streams::read(&self, buffer.remaining()).map(|bytes| buffer.put_slice(&bytes)))
    }
}

impl AsyncWrite for Streams {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Streams::write(&self, bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Standard error, which is a log and no terminal; to find that out would take a system call in each call.
pub struct Log;

impl IsTerminal for Log {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Log {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        io::stderr().async_stream()
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        io::stderr().p2_stream()
    }
}
