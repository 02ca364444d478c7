//! Where everything runs that WebAssembly may wait in: this thread.

use tokio::runtime::{Builder, Runtime};

thread_local! {
    /// It has timers, and neither threads nor files of its own that a snapshot would have to keep.
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().expect("a runtime of this thread");
}

/// Runs something to its end.
pub fn run<F: Future>(future: F) -> F::Output {
    RUNTIME.with(|runtime| runtime.block_on(future))
}
