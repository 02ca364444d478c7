//! A Zig program in its safe mode that indexes out of bounds: its own panic ends it by SIGABRT.
pub fn main() void {
    var index: usize = 7;
    _ = &index;
    var values = [_]u8{ 1, 2, 3 };
    values[index] = 1;
}
