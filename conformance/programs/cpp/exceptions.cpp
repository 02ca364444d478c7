// Exceptions through many frames, of every kind, rethrown, nested, in constructors and destructors.
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <vector>

struct Noisy {
  std::string name;
  explicit Noisy(std::string n) : name(std::move(n)) { std::cout << "+" << name << ' '; }
  ~Noisy() { std::cout << "-" << name << ' '; }
};
struct Base {
  virtual ~Base() = default;
  virtual std::string who() const { return "base"; }
};
struct Derived : Base {
  std::string who() const override { return "derived"; }
};

static void deep(int n) {
  Noisy guard(std::to_string(n));
  if (n == 0) throw std::runtime_error("from the depths");
  deep(n - 1);
}

static void nested() {
  try {
    deep(1);
  } catch (...) {
    std::throw_with_nested(std::logic_error("outer"));
  }
}

static void print(const std::exception &e, int level = 0) {
  std::cout << std::string(level, ' ') << e.what() << '\n';
  try {
    std::rethrow_if_nested(e);
  } catch (const std::exception &inner) {
    print(inner, level + 1);
  }
}

struct Half {
  Noisy first{"first"};
  Half() { throw 42; }
};

int main() {
  try { deep(3); } catch (const std::exception &e) { std::cout << e.what() << '\n'; }
  try { nested(); } catch (const std::exception &e) { print(e); }
  try { Half half; } catch (int value) { std::cout << value << '\n'; }
  try { throw Derived(); } catch (const Base &b) { std::cout << b.who() << '\n'; }
  try { Base *b = nullptr; std::cout << typeid(*b).name(); } catch (const std::bad_typeid &) { std::cout << "bad typeid\n"; }
  try { Base b; dynamic_cast<Derived &>(b); } catch (const std::bad_cast &) { std::cout << "bad cast\n"; }
  try { std::vector<int> v; v.at(3) = 1; } catch (const std::out_of_range &e) { std::cout << "out of range\n"; }
  try { volatile std::size_t huge = ~0ULL / 4; delete[] new int[huge]; } catch (const std::bad_alloc &) { std::cout << "bad alloc\n"; }
  std::exception_ptr kept;
  try { throw std::string("kept"); } catch (...) { kept = std::current_exception(); }
  try { std::rethrow_exception(kept); } catch (const std::string &s) { std::cout << s << '\n'; }
  int caught = 0;
  for (int i = 0; i < 20000; i++) {
    try { if (i % 2) throw i; throw std::to_string(i); } catch (int) { caught++; } catch (const std::string &) { caught += 2; }
  }
  std::cout << caught << '\n';
  std::function<void()> empty;
  try { empty(); } catch (const std::bad_function_call &e) { std::cout << "bad call\n"; }
  return 0;
}
