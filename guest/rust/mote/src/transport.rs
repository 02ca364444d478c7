//! Messages to and from the host.

use std::cell::RefCell;
use std::fs::OpenOptions;

/// A way to the host.
#[doc(hidden)]
pub trait Transport {
    /// Sends a message and waits for the next one, which replaces what is in the buffer.
    fn exchange(&mut self, message: &[u8], received: &mut Vec<u8>);

    /// Sends a message that nothing answers.
    fn send(&mut self, message: &[u8]);
}

thread_local! {
    static HOST: RefCell<Option<Box<dyn Transport>>> = const { RefCell::new(None) };
}

/// Speaks with another host than that of the sandbox.
#[doc(hidden)]
pub fn connect(transport: impl Transport + 'static) {
    HOST.with_borrow_mut(|host| *host = Some(Box::new(transport)));
}

/// Does something with the host, if there is one.
pub(crate) fn with_host<R>(action: impl FnOnce(&mut dyn Transport) -> R) -> Option<R> {
    HOST.with_borrow_mut(|host| {
        if host.is_none() {
            // Where there is no host the port is not the program's, and the instruction would be a fault.
            OpenOptions::new().read(true).write(true).open("/dev/mote").ok()?;
            *host = Some(Box::new(Port));
        }
        host.as_mut().map(|host| action(&mut **host))
    })
}

/// The port: one instruction.
struct Port;

fn port(message: &[u8], buffer: &mut [u8]) -> usize {
    let mut result: i64 = 1;
    // SAFETY: the instruction leaves the virtual machine. The host reads `message` and writes at most
    // `buffer.len()` bytes to `buffer`, which both outlive it, and changes no register but rax.
    unsafe {
        std::arch::asm!(
            "out 0x7e, al",
            inout("rax") result,
            in("rdi") message.as_ptr(),
            in("rsi") message.len(),
            in("rdx") buffer.as_mut_ptr(),
            in("r10") buffer.len(),
            options(nostack, preserves_flags),
        );
    }
    match usize::try_from(result) {
        Ok(length) => length,
        Err(_) => {
            eprintln!("mote: the host refused a message: error {}", -result);
            std::process::exit(70);
        }
    }
}

impl Transport for Port {
    fn exchange(&mut self, message: &[u8], received: &mut Vec<u8>) {
        received.resize(received.capacity().max(4096), 0);
        let mut length = port(message, received);
        while length > received.len() {
            received.resize(length, 0);
            length = port(&[], received);
        }
        received.truncate(length);
    }

    fn send(&mut self, message: &[u8]) {
        port(message, &mut []);
    }
}
