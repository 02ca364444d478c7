//! Zig without a C library: its own start code, allocator, formatting, hashing, error traces, files by system call.
const std = @import("std");
const linux = std.os.linux;

fn print(comptime format: []const u8, args: anytype) void {
    var buffer: [4096]u8 = undefined;
    const text = std.fmt.bufPrint(&buffer, format, args) catch "too long\n";
    var left = text;
    while (left.len > 0) {
        const n = linux.write(1, left.ptr, left.len);
        left = left[n..];
    }
}

fn sieve(allocator: std.mem.Allocator, limit: usize) !usize {
    const composite = try allocator.alloc(bool, limit + 1);
    defer allocator.free(composite);
    @memset(composite, false);
    var count: usize = 0;
    for (2..limit + 1) |i| {
        if (composite[i]) continue;
        count += 1;
        var multiple = i * i;
        while (multiple <= limit) : (multiple += i) composite[multiple] = true;
    }
    return count;
}

fn failing(n: u32) error{ Odd, Zero }!u32 {
    if (n == 0) return error.Zero;
    if (n % 2 == 1) return error.Odd;
    return n / 2;
}

pub fn main() !void {
    const allocator = std.heap.page_allocator;
    print("primes {d}\n", .{try sieve(allocator, 1_000_000)});

    var digest: [32]u8 = undefined;
    std.crypto.hash.sha2.Sha256.hash("the message", &digest, .{});
    for (digest) |byte| print("{x:0>2}", .{byte});
    print("\n", .{});

    for ([_]u32{ 0, 3, 10 }) |n| {
        if (failing(n)) |half| print("{d}\n", .{half}) else |problem| print("{s}\n", .{@errorName(problem)});
    }

    const vector: @Vector(8, i32) = .{ 1, 2, 3, 4, 5, 6, 7, 8 };
    print("{d} {d}\n", .{ @reduce(.Add, vector * vector), @reduce(.Max, vector) });
    print("{d:.6} {e} {x}\n", .{ @sqrt(2.0), 12345.678, 0xdeadbeef });

    _ = linux.mkdir("/tmp/mote-case", 0o755);
    const path = "/tmp/mote-case/zig";
    const fd: i32 = @intCast(linux.open(path, .{ .ACCMODE = .RDWR, .CREAT = true }, 0o600));
    _ = linux.write(fd, "from zig", 8);
    var buffer: [16]u8 = undefined;
    const n = linux.pread(fd, &buffer, buffer.len, 5);
    print("{s}\n", .{buffer[0..n]});
    print("{s}\n", .{@tagName(linux.errno(linux.open("/tmp/none/none", .{}, 0)))});

    var sum: usize = 0;
    var i: usize = 0;
    while (i < 2000) : (i += 1) {
        const block = try allocator.alloc(u8, 100 + i * 37 % 9000);
        defer allocator.free(block);
        @memset(block, @truncate(i));
        sum += block[block.len - 1];
    }
    print("sum {d}\n", .{sum});
    linux.exit(17);
}
