/// What `mote run hello` is compared with: the least that a JVM does.
final class Hello {
  public static void main(String[] arguments) {
    System.out.println("hello");
  }
}
