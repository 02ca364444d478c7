//! Bodies that come and go in pieces: a request's on standard input, a response's by functions of the host.

use super::copy;
use rquickjs::{ArrayBuffer, Ctx, Exception, Result, TypedArray};
use std::cell::Cell;
use std::io::{Read, Write};

thread_local! {
    static HAS_HOST: Cell<bool> = const { Cell::new(false) };
}

/// From now on calls come from a host, which takes responses in pieces.
pub(crate) fn have_a_host() {
    HAS_HOST.set(true);
}

pub(super) fn has_host() -> bool {
    HAS_HOST.get()
}

/// Up to so many bytes of standard input, when there are some; none at its end.
pub(super) fn read_input(ctx: Ctx<'_>, size: usize) -> Result<Option<ArrayBuffer<'_>>> {
    let mut bytes = vec![0; size];
    // Not by Stdin, which keeps what is read ahead.
    let mut input = std::mem::ManuallyDrop::new(standard_input());
    match input.read(&mut bytes) {
        Ok(0) => Ok(None),
        Ok(count) => {
            bytes.truncate(count);
            ArrayBuffer::new(ctx, bytes).map(Some)
        }
        Err(_) => Err(Exception::throw_type(&ctx, "The body of the request breaks off")),
    }
}

#[allow(unsafe_code)]
fn standard_input() -> std::fs::File {
    use std::os::fd::FromRawFd;
    // SAFETY: nobody closes descriptor 0, and who gets the file does not drop it.
    unsafe { std::fs::File::from_raw_fd(0) }
}

pub(super) fn start_response(ctx: Ctx<'_>, status: i64, headers: Vec<Vec<String>>) -> Result<()> {
    tell(&ctx, "response.start", (status, headers))
}

pub(super) fn write_response<'js>(ctx: Ctx<'js>, piece: TypedArray<'js, u8>) -> Result<()> {
    // What was printed before is in the log before.
    let _ = std::io::stdout().flush();
    tell(&ctx, "response.write", (mote::Bytes(copy(&piece)),))
}

fn tell(ctx: &Ctx<'_>, function: &str, arguments: impl mote::HostArguments) -> Result<()> {
    mote::call_host::<()>(function, arguments).map_err(|error| Exception::throw_message(ctx, &error.message))
}
