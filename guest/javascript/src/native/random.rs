//! Random numbers of the system. Those that were fetched and not used are forgotten after a restore: they are in the snapshot.

use std::cell::RefCell;

const FETCHED: usize = 512; // at once, for a call of the system costs more than they do

thread_local! {
    static UNUSED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Has the numbers that are in a snapshot forgotten after each restore to it.
pub(crate) fn forget_after_restore() {
    mote::on_restore(forget);
}

fn forget() {
    UNUSED.with_borrow_mut(Vec::clear);
}

/// A number from 0 to below 1, with 53 random bits.
#[allow(clippy::cast_precision_loss)] // there are no more bits than a float has
pub(crate) fn number() -> f64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&bytes(8));
    (u64::from_le_bytes(eight) >> 11) as f64 / (1_u64 << 53) as f64
}

pub(crate) fn bytes(size: usize) -> Vec<u8> {
    if size > FETCHED {
        return fresh(size);
    }
    UNUSED.with_borrow_mut(|unused| {
        if unused.len() < size {
            *unused = fresh(FETCHED);
        }
        unused.split_off(unused.len() - size)
    })
}

fn fresh(size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_within_their_range_and_differ() {
        let numbers: Vec<f64> = (0..1000).map(|_| number()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        let mean = numbers.iter().sum::<f64>() / 1000.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
        assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn what_was_forgotten_does_not_come() {
        bytes(8);
        let left = UNUSED.with_borrow(Vec::clone);
        forget();
        assert_ne!(bytes(64), left[left.len() - 64..]);
        assert_eq!(bytes(600).len(), 600);
    }
}
