// Objects that live as long as the program: order of making and unmaking, thread_local, function statics.
#include <cstdio>
#include <cstdlib>
#include <string>

struct Noisy {
  const char *name;
  explicit Noisy(const char *n) : name(n) { std::printf("+%s\n", name); }
  ~Noisy() { std::printf("-%s\n", name); }
};
static Noisy first("first");
static Noisy second("second");
thread_local Noisy local("thread local");
static std::string text(100, 't');

static Noisy &once() {
  static Noisy object("function static");
  return object;
}

int main() {
  std::puts("main");
  std::puts(once().name);
  std::puts(once().name);
  std::puts(local.name);
  std::printf("%zu\n", text.size());
  std::atexit([] { std::puts("atexit"); });
  std::at_quick_exit([] { std::puts("at_quick_exit"); });
  return 0;
}
