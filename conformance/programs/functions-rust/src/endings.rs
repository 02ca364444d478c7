//! Functions after which there is no guest any more.

use std::arch::asm;
use std::hint::{black_box, spin_loop};

#[mote::function]
fn exit_with(status: i32) {
    std::process::exit(status)
}

#[mote::function]
fn abort_it() {
    std::process::abort()
}

#[mote::function]
pub fn spin() {
    loop {
        spin_loop();
    }
}

#[mote::function]
fn hog() {
    let mut hoard = Vec::new();
    loop {
        hoard.push(black_box(vec![1_u8; 1 << 20]));
    }
}

#[allow(unconditional_recursion)] // it ends where the stack does
fn overflow(before: &[u8; 4096]) -> u64 {
    let frame = black_box([before[0].wrapping_add(1); 4096]);
    overflow(&frame) + u64::from(frame[1])
}

#[mote::function]
fn stack_overflow() -> u64 {
    overflow(&[0; 4096])
}

#[mote::function]
fn crash() {
    // SAFETY: nothing is at this address: the fault ends the program, which is what is tested.
    unsafe { asm!("mov dword ptr [{at}], 1", at = in(reg) 16_usize) }
}

#[mote::function]
fn illegal() {
    // SAFETY: the fault ends the program, which is what is tested.
    unsafe { asm!("ud2") }
}

#[mote::function]
fn stray_port() {
    // SAFETY: no port but Mote's own is the program's: the fault ends it, which is what is tested.
    unsafe { asm!("out dx, al", in("dx") 0x1234_u16, in("al") 0_u8) }
}

#[mote::function]
fn execute_heap() -> &'static str {
    let code = Box::new(0xc3_u8);
    // SAFETY: memory of the heap cannot be executed: the fault ends the program, which is what is tested. If it
    // could, what is there is an instruction that returns.
    unsafe { asm!("call {code}", code = in(reg) &raw const *code, clobber_abi("C")) }
    "executed"
}
