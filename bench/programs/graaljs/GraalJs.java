import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;

/// What `bench/http` measures beside Mote: a function in JavaScript that GraalJS runs in the JVM of the server, in a context of
/// its own for each request. The contexts share the engine, and so the parsed and compiled code.
public class GraalJs {
  /// @param arguments the file, whose `handle` is an export
  public static void main(String[] arguments) throws IOException {
    String code = Files.readString(Path.of(arguments[0])).replace("export function", "function");
    Source source = Source.newBuilder("js", code + "\n(event) => JSON.stringify(handle(JSON.parse(event)))", "index.js").build();
    Engine engine = Engine.newBuilder("js").option("engine.WarnInterpreterOnly", "false").build();
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", exchange -> {
      byte[] answer;
      try (Context context = Context.newBuilder("js").engine(engine).build()) {
        Value handle = context.eval(source);
        answer = handle.execute(new String(exchange.getRequestBody().readAllBytes(), UTF_8)).asString().getBytes(UTF_8);
      }
      exchange.getResponseHeaders().set("content-type", "application/json");
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
      exchange.close();
    });
    server.start();
    System.out.println("port " + server.getAddress().getPort());
  }
}
