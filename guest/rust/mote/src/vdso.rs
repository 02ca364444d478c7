//! What a program asks of its system apart from the port: whether it was restored, by the vDSO, and that it is ready.

#![allow(unsafe_code)]

use std::ffi::c_ulong;
use std::sync::OnceLock;

/// A system call that Linux does not have.
const READY: i64 = 0x4d_4f54;

const AT_SYSINFO_EHDR: c_ulong = 33;

/// The host's vDSO has one page; another one, which may be larger, has no such function.
const PAGE: usize = 4096;

type IdFunction = extern "C" fn() -> u64;

unsafe extern "C" {
    /// Of the C library, which std brings with it.
    safe fn getauxval(kind: c_ulong) -> c_ulong;
}

pub(crate) fn restore_id() -> Option<u64> {
    static FUNCTION: OnceLock<Option<IdFunction>> = OnceLock::new();
    let function = (*FUNCTION.get_or_init(|| {
        let function = function("__mote_restore_id")?;
        // SAFETY: only Mote has a function of this name, and it is `uint64_t __mote_restore_id(void)`.
        Some(unsafe { std::mem::transmute::<*const u8, IdFunction>(function) })
    }))?;
    Some(function()).filter(|id| *id != 0)
}

/// A function of the vDSO.
fn function(name: &str) -> Option<*const u8> {
    let vdso = std::ptr::with_exposed_provenance::<u8>(usize::try_from(getauxval(AT_SYSINFO_EHDR)).ok()?);
    if vdso.is_null() {
        return None;
    }
    // SAFETY: the system has mapped a vDSO there, which is a page or more, and nobody writes to it.
    let image = unsafe { std::slice::from_raw_parts(vdso, PAGE) };
    Some(vdso.wrapping_add(symbol(image, name)?))
}

pub(crate) fn say_ready() {
    // SAFETY: a system call without arguments, which changes no memory, and no registers but these.
    unsafe {
        std::arch::asm!("syscall", inout("rax") READY => _, out("rcx") _, out("r11") _, options(nostack));
    }
}

/// The offset of a symbol in a shared object whose addresses begin at 0.
fn symbol(image: &[u8], name: &str) -> Option<usize> {
    const PT_DYNAMIC: usize = 2;
    if image.get(..5)? != b"\x7fELF\x02" {
        return None;
    }
    let (headers, count) = (word(image, 32)?, half(image, 56)?);
    let dynamic = (0..count)
        .map_while(|i| headers.checked_add(56 * i))
        .find(|header| half(image, *header) == Some(PT_DYNAMIC))?;
    Tables::read(image, word(image, dynamic.checked_add(8)?)?)?.find(image, name)
}

/// Where the dynamic section says that the tables are.
struct Tables {
    hash: usize,
    strings: usize,
    symbols: usize,
}

impl Tables {
    fn read(image: &[u8], dynamic: usize) -> Option<Self> {
        const HASH: usize = 4;
        const STRINGS: usize = 5;
        const SYMBOLS: usize = 6;
        let tag = |wanted| {
            (0..image.len() / 16)
                .map_while(|i| dynamic.checked_add(16 * i))
                .map_while(|entry| word(image, entry).filter(|tag| *tag != 0).map(|tag| (tag, entry)))
                .find(|(tag, _)| *tag == wanted)
                .and_then(|(_, entry)| word(image, entry + 8))
        };
        Some(Tables { hash: tag(HASH)?, strings: tag(STRINGS)?, symbols: tag(SYMBOLS)? })
    }

    fn find(&self, image: &[u8], name: &str) -> Option<usize> {
        let count = number(image, self.hash.checked_add(4)?)?;
        (1..count.min(image.len()))
            .map_while(|i| self.symbols.checked_add(24 * i))
            .find(|symbol| self.is_defined_as(image, *symbol, name) == Some(true))
            .and_then(|symbol| word(image, symbol.checked_add(8)?))
            .filter(|offset| *offset < image.len())
    }

    fn is_defined_as(&self, image: &[u8], symbol: usize, name: &str) -> Option<bool> {
        let found = image.get(self.strings.checked_add(number(image, symbol)?)?..)?;
        let ends = found.get(name.len()) == Some(&0);
        Some(half(image, symbol.checked_add(6)?)? != 0 && ends && found.starts_with(name.as_bytes()))
    }
}

fn bytes<const N: usize>(image: &[u8], at: usize) -> Option<[u8; N]> {
    image.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn half(image: &[u8], at: usize) -> Option<usize> {
    bytes(image, at).map(|bytes| u16::from_le_bytes(bytes).into())
}

fn number(image: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes(image, at)?)).ok()
}

fn word(image: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(bytes(image, at)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_the_systems_own_vdso_are_found() {
        if getauxval(AT_SYSINFO_EHDR) != 0 {
            assert!(function("__vdso_clock_gettime").is_some());
            assert!(function("__vdso_clock").is_none());
            assert!(function("").is_none());
        }
    }

    #[test]
    fn damage_is_noticed() {
        let vdso = std::ptr::with_exposed_provenance::<u8>(getauxval(AT_SYSINFO_EHDR) as usize);
        if vdso.is_null() {
            return;
        }
        // SAFETY: as above.
        let image = unsafe { std::slice::from_raw_parts(vdso, PAGE) };
        let mut random = 1_u64;
        let mut below = |bound: usize| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) as usize % bound
        };
        for _ in 0..20_000 {
            let mut copy = image[..1 + below(PAGE)].to_vec();
            for _ in 0..4 {
                let place = below(copy.len());
                copy[place] = below(256) as u8;
            }
            assert!(symbol(&copy, "__vdso_clock_gettime").is_none_or(|offset| offset < copy.len()));
        }
    }
}
