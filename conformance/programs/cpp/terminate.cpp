// What ends a C++ program: an exception nobody catches, one out of noexcept, a pure call, a thrown destructor.
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <stdexcept>

struct Thrower {
  ~Thrower() noexcept(false) { throw std::runtime_error("from a destructor"); }
};
static void thrower() { throw 1; }
static void never() noexcept { thrower(); }
struct Abstract {
  Abstract() { call(); }
  void call() { pure(); }
  virtual void pure() = 0;
  virtual ~Abstract() = default;
};
struct Concrete : Abstract {
  void pure() override {}
};
static void farewell() {
  std::cout << "my own terminate" << std::endl;
  std::exit(7);
}

int main(int count, char **argument) {
  std::cout << "before" << std::endl;
  const char *how = count > 1 ? argument[1] : "";
  if (!std::strcmp(how, "uncaught")) throw std::runtime_error("nobody catches me");
  if (!std::strcmp(how, "uncaught-int")) throw 5;
  if (!std::strcmp(how, "noexcept")) never();
  if (!std::strcmp(how, "pure")) Concrete c;
  if (!std::strcmp(how, "two")) {
    try {
      Thrower first;
      throw std::runtime_error("the first");
    } catch (...) {
    }
  }
  if (!std::strcmp(how, "handler")) {
    std::set_terminate(farewell);
    throw 1;
  }
  return 1;
}
