package dev.mote.linux;

/// A budget that charges and releases share; it never goes below zero or above its limit.
final class Quota {
  private final long limit;
  private long used;

  Quota(long limit) {
    this.limit = limit;
  }

  long limit() {
    return limit;
  }

  long free() {
    return limit - used;
  }

  /// Takes `amount` if there is that much left.
  boolean tryCharge(long amount) {
    if (amount > free()) {
      return false;
    }
    used += amount;
    return true;
  }

  /// Takes `amount` or fails with `error`.
  void charge(long amount, Errno error) {
    if (!tryCharge(amount)) {
      throw error.exception();
    }
  }

  void release(long amount) {
    used -= amount;
    assert used >= 0 : "released more than was charged";
  }
}
