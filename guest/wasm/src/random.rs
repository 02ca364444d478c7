//! Random numbers of the kernel.

use rand_core::TryRng;
use std::convert::Infallible;

/// Asks the kernel for each number. A generator with a state of its own would be restored to it with every snapshot.
pub struct KernelRandom;

impl TryRng for KernelRandom {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes(bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes(bytes()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill(bytes);
        Ok(())
    }
}

/// So many random bytes.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

fn fill(mut rest: &mut [u8]) {
    while !rest.is_empty() {
        // SAFETY: it writes at most as many bytes as `rest` has, and keeps no pointer.
        let written = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
        match usize::try_from(written) {
            Ok(written) => rest = &mut rest[written..],
            Err(_) => {
                let error = std::io::Error::last_os_error();
                // Nobody may take numbers for random that are not.
                assert!(error.kind() == std::io::ErrorKind::Interrupted, "getrandom: {error}");
            }
        }
    }
}
