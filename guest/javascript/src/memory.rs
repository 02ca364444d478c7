//! Memory of the system. Asking for it leaves the sandbox, and a restore makes the allocator forget what it has learned.

/// What a call finds without asking, in bytes. It is not touched, and costs nothing until then.
const READY: usize = 8 << 20;

/// From this size on, in bytes, a block has a mapping of its own: as late as the allocator lets it be.
const LARGE: i32 = 32 << 20;

/// Has the allocator keep what is freed, and take large blocks from there too.
#[allow(unsafe_code)]
pub(crate) fn keep() {
    // SAFETY: they set numbers of the allocator's.
    unsafe {
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
    }
}

/// Has the allocator ask now for what calls will need.
pub(crate) fn have_ready() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(READY)));
}

/// What is not JavaScript's at least, in bytes: the stack, the program, messages.
const RESERVE: usize = 16 << 20;

/// How much JavaScript may have, in bytes: what the machine has, which in a sandbox is its limit, without some for the rest.
/// The sandbox ends where its limit is reached; here it is an error of the call.
pub(crate) fn limit() -> Option<usize> {
    let total = total(&std::fs::read_to_string("/proc/meminfo").ok()?)?;
    Some(total - RESERVE.max(total / 8).min(total / 2))
}

/// In bytes, by the text of `/proc/meminfo`.
fn total(meminfo: &str) -> Option<usize> {
    let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: usize = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_found() {
        assert_eq!(total("MemTotal:       65536 kB\nMemFree: 1 kB\n"), Some(64 << 20));
        assert_eq!(total("MemFree: 1 kB\n"), None);
        assert!(limit().is_some_and(|limit| limit > 0));
    }
}
