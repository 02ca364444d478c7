// What the guest of the tests of mote.hpp offers.
#include <mote.hpp>

#include <numeric>

struct Person {
  std::string name;
  std::int32_t age;
  std::optional<double> height;
};
template <>
inline constexpr auto mote::fields<Person> =
    std::make_tuple("name", &Person::name, "age", &Person::age, "height", &Person::height);

static mote::function birthday("birthday", {"person"}, [](Person person) {
  person.age++;
  return person;
});
static mote::function sum("sum", {"numbers", "start"}, [](const std::vector<std::int64_t> &numbers, std::uint8_t start) {
  return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{start});
});
static mote::function lengths("lengths", {"words"}, [](const std::vector<std::string_view> &words) {
  std::map<std::string, std::uint64_t> result;
  for (auto word : words)
    result.emplace(word, word.size());
  return result;
});
static mote::function fails("fails", {"how"}, [](int how) {
  if (how == 0)
    throw std::runtime_error("as it must");
  if (how == 1)
    throw mote::error("own-code", "own words");
  if (how == 2)
    throw 7;
});
static mote::function ask("ask", {"name"}, [](std::string name) {
  try {
    return mote::call<Person>("lookup", name, 1, true).age;
  } catch (const mote::error &e) {
    if (e.code() == "not-found")
      return -1;
    throw;
  }
});
static mote::function bytes("bytes", {"b", "any", "f"}, [](std::vector<std::uint8_t> b, mote_value any, float f) {
  b.push_back(static_cast<std::uint8_t>(mote_kind_of(any) == MOTE_BOOL));
  b.push_back(static_cast<std::uint8_t>(f));
  return b;
});
static int counter;
static mote::function count("count", {}, [n = &counter]() mutable { return ++*n; });

static int restores;
extern "C" std::uint64_t restore_id;
static mote::function restore("restore", {}, [] {
  restore_id++;
  return restores;
});

extern "C" void offer_all(void) {
  mote::on_restore([step = 10] { restores += step; });
}
extern "C" void offer_fallback(void) {}
