package dev.mote.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Http2FramesTest {
  private final List<String> told = new ArrayList<>();

  private void watch(Http2Frames frames, int stream) {
    frames.watch(stream, how -> told.add(stream + " " + how));
  }

  /// However the network cuts what was sent, and whatever lies within other frames.
  @Test
  void requestsThatAreTakenBackAreTold() {
    var random = new Random(5);
    byte[] sent = sent();
    for (int round = 0; round < 200; round++) {
      told.clear();
      var frames = new Http2Frames();
      watch(frames, 1);
      watch(frames, 3);
      watch(frames, 0x7fff_ffff);
      int most = 1 + random.nextInt(round < 50 ? 3 : 2000);
      for (int at = 0; at < sent.length; ) {
        int end = Math.min(sent.length, at + 1 + random.nextInt(most));
        frames.see(Arrays.copyOfRange(sent, at, end));
        at = end;
      }
      assertThat(told)
          .containsExactly("3 " + Http2Frames.TAKEN_BACK, "2147483647 " + Http2Frames.TAKEN_BACK);
      watch(frames, 5); // was taken back before it was served
      frames.close();
      frames.close();
      watch(frames, 7);
      assertThat(told.subList(2, told.size()))
          .containsExactly(
              "5 " + Http2Frames.TAKEN_BACK, "1 " + Http2Frames.CLOSED, "7 " + Http2Frames.CLOSED);
    }
  }

  private static byte[] sent() {
    byte[] reset = Http2Test.frame(Http2Test.RST_STREAM, 0, 1, new byte[] {0, 0, 0, 8});
    var sent = new ByteArrayOutputStream();
    sent.writeBytes(Http2Test.PREFACE.getBytes(StandardCharsets.US_ASCII));
    sent.writeBytes(Http2Test.frame(Http2Test.SETTINGS, 0, 0, new byte[0]));
    sent.writeBytes(Http2Test.frame(0, 0, 1, reset)); // data that looks like a frame
    sent.writeBytes(Http2Test.frame(0, 0, 1, new byte[16_384]));
    for (int stream : new int[] {3, 5, 9, -1, 3}) { // the highest bit of -1 is reserved
      sent.writeBytes(Http2Test.frame(Http2Test.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8}));
    }
    return sent.toByteArray();
  }

  /// No bytes at all make it fail, or keep more than a little.
  @Test
  void anyBytesMayCome() {
    var random = new Random(6);
    var frames = new Http2Frames();
    watch(frames, 1);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      random.nextBytes(bytes);
      for (int j = 0; j + 1 < bytes.length; j += 9) { // short frames, so that many come
        bytes[j] = 0;
        bytes[j + 1] = 0;
      }
      frames.see(bytes);
    }
    frames.unwatch(1);
    int before = told.size();
    frames.close();
    assertThat(told).hasSize(before);
  }
}
