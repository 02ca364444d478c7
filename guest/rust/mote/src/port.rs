//! The port: the one instruction by which a guest speaks with its host.
//!
//! The library's unsafe code is here and in `vdso.rs`.

#![allow(unsafe_code)]

#[cfg(not(all(target_arch = "x86_64", target_os = "linux")))]
compile_error!("Mote runs programs for Linux on x86-64");

use crate::transport::{TooLarge, Transport};
use std::fs::OpenOptions;
use std::sync::atomic::{AtomicBool, Ordering};

/// Enough for most messages; a larger one costs a second exchange, the first time.
const LEAST_CAPACITY: usize = 4096;

/// rax on entry.
const EXCHANGE: i64 = 1;

const EMSGSIZE: i64 = 90;

/// That there is one shows that the program runs in a sandbox whose host speaks.
pub(crate) struct Port(());

impl Port {
    /// None where there is no host that speaks, or another thread speaks with it already: messages have an order.
    pub fn open() -> Option<Self> {
        static TAKEN: AtomicBool = AtomicBool::new(false);
        // Outside of a sandbox there is no such file, and the instruction would be a fault.
        OpenOptions::new().read(true).write(true).open("/dev/mote").ok()?;
        if TAKEN.swap(true, Ordering::Relaxed) { None } else { Some(Port(())) }
    }

    /// Sends a message, none if it is empty, and waits for the next one if one is due.
    ///
    /// Gives the length of the message received, which is in the buffer only if it fits into the buffer's
    /// capacity; 0 for none.
    fn out(&self, message: &[u8], received: &mut Vec<u8>) -> Result<usize, TooLarge> {
        received.clear();
        let mut result = EXCHANGE;
        // SAFETY: `self` shows that a host listens, so the instruction leaves the virtual machine and the host
        // answers it. The host reads `message` and writes at most `capacity` bytes of the buffer, which is
        // borrowed mutably; it changes no other memory, and no register but rax. It never unwinds.
        unsafe {
            std::arch::asm!(
                "out 0x7e, al",
                inout("rax") result,
                in("rdi") message.as_ptr(),
                in("rsi") message.len(),
                in("rdx") received.as_mut_ptr(),
                in("r10") received.capacity(),
                options(nostack, preserves_flags),
            );
        }
        let Ok(length) = usize::try_from(result) else {
            return refused(-result);
        };
        if length <= received.capacity() {
            // SAFETY: it is within the capacity, and the host has written that many bytes.
            unsafe { received.set_len(length) };
        }
        Ok(length)
    }
}

fn refused(errno: i64) -> Result<usize, TooLarge> {
    if errno == EMSGSIZE {
        return Err(TooLarge);
    }
    crate::die(format_args!("the host refused a message: error {errno}"))
}

impl Transport for Port {
    fn exchange(&mut self, message: &[u8], received: &mut Vec<u8>) -> Result<(), TooLarge> {
        received.clear();
        received.reserve(LEAST_CAPACITY);
        let mut length = self.out(message, received)?;
        while length > received.capacity() {
            received.reserve(length);
            length = self.out(&[], received)?;
        }
        Ok(())
    }

    fn send(&mut self, message: &[u8]) -> Result<(), TooLarge> {
        self.out(message, &mut Vec::new()).map(drop)
    }
}
