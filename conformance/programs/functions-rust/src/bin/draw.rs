//! Random numbers of a generator in the program's memory, after restores; `snapshots/draw.c` offers the same.

use std::cell::{Cell, RefCell};
use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::BuildHasher;
use std::io::Read;

thread_local! {
    static STATE: Cell<u64> = Cell::new(seed());
    static STALE: Cell<u64> = Cell::new(seed());
    static RESTORES: RefCell<String> = const { RefCell::new(String::new()) };
    static HASHER: RandomState = RandomState::new();
}

fn seed() -> u64 {
    let mut bytes = [0; 8];
    File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).expect("there is randomness");
    u64::from_ne_bytes(bytes) | 1
}

/// The next number of the generator.
fn next(state: &Cell<u64>) -> i64 {
    let mut x = state.get();
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    state.set(x);
    x.cast_signed()
}

#[mote::function]
fn draw() -> i64 {
    STATE.with(next)
}

#[mote::function]
fn draw_stale() -> i64 {
    STALE.with(next)
}

#[mote::function]
fn restores() -> String {
    RESTORES.with_borrow(String::clone)
}

/// By way of the host, which calls `restores`.
#[mote::function]
fn restores_by_the_host() -> Result<String, mote::Error> {
    mote::call_host("back", ())
}

#[mote::function]
fn restore_id() -> Option<i64> {
    mote::restore_id().map(u64::cast_signed)
}

/// Keyed by what was drawn at the start.
#[mote::function]
fn hash() -> i64 {
    HASHER.with(|hasher| hasher.hash_one(1).cast_signed())
}

fn note(letter: char) {
    RESTORES.with_borrow_mut(|restores| restores.push(letter));
}

fn main() {
    draw();
    draw_stale();
    hash();
    mote::on_restore(|| note('a'));
    mote::on_restore(|| STATE.set(seed()));
    mote::on_restore(|| note('b'));
    mote::serve()
}
