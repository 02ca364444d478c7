//! Which call gets which instance.

use std::cell::RefCell;

type Make<T> = Box<dyn Fn() -> wasmtime::Result<T>>;

/// An instance for each call. The first one is there before it, so that it is part of the snapshot.
pub struct Fresh<T> {
    make: Make<T>,
    next: RefCell<Option<T>>,
    /// The last call's. To give it back takes system calls, which is of no use where the sandbox is restored.
    spent: RefCell<Option<T>>,
}

impl<T> Fresh<T> {
    pub fn new(make: impl Fn() -> wasmtime::Result<T> + 'static) -> wasmtime::Result<Self> {
        let first = make()?;
        Ok(Fresh { make: Box::new(make), next: RefCell::new(Some(first)), spent: RefCell::new(None) })
    }

    /// Does something with an instance that nothing was done with before.
    pub fn with<R>(&self, action: impl FnOnce(&mut T) -> wasmtime::Result<R>) -> wasmtime::Result<R> {
        let next = self.next.take();
        let mut instance = match next {
            Some(instance) => instance,
            None => {
                drop(self.spent.take());
                (self.make)()?
            }
        };
        let result = action(&mut instance);
        self.spent.replace(Some(instance));
        result
    }
}

/// An instance that keeps its state from call to call, until one fails.
pub struct Kept<T> {
    make: Make<T>,
    instance: RefCell<Option<T>>,
}

impl<T> Kept<T> {
    pub fn new(make: impl Fn() -> wasmtime::Result<T> + 'static) -> wasmtime::Result<Self> {
        let first = make()?;
        Ok(Kept { make: Box::new(make), instance: RefCell::new(Some(first)) })
    }

    /// Does something with the instance, and gives it up if that fails: nobody knows what state it is in.
    pub fn with<R>(&self, action: impl FnOnce(&mut T) -> wasmtime::Result<R>) -> wasmtime::Result<R> {
        let kept = self.instance.take();
        let mut instance = match kept {
            Some(instance) => instance,
            None => (self.make)()?,
        };
        let result = action(&mut instance)?;
        self.instance.replace(Some(instance));
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    /// Makes 1, 2, 3 …
    fn counting() -> impl Fn() -> wasmtime::Result<i32> {
        let last = Cell::new(0);
        move || {
            last.set(last.get() + 1);
            Ok(last.get())
        }
    }

    #[test]
    fn a_fresh_instance_is_for_one_call() {
        let fresh = Fresh::new(counting()).unwrap();
        for expected in 1..4 {
            assert_eq!(fresh.with(|i| Ok(*i)).unwrap(), expected);
        }
        assert!(fresh.with(|_| Err::<(), _>(wasmtime::Error::msg("no"))).is_err());
        assert_eq!(fresh.with(|i| Ok(*i)).unwrap(), 5);
    }

    #[test]
    fn the_first_instance_is_made_before_the_first_call() {
        let made = Rc::new(Cell::new(0));
        let count = Rc::clone(&made);
        let fresh = Fresh::new(move || {
            count.set(count.get() + 1);
            Ok(())
        })
        .unwrap();
        assert_eq!(made.get(), 1);
        fresh.with(|_| Ok(())).unwrap();
        assert_eq!(made.get(), 1);
    }

    #[test]
    fn a_kept_instance_is_the_same_until_a_call_fails() {
        let kept = Kept::new(counting()).unwrap();
        for _ in 0..3 {
            assert_eq!(kept.with(|i| Ok(*i)).unwrap(), 1);
        }
        assert!(kept.with(|_| Err::<(), _>(wasmtime::Error::msg("no"))).is_err());
        assert_eq!(kept.with(|i| Ok(*i)).unwrap(), 2);
    }
}
