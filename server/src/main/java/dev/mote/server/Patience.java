package dev.mote.server;

import java.time.Duration;

/// How long the server waits for a client, which may take as long as it likes.
///
/// @param body until all of a body has come that must be there before the request is served; who is
///   still sending then is told so, and who sends nothing is cut off when half as much again is
///   over
/// @param silence within what it sends: a head, or a body that is read while the request is served
/// @param stall without taking anything of an answer
/// @param idle until the next request on a connection
record Patience(Duration body, Duration silence, Duration stall, Duration idle) {
  static final Patience USUAL =
      new Patience(
          Duration.ofSeconds(60),
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          Duration.ofMinutes(2));
}
