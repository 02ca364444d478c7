package dev.mote.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Functions for Node.js: this machine's own, in a VM for each request.
///
/// What the runtime does with files and calls is tested natively, in `guest/node/test`; here is
/// what only a VM shows: restores, limits, what Node needs of its system.
@Tag("every-kvm")
class NodeFunctionsTest {
  private static final String WAYS =
      """
      import crypto, { randomBytes, randomInt, randomUUID } from "node:crypto";
      import dns from "node:dns/promises";
      import fs from "node:fs";
      import { pipeline } from "node:stream/promises";
      import { Readable, Writable } from "node:stream";
      import { gunzip, createGzip, gzipSync } from "node:zlib";
      import { promisify } from "node:util";
      import { Worker } from "node:worker_threads";
      import { setTimeout as sleep } from "node:timers/promises";

      // All of it is drawn from before the snapshot too, so that whatever is kept for later is in it.
      const draw = async () => [
        Math.random(),
        randomBytes(8).toString("hex"),
        (await promisify(randomBytes)(8)).toString("hex"),
        randomUUID(),
        globalThis.crypto.randomUUID(),
        Buffer.from(globalThis.crypto.getRandomValues(new Uint8Array(8))).toString("hex"),
        randomInt(2 ** 47),
        await promisify(randomInt)(2 ** 47),
        crypto.generateKeySync("aes", { length: 128 }).export().toString("hex"),
        crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }).x,
        (await promisify(crypto.generateKeyPair)("ed25519")).publicKey.export({ format: "jwk" }).x,
        (await globalThis.crypto.subtle.exportKey("jwk", await globalThis.crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]))).k,
      ];
      const before = await draw();
      let count = 0;

      const ways = {
        count: () => [++count, fs.existsSync("/tmp/x"), (fs.writeFileSync("/tmp/x", ""), (process.env.X ??= "0") + "1")],
        random: draw,
        before: () => before,
        async timers() {
          const start = performance.now();
          const order = [];
          process.nextTick(() => order.push("tick"));
          Promise.resolve().then(() => order.push("promise"));
          setImmediate(() => order.push("immediate"));
          const every = setInterval(() => order.push("every") > 5 && clearInterval(every), 10);
          await sleep(60);
          const took = performance.now() - start;
          return { order, inTime: took > 58 && took < 5000 };
        },
        time: () => [Date.now(), performance.timeOrigin + performance.now()],
        async gzip() {
          const parts = [];
          await pipeline(
            Readable.from(["a".repeat(100_000), "b".repeat(100_000)]),
            createGzip(),
            new Writable({ write(part, encoding, done) { parts.push(part); done(); } }),
          );
          return [(await promisify(gunzip)(Buffer.concat(parts))).length, gzipSync("x").length > 10];
        },
        async files() {
          await fs.promises.writeFile("/tmp/a", "x".repeat(100_000));
          await pipeline(fs.createReadStream("/tmp/a"), fs.createWriteStream("/tmp/b"));
          return (await fs.promises.readFile("/tmp/b")).length;
        },
        worker: () => new Promise((resolve, reject) => {
          const text = "require('worker_threads').parentPort.postMessage([require('crypto').randomUUID(), Math.random()])";
          new Worker(text, { eval: true }).on("message", resolve).on("error", reject);
        }),
        dns: () => dns.lookup("example.com").then(() => "found", (e) => e.code),
        fetch: () => fetch("http://192.0.2.1/").then(() => "fetched", (e) => e.message),
        intl: () => new Intl.NumberFormat("de").format(1234.5),
        wasm: () => WebAssembly.validate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])),
        compute: () => { let sum = 0; for (let i = 0; i < 3e7; i++) sum = (sum + i * i) % 1000003; return sum; },
        never: () => new Promise(() => {}),
        loop: () => { for (;;); },
        sleep: () => sleep(100_000),
        exit: () => process.exit(3),
        abort: () => process.abort(),
        throws: () => null.x,
        stale: () => setTimeout(() => { throw new Error("late"); }, 1) && new Promise(() => {}),
      };

      export async function handle(event) {
        console.log("asked for", event);
        return ways[event]();
      }
      """;

  @TempDir private static Path folder;
  private static TestServer server;

  @BeforeAll
  static void serve() throws Exception {
    server = new TestServer(folder);
    HttpResponse<String> deployed =
        server.deploy(
            "ways",
            Map.of("index.mjs", WAYS, "function.toml", "language = \"node\"\ntimeout = \"20s\"\n"));
    assertThat(deployed.statusCode()).as(deployed.body()).isEqualTo(201);
  }

  @AfterAll
  static void end() {
    server.close();
  }

  private static String ask(String what) throws Exception {
    HttpResponse<String> answer = server.post("/fn/ways", "\"" + what + "\"");
    assertThat(answer.statusCode()).as("%s: %s", what, answer.body()).isEqualTo(200);
    return answer.body().strip();
  }

