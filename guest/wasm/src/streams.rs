//! Standard input and output of a module: those of a call while there is one, the program's own otherwise.

use bytes::Bytes;
use std::io::{self, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdinStream, StdoutStream};
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

/// How much is written at once at most.
const PIECE: usize = 1 << 20;

/// Both streams. All clones are the same streams, so that one that a module opened before a call serves the call.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    input: Bytes,
    /// What the call has written; none outside of a call.
    output: Option<Vec<u8>>,
}

impl Streams {
    /// A call begins that reads this.
    pub fn begin(&self, input: Vec<u8>) {
        *self.inner() = Inner { input: input.into(), output: Some(Vec::new()) };
    }

    /// The call is over that wrote this.
    pub fn end(&self) -> Vec<u8> {
        std::mem::take(&mut *self.inner()).output.unwrap_or_default()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self, size: usize) -> Bytes {
        let mut inner = self.inner();
        let size = size.min(inner.input.len());
        inner.input.split_to(size)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.inner().output {
            Some(output) => output.extend_from_slice(bytes),
            None => io::stdout().write_all(bytes)?,
        }
        Ok(())
    }
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
        let bytes = Streams::read(self, size);
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
        buffer.put_slice(&Streams::read(&self, buffer.remaining()));
        Poll::Ready(Ok(()))
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
