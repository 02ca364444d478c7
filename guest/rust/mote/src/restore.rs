//! What a program wants to do after it was restored to a snapshot.

use crate::{die, vdso};
use std::cell::{Cell, RefCell};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

thread_local! {
    static CALLBACKS: RefCell<Vec<Rc<dyn Fn()>>> = const { RefCell::new(Vec::new()) };
    static SEEN: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Has something done once after each restore to a snapshot, before the function that is called next, in the order of
/// registration. Before [`serve`](crate::serve) or [`ready`], on the same thread.
///
/// What the program holds in its memory is the same in every sandbox that is made of one snapshot. Here it reseeds its
/// generators of random numbers, makes new ids and drops what is out of date. If a function is being called, the
/// callback may call functions of the host. If it panics, the program ends.
///
/// To see that nothing was restored costs a call a memory read. Natively, nothing ever is.
///
/// ```no_run
/// use std::cell::Cell;
///
/// thread_local!(static STATE: Cell<u64> = Cell::new(seed()));
///
/// fn seed() -> u64 {
/// #   0
///     // from getrandom
/// }
///
/// fn main() {
///     STATE.get();
///     mote::on_restore(|| STATE.set(seed()));
///     mote::serve()
/// }
/// ```
pub fn on_restore(callback: impl Fn() + 'static) {
    register(Rc::new(callback), restore_id());
}

fn register(callback: Rc<dyn Fn()>, id: Option<u64>) {
    CALLBACKS.with_borrow_mut(|callbacks| {
        if callbacks.is_empty() {
            SEEN.set(id);
        }
        callbacks.push(callback);
    });
}

/// For a program that offers no functions: it is ready, from here on it does what it is run for.
///
/// A snapshot of it is taken here, and each run from that begins as this returns, after the callbacks of
/// [`on_restore`]. Standard output is flushed: what was printed before belongs to no run. Natively this does nothing
/// else.
pub fn ready() {
    // Whoever closed standard output does not want it.
    let _ = std::io::stdout().flush();
    vdso::say_ready();
    notice(restore_id());
}

/// A number that is another one in every sandbox and after every restore; none outside of a sandbox.
///
/// Reading it costs no exit to the host. It tells that something happened, and is no source of randomness.
pub fn restore_id() -> Option<u64> {
    vdso::restore_id()
}

/// Calls the callbacks if the program was restored since.
pub(crate) fn notice(id: Option<u64>) {
    if SEEN.replace(id) == id {
        return;
    }
    // A copy: what a callback registers is for the next time.
    for callback in CALLBACKS.with_borrow(Vec::clone) {
        if catch_unwind(AssertUnwindSafe(|| callback())).is_err() {
            die(format_args!("a callback after a restore panicked"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The letters of the callbacks that were called.
    #[derive(Clone, Default)]
    struct Letters(Rc<RefCell<String>>);

    impl Letters {
        fn push(&self, letter: char) -> Rc<dyn Fn()> {
            let letters = self.clone();
            Rc::new(move || letters.0.borrow_mut().push(letter))
        }

        #[track_caller]
        fn expect(&self, expected: &str) {
            assert_eq!(*self.0.borrow(), expected);
        }
    }

    #[test]
    fn each_restore_is_noticed_once_and_in_order() {
        let letters = Letters::default();
        register(letters.push('a'), Some(1));
        register(letters.push('b'), Some(1));
        for (id, expected) in [(1, ""), (2, "ab"), (2, "ab"), (3, "abab"), (3, "abab")] {
            notice(Some(id));
            letters.expect(expected);
        }
    }

    #[test]
    fn what_a_callback_registers_is_for_the_next_time() {
        let letters = Letters::default();
        let push = letters.push('x');
        register(Rc::new(move || register(Rc::clone(&push), Some(2))), Some(1));
        notice(Some(2));
        letters.expect("");
        notice(Some(3));
        letters.expect("x");
    }

    #[test]
    fn a_callback_that_comes_back_here_is_not_called_again() {
        let letters = Letters::default();
        let push = letters.push('n');
        let callback = move || {
            push();
            notice(Some(2));
        };
        register(Rc::new(callback), Some(1));
        notice(Some(2));
        letters.expect("n");
    }

    #[test]
    fn natively_nothing_is_restored() {
        assert_eq!(restore_id(), None);
        on_restore(|| unreachable!());
        ready();
    }
}
