import java.util.stream.IntStream;

/// Says hello, after enough work for the compilers.
public class Hello {
  record Point(int x, int y) {
    int product() {
      return x * y;
    }
  }

  public static void main(String[] arguments) {
    long sum = 0;
    for (int round = 0; round < 300; round++) {
      sum += IntStream.range(0, 10_000).mapToObj(i -> new Point(i, i + 1)).mapToLong(Point::product).sum();
    }
    System.out.println("hello, " + sum + ", " + Runtime.version().feature());
  }
}
