//! `mote-wasm [FILE]`: offers what a WebAssembly module or component has to the host that runs this program.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let file = arguments.next().map(PathBuf::from);
    if arguments.next().is_some() {
        return fail("usage: mote-wasm [FILE]");
    }
    match mote_wasm::load(file.as_deref()) {
        Ok(offers) => {
            for offer in offers {
                mote::offer(offer.name, offer.signature, offer.call);
            }
            give_back_memory();
            mote_wasm::have_a_host();
            mote::serve()
        }
        Err(why) => fail(&why),
    }
}

/// How much of the free memory stays, in bytes.
const KEPT: usize = 1 << 20;

fn fail(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::FAILURE
}

/// Compiling takes much memory that is free now: it need not be in the snapshot. What calls may need stays.
fn give_back_memory() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it touches only what is free.
    unsafe {
        libc::malloc_trim(KEPT);
    }
}
