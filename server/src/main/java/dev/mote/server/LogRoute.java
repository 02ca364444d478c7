package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mote.functions.FunctionLog;
import dev.mote.json.JsonValues;
import io.helidon.http.Status;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/// `/v1/functions/NAME/log`: the lines of a function's log, each as JSON. With `?follow` the answer
/// goes on with each new line; to who accepts `text/event-stream` each is an event.
final class LogRoute {
  private static final int MOST = 10_000;
  private static final int USUAL = 100;

  /// So often something is sent though nothing is new, to see that the client is still there.
  private static final long SIGN_OF_LIFE_MILLIS = 15_000;

  void handle(Exchange exchange, FunctionLog log) {
    List<String> words = List.of(exchange.query().split("&"));
    boolean events = String.valueOf(exchange.header("accept")).contains("text/event-stream");
    boolean follow = events || words.contains("follow") || words.contains("follow=true");
    long after;
    int most;
    try {
      after = number(words, "after", 0);
      most = (int) Math.min(number(words, "last", after > 0 ? MOST : USUAL), MOST);
    } catch (NumberFormatException e) {
      exchange.sendProblem(400, "A number is none", String.valueOf(e.getMessage()));
      return;
    }
    exchange.response().status(Status.OK_200);
    exchange.response().header("cache-control", "no-store");
    exchange
        .response()
        .header("content-type", events ? "text/event-stream" : "application/x-ndjson");
    try (OutputStream out = exchange.response().outputStream()) {
      write(log, after, most, follow, events, out);
    } catch (IOException _) {
      return; // the client has gone
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt(); // the server stops
    }
  }

  private static long number(List<String> words, String name, long otherwise) {
    for (String word : words) {
      if (word.startsWith(name + "=")) {
        return Math.max(0, Long.parseLong(word.substring(name.length() + 1)));
      }
    }
    return otherwise;
  }

  private static void write(
      FunctionLog log, long after, int most, boolean follow, boolean events, OutputStream out)
      throws IOException, InterruptedException {
    long last = after;
    int count = most;
    while (true) {
      List<FunctionLog.Line> lines = log.linesAfter(last, MOST);
      for (FunctionLog.Line line : lines.subList(Math.max(0, lines.size() - count), lines.size())) {
        String json = JsonValues.write(StateJson.of(line));
        out.write((events ? "data: " + json + "\n\n" : json + "\n").getBytes(UTF_8));
      }
      last = lines.isEmpty() ? last : lines.getLast().number();
      out.flush();
      if (!follow || log.isClosed()) {
        return;
      }
      count = MOST;
      if (!log.await(last, SIGN_OF_LIFE_MILLIS)) {
        out.write((events ? ":\n\n" : "\n").getBytes(UTF_8));
      }
    }
  }
}
