//! The way to the host: the port, or what a test puts in its place.

use crate::port::Port;
use std::cell::RefCell;

/// The message is larger than the host takes. It was not sent.
#[doc(hidden)]
#[derive(Debug)]
pub struct TooLarge;

/// A way to the host.
#[doc(hidden)]
pub trait Transport {
    /// Sends a message and waits for the next one, which replaces what is in the buffer.
    fn exchange(&mut self, message: &[u8], received: &mut Vec<u8>) -> Result<(), TooLarge>;

    /// Sends a message that nothing answers.
    fn send(&mut self, message: &[u8]) -> Result<(), TooLarge>;
}

thread_local! {
    static HOST: RefCell<Option<Box<dyn Transport>>> = const { RefCell::new(None) };
    static SPARE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Makes this thread speak with another host than that of the sandbox.
#[doc(hidden)]
pub fn connect(transport: impl Transport + 'static) {
    HOST.set(Some(Box::new(transport)));
}

/// Does something with the host, if there is one. The action must not come back here.
pub(crate) fn with_host<R>(action: impl FnOnce(&mut dyn Transport) -> R) -> Option<R> {
    HOST.with_borrow_mut(|host| {
        if host.is_none() {
            *host = Some(Box::new(Port::open()?));
        }
        host.as_mut().map(|host| action(&mut **host))
    })
}

/// An empty buffer for a message, with the room that earlier ones have taken.
///
/// A call needs none while the function itself runs, so that two are enough for calls however deeply nested.
pub(crate) fn take_buffer() -> Vec<u8> {
    SPARE.with_borrow_mut(Vec::pop).unwrap_or_default()
}

/// Keeps a buffer for the next message.
pub(crate) fn give_buffer(mut buffer: Vec<u8>) {
    buffer.clear();
    SPARE.with_borrow_mut(|spare| spare.push(buffer));
}
