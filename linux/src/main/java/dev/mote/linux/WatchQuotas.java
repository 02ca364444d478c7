package dev.mote.linux;

/// How much may be watched in a guest, by all its processes together.
///
/// @param epoll files in epoll sets (`max_user_watches`)
/// @param nested epoll sets in epoll sets: what bounds how many wake-ups one event may cause
/// @param inotify inodes that inotify watches
/// @param notifications events that wait in inotify's queues
record WatchQuotas(Quota epoll, Quota nested, Quota inotify, Quota notifications) {
  static final int MOST_EPOLL = 1 << 16;
  static final int MOST_NESTED = 64;
  static final int MOST_INOTIFY = 1 << 13;
  static final int MOST_NOTIFICATIONS = 1 << 15;

  static WatchQuotas ofGuest() {
    return new WatchQuotas(
        new Quota(MOST_EPOLL),
        new Quota(MOST_NESTED),
        new Quota(MOST_INOTIFY),
        new Quota(MOST_NOTIFICATIONS));
  }
}
