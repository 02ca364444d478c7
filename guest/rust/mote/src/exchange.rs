//! A message to the host, and its next one.

use crate::die;
use crate::transport::{give_buffer, take_buffer, with_host};
use crate::wire::{Malformed, Reader};
use std::io::Write;

/// Why a message was not sent.
pub(crate) enum Unsent {
    NoHost,
    /// The host takes no message of so many bytes.
    TooLarge(usize),
}

/// Sends a message and waits for the next one. What was printed goes first.
pub(crate) fn exchange(message: Vec<u8>) -> Result<Vec<u8>, Unsent> {
    // Whoever closed standard output does not want it.
    let _ = std::io::stdout().flush();
    let mut received = take_buffer();
    let size = message.len();
    let sent = with_host(|host| host.exchange(&message, &mut received));
    give_buffer(message);
    match sent {
        Some(Ok(())) => return Ok(received),
        Some(Err(_)) => give_buffer(received),
        None => return Err(Unsent::NoHost),
    }
    Err(Unsent::TooLarge(size))
}

/// The kind of a message, with a reader that has come to what is behind it.
pub(crate) fn open(message: &[u8]) -> (u64, Reader<'_>) {
    fn read<'a>(reader: &mut Reader<'a>) -> Result<u64, Malformed> {
        reader.list()?;
        reader.unsigned()
    }
    let mut reader = Reader::new(message);
    match read(&mut reader) {
        Ok(kind) => (kind, reader),
        Err(e) => die(format_args!("the host sent what is no message: {e}")),
    }
}
