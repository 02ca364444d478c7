import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/// Four threads that make two gigabytes of garbage and keep some of it in long lists and maps.
public class Garbage {
  public static void main(String[] arguments) throws Exception {
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Long>> tasks = List.of(() -> work(1), () -> work(2), () -> work(3), () -> work(4));
      long sum = 0;
      for (var result : threads.invokeAll(tasks)) {
        sum += result.get();
      }
      System.out.println("sum " + sum);
    }
  }

  private static long work(int seed) {
    var kept = new HashMap<Integer, List<byte[]>>();
    long sum = 0;
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = new byte[1000 + (i * seed) % 3000];
      bytes[i % 1000] = (byte) i;
      var list = kept.computeIfAbsent(i % 997, _ -> new ArrayList<>());
      list.add(bytes);
      if (list.size() > 8) {
        sum += list.remove(0).length;
      }
    }
    return sum + kept.values().stream().mapToLong(List::size).sum();
  }
}