  @Test
  void eachRequestIsTheFirstOne() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(ask("count")).isEqualTo("[1,false,\"01\"]");
    }
  }

  @Test
  void noRandomNumberIsDrawnTwice() throws Exception {
    Set<String> seen = new HashSet<>(List.of(ask("before").split("[\\[\\],]")));
    seen.remove("");
    int kinds = seen.size();
    assertThat(kinds).isEqualTo(12);
    for (int i = 1; i <= 20; i++) {
      seen.addAll(List.of(ask("random").split("[\\[\\],]")));
      seen.remove("");
      assertThat(seen).hasSize(kinds * (i + 1));
    }
    seen.clear();
    for (int i = 1; i <= 3; i++) {
      seen.addAll(List.of(ask("worker").split("[\\[\\],]")));
      seen.remove("");
      assertThat(seen).hasSize(2 * i);
    }
  }

  @Test
  void timeGoesOn() throws Exception {
    for (int i = 0; i < 2; i++) {
      long from = System.currentTimeMillis();
      String[] times = ask("time").replaceAll("[\\[\\]]", "").split(",");
      long to = System.currentTimeMillis();
      for (String time : times) {
        assertThat(Double.parseDouble(time)).isBetween(from - 100.0, to + 100.0);
      }
      Thread.sleep(300);
    }
    assertThat(ask("timers"))
        .isEqualTo(
            "{\"order\":[\"promise\",\"tick\",\"immediate\",\"every\",\"every\",\"every\"],"
                + "\"inTime\":true}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gzip | [200000,true]",
        "files | 100000",
        "dns | \"ENOTFOUND\"",
        "fetch | \"fetch failed\"",
        "intl | \"1.234,5\"",
        "wasm | true",
      })
  void nodesOwnModulesWork(String what, String answer) throws Exception {
    assertThat(ask(what)).isEqualTo(answer);
  }

  @Test
  void whatIsComputedIsCompiled() throws Exception {
    long begun = System.nanoTime();
    assertThat(ask("compute")).matches("\\d+");
    assertThat(System.nanoTime() - begun)
        .isLessThan(15_000_000_000L); // an interpreter takes longer
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "never | 500 | exception | nothing is left to wait for",
        "throws | 500 | exception | index.mjs:",
        "stale | 500 | exception | Error: late",
        "exit | 502 | exit | status 3",
        "abort | 502 | crash | SIG",
      })
  void howeverItEndsTheStatusSaysIt(String event, int status, String error, String detail)
      throws Exception {
    HttpResponse<String> answer = server.post("/fn/ways", "\"" + event + "\"");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("x-function-error")).hasValue(error);
    assertThat(answer.body()).contains(detail);
    assertThat(ask("count")).isEqualTo("[1,false,\"01\"]");
  }

  @Test
  void limitsHold() throws Exception {
    String source =
        """
        exports.handle = async (event) => {
          const all = [];
          if (event === "heap") for (;;) all.push(new Array(10_000).fill(1.5));
          if (event === "buffers") for (;;) all.push(Buffer.alloc(1 << 20, 1));
          if (event === "loop") for (;;);
          if (event === "sleep") await new Promise((done) => setTimeout(done, 100_000));
          return "fine";
        };
        """;
    // V8 collects garbage for long before it gives up.
    for (String toml : List.of("timeout = \"3s\"\n", "timeout = \"100s\"\nmemory = \"160MiB\"\n")) {
      String name = toml.contains("memory") ? "memory" : "time";
      assertThat(
              server.deploy(name, Map.of("index.cjs", source, "function.toml", toml)).statusCode())
          .isEqualTo(201);
    }
    for (String event : List.of("loop", "sleep")) {
      assertThat(server.post("/fn/time", "\"" + event + "\"").statusCode()).isEqualTo(504);
    }
    for (String event : List.of("heap", "buffers")) {
      HttpResponse<String> answer = server.post("/fn/memory", "\"" + event + "\"");
      assertThat(answer.statusCode()).as(event + answer.body()).isEqualTo(507);
    }
    assertThat(server.post("/fn/memory", "\"x\"").body()).isEqualTo("\"fine\"\n");
  }

  @Test
  void aServerOfNodesOwnPipesWhatItGets() throws Exception {
    String source =
        """
        const http = require("node:http");
        const { createGzip } = require("node:zlib");
        http.createServer((request, response) => {
          response.setHeader("content-type", "application/octet-stream");
          if (request.url === "/gzip") {
            response.setHeader("content-encoding", "gzip");
            return request.pipe(createGzip()).pipe(response);
          }
          request.pipe(response);
        }).listen(process.env.PORT ?? 3000, () => console.log("it listens"));
        """;
    assertThat(server.deploy("pipes", Map.of("server.js", source)).statusCode()).isEqualTo(201);
    byte[] body = "0123456789".repeat(100_000).getBytes(UTF_8);
    for (int i = 0; i < 3; i++) {
      assertThat(new String(send("/fn/pipes/", body).body(), UTF_8))
          .isEqualTo(new String(body, UTF_8));
    }
    HttpResponse<byte[]> zipped = send("/fn/pipes/gzip", body);
    assertThat(zipped.headers().firstValue("content-encoding")).hasValue("gzip");
    assertThat(zipped.body().length).isLessThan(10_000);
    assertThat(send("/fn/pipes/", new byte[0]).body()).isEmpty();
  }

  private static HttpResponse<byte[]> send(String path, byte[] body) throws Exception {
    return server.http.send(
        HttpRequest.newBuilder(server.uri(path)).POST(BodyPublishers.ofByteArray(body)).build(),
        BodyHandlers.ofByteArray());
  }

  @Test
  void whatIsWrongAtTheStartIsSaidWithItsPlace() throws Exception {
    HttpResponse<String> answer =
        server.deploy(
            "ways",
            Map.of("index.mjs", "\nexport const x = ;", "function.toml", "language = \"node\""));
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body())
        .contains("index.mjs:2\\n")
        .contains("SyntaxError")
        .doesNotContain("file:");
    assertThat(ask("count")).isEqualTo("[1,false,\"01\"]");
  }
}
