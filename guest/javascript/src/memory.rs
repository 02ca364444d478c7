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

/// How much the machine has, in bytes. In a sandbox that is its limit.
pub(crate) fn of_the_machine() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: usize = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}
