import dev.mote.CallException;
import dev.mote.MemorySize;
import dev.mote.Program;
import dev.mote.Sandbox;
import dev.mote.SandboxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/// A rule engine whose rules are programs that customers upload: each runs in a VM of its own, sees
/// the order and one host function, and has 100 ms and 16 MiB to decide. A rule that loops, crashes
/// or lies costs nobody but its owner anything.
///
/// ```
/// cc -static -Iguest/c/include examples/rules/discount.c guest/c/src/*.c -o target/discount
/// java --enable-native-access=dev.mote.machine --module-path cli/target/mote/lib --add-modules dev.mote \
///     examples/RuleEngine.java target/discount
/// ```
public class RuleEngine {
  record Order(String customer, double total) {}

  record Decision(double discount, String reason) {}

  interface Rule {
    Decision decide(Order order);
  }

  private static final Set<String> FRIENDS = Set.of("Ada", "Grace");

  public static void main(String[] uploads) {
    for (String upload : uploads) {
      try (var sandbox =
          Sandbox.builder(Program.of(Path.of(upload)))
              .memory(MemorySize.ofMebibytes(16))
              .timeout(Duration.ofMillis(500))
              .hostFunction("isFriend", FRIENDS::contains)
              .start()) {
        Rule rule = sandbox.as(Rule.class);
        System.out.println(rule.decide(new Order("Ada", 200)));
        System.out.println(rule.decide(new Order("Bob", 2000)));
      } catch (CallException e) {
        System.out.println("no decision: " + e.getMessage());
      } catch (SandboxException | IllegalArgumentException e) {
        System.out.println("not a rule: " + e.getMessage());
      }
    }
  }
}
