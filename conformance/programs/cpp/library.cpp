// A walk through the standard library: containers, algorithms, strings, streams, regex, ranges, coroutines, format.
#include <algorithm>
#include <any>
#include <array>
#include <bitset>
#include <charconv>
#include <chrono>
#include <complex>
#include <coroutine>
#include <deque>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <list>
#include <map>
#include <numeric>
#include <optional>
#include <random>
#include <ranges>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

struct Counter {
  struct promise_type {
    int value = 0;
    Counter get_return_object() { return Counter{std::coroutine_handle<promise_type>::from_promise(*this)}; }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int v) { value = v; return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
  ~Counter() { handle.destroy(); }
};
static Counter squares(int n) {
  for (int i = 0; i < n; i++) co_yield i * i;
}

int main() {
  std::mt19937_64 random(42);
  std::vector<unsigned> numbers(100000);
  std::ranges::generate(numbers, [&] { return static_cast<unsigned>(random() % 1000000); });
  std::ranges::sort(numbers);
  std::cout << numbers.front() << ' ' << numbers[50000] << ' ' << numbers.back() << ' '
            << std::accumulate(numbers.begin(), numbers.end(), 0ULL) << '\n';
  std::map<std::string, int> words;
  std::istringstream text("the cat and the dog and the bird");
  for (std::string word; text >> word;) words[word]++;
  for (auto &[word, count] : words) std::cout << word << '=' << count << ' ';
  std::unordered_map<int, std::string> hashed;
  for (int i = 0; i < 10000; i++) hashed[i * 7919] = std::to_string(i);
  std::cout << hashed.size() << ' ' << hashed.at(7919 * 5000) << '\n';
  std::regex pattern(R"((\w+)@(\w+)\.com)");
  std::smatch match;
  std::string mail = "write to someone@example.com today";
  if (std::regex_search(mail, match, pattern)) std::cout << match[1] << " at " << match[2] << '\n';
  std::cout << std::regex_replace(mail, pattern, "<$2>") << '\n';
  auto view = std::views::iota(1, 20) | std::views::filter([](int i) { return i % 3 == 0; }) |
              std::views::transform([](int i) { return i * i; });
  for (int i : view) std::cout << i << ' ';
  std::cout << '\n';
  auto counter = squares(6);
  while (counter.handle.resume(), !counter.handle.done()) std::cout << counter.handle.promise().value << ' ';
  std::cout << '\n';
  std::variant<int, std::string, double> variant = "text";
  variant = std::string("text");
  std::cout << variant.index() << ' ' << std::get<std::string>(variant) << ' ' << std::optional<int>().value_or(9) << '\n';
  std::cout << std::setw(10) << std::setfill('*') << std::hex << 255 << std::dec << ' ' << std::fixed << std::setprecision(3)
            << 3.14159 << ' ' << std::scientific << 12345.678 << std::defaultfloat << ' ' << std::boolalpha << true << '\n';
  std::cout << std::bitset<16>(12345) << ' ' << std::complex<double>(1, 2) * std::complex<double>(3, 4) << '\n';
  char buffer[32];
  auto end = std::to_chars(buffer, buffer + 32, 0.1).ptr;
  std::cout << std::string(buffer, end) << '\n';
  using namespace std::chrono;
  std::cout << duration_cast<hours>(days(3)).count() << ' ' << (sys_days{2024y / 2 / 28} + days(2) == sys_days{2024y / 3 / 1}) << '\n';
  auto start = steady_clock::now();
  while (steady_clock::now() - start < 5ms) {
  }
  std::string line;
  int lines = 0;
  while (std::getline(std::cin, line)) lines += !line.empty();
  std::cout << "lines " << lines << '\n';
  std::cerr << "an error line" << std::endl;
  std::clog << "a log line\n";
  return std::cin.eof() ? 0 : 1;
}
