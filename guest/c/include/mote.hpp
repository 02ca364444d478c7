/*
 * mote.hpp - the same as mote.h for C++17: signatures follow from types, and exceptions are errors.
 *
 *   #include <mote.hpp>
 *
 *   struct Person { std::string name; int age; };
 *   template <> inline constexpr auto mote::fields<Person> = std::make_tuple("name", &Person::name, "age", &Person::age);
 *
 *   static mote::function greet("greet", {"person"}, [](const Person &person) { return "Hello, " + person.name; });
 *   static mote::function born("born", {"name"}, [](const std::string &name) {
 *     return 2026 - mote::call<Person>("lookup", name).age;
 *   });
 *
 *   int main() { return mote_serve(); }
 *
 * offers greet(person: {name: string, age: i32}) -> string and born(name: string) -> i32. What a type is in a
 * signature: bool; integers and floats by their width; std::string, and std::string_view for arguments: string;
 * std::vector<std::uint8_t>: bytes; any other std::vector: a list; std::map; std::optional<T>: T?; a struct with
 * mote::fields; void: null; mote_value: any, for arguments. Everything of mote.h may be used beside this.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef MOTE_HPP
#define MOTE_HPP

#include "mote.h"

#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace mote {

/* An error with a code. Thrown out of a function it is what answers the call (any other exception gives the
 * code failed and what()); a call of the host throws it. */
class error : public std::runtime_error {
public:
  error(std::string code, const std::string &message) : std::runtime_error(message), code_(std::move(code)) {}
  const std::string &code() const noexcept { return code_; }

private:
  std::string code_;
};

/* The fields of a struct: names and pointers to members in turn. */
template <class T> inline constexpr auto fields = nullptr;

/* How a C++ type is written in signatures, read and written. Specialize it for types of your own. */
template <class T, class = void> struct type {
  static_assert(!std::is_same_v<decltype(fields<T>), const std::nullptr_t>, "mote::fields says what a struct has");
  using indices = std::make_index_sequence<std::tuple_size_v<decltype(fields<T>)> / 2>;

  static std::string name() { return "{" + names(indices()) + "}"; }
  static T get(mote_value value) {
    T result{};
    get_all(result, value, indices());
    return result;
  }
  static void put(mote_writer *out, const T &value) {
    mote_put_map(out, indices::size());
    put_all(out, value, indices());
  }

private:
  template <std::size_t I> using member = std::decay_t<decltype(std::declval<T>().*std::get<2 * I + 1>(fields<T>))>;

  template <std::size_t... I> static std::string names(std::index_sequence<I...>) {
    std::string all;
    ((all += (I == 0 ? "" : ", ") + std::string(std::get<2 * I>(fields<T>)) + ": " + type<member<I>>::name()), ...);
    return all;
  }
  template <std::size_t... I> static void get_all(T &result, mote_value value, std::index_sequence<I...>) {
    ((result.*std::get<2 * I + 1>(fields<T>) =
          type<member<I>>::get(mote_field(value, std::get<2 * I>(fields<T>)))),
     ...);
  }
  template <std::size_t... I> static void put_all(mote_writer *out, const T &value, std::index_sequence<I...>) {
    ((mote_put_string(out, std::get<2 * I>(fields<T>)),
      type<member<I>>::put(out, value.*std::get<2 * I + 1>(fields<T>))),
     ...);
  }
};

template <> struct type<bool> {
  static std::string name() { return "bool"; }
  static bool get(mote_value value) { return mote_get_bool(value); }
  static void put(mote_writer *out, bool value) { mote_put_bool(out, value); }
};

template <class T> struct type<T, std::enable_if_t<std::is_integral_v<T>>> {
  static std::string name() { return (std::is_signed_v<T> ? "i" : "u") + std::to_string(8 * sizeof(T)); }
  static T get(mote_value value) {
    using wide = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    wide number;
    if constexpr (std::is_signed_v<T>)
      number = mote_get_int(value);
    else
      number = mote_get_uint(value);
    if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max())
      throw error("invalid-argument", std::to_string(number) + " is out of the range of " + name());
    return static_cast<T>(number);
  }
  static void put(mote_writer *out, T value) {
    if constexpr (std::is_signed_v<T>)
      mote_put_int(out, value);
    else
      mote_put_uint(out, value);
  }
};

template <> struct type<float> {
  static std::string name() { return "f32"; }
  static float get(mote_value value) { return mote_get_float(value); }
  static void put(mote_writer *out, float value) { mote_put_float(out, value); }
};

template <> struct type<double> {
  static std::string name() { return "f64"; }
  static double get(mote_value value) { return mote_get_double(value); }
  static void put(mote_writer *out, double value) { mote_put_double(out, value); }
};

template <> struct type<std::string_view> {
  static std::string name() { return "string"; }
  static std::string_view get(mote_value value) {
    mote_text text = mote_get_text(value);
    return {text.data, text.size};
  }
  static void put(mote_writer *out, std::string_view text) { mote_put_text(out, text.data(), text.size()); }
};

template <> struct type<std::string> : type<std::string_view> {
  static std::string get(mote_value value) { return std::string(type<std::string_view>::get(value)); }
};

template <> struct type<const char *> : type<std::string_view> {};

template <> struct type<mote_value> {
  static std::string name() { return "any"; }
  static mote_value get(mote_value value) { return value; }
  static void put(mote_writer *out, mote_value value) { mote_put_value(out, value); }
};

template <> struct type<std::vector<std::uint8_t>> {
  static std::string name() { return "bytes"; }
  static std::vector<std::uint8_t> get(mote_value value) {
    mote_text bytes = mote_get_bytes(value);
    return {bytes.data, bytes.data + bytes.size};
  }
  static void put(mote_writer *out, const std::vector<std::uint8_t> &bytes) {
    mote_put_bytes(out, bytes.data(), bytes.size());
  }
};

template <class T> struct type<std::vector<T>> {
  static std::string name() { return "[" + type<T>::name() + "]"; }
  static std::vector<T> get(mote_value list) {
    std::vector<T> result;
    result.reserve(mote_count(list));
    for (mote_iterator it = mote_begin(list); mote_next(&it);)
      result.push_back(type<T>::get(it.value));
    return result;
  }
  static void put(mote_writer *out, const std::vector<T> &list) {
    mote_put_list(out, list.size());
    for (const auto &item : list)
      type<T>::put(out, item);
  }
};

template <class K, class V> struct type<std::map<K, V>> {
  static std::string name() { return "map<" + type<K>::name() + ", " + type<V>::name() + ">"; }
  static std::map<K, V> get(mote_value map) {
    std::map<K, V> result;
    for (mote_iterator it = mote_begin(map); mote_next(&it);)
      result.emplace(type<K>::get(it.key), type<V>::get(it.value));
    return result;
  }
  static void put(mote_writer *out, const std::map<K, V> &map) {
    mote_put_map(out, map.size());
    for (const auto &[key, value] : map) {
      type<K>::put(out, key);
      type<V>::put(out, value);
    }
  }
};

template <class T> struct type<std::optional<T>> {
  static std::string name() { return type<T>::name() + "?"; }
  static std::optional<T> get(mote_value value) {
    mote_kind kind = mote_kind_of(value);
    if (kind == MOTE_NULL || kind == MOTE_NONE)
      return std::nullopt;
    return type<T>::get(value);
  }
  static void put(mote_writer *out, const std::optional<T> &value) {
    if (value)
      type<T>::put(out, *value);
    else
      mote_put_null(out);
  }
};

/* Offers a function: an object at file level. It must live as long as mote_serve. */
template <class F> class function {
public:
  function(const char *name, std::initializer_list<std::string> parameters, F body)
      : body_(std::move(body)), signature_(shape(&F::operator()).signature(name, parameters)) {
    mote_register_with(name, signature_.c_str(), answer, this);
  }
  function(const function &) = delete;
  function &operator=(const function &) = delete;

private:
  template <class R, class... A> struct typed {
    static std::string signature(const char *name, const std::vector<std::string> &parameters) {
      if (parameters.size() != sizeof...(A))
        throw std::invalid_argument(std::string(name) + ": there must be a name for each parameter");
      std::string all;
      std::size_t i = 0;
      ((all += (i == 0 ? "" : ", ") + parameters[i] + ": " + type<std::decay_t<A>>::name(), i++), ...);
      if constexpr (std::is_void_v<R>)
        return "(" + all + ")";
      else
        return "(" + all + ") -> " + type<std::decay_t<R>>::name();
    }
    static void call(F &body, mote_call *call) { apply(body, call, std::index_sequence_for<A...>()); }
    template <std::size_t... I> static void apply(F &body, mote_call *call, std::index_sequence<I...>) {
      if constexpr (std::is_void_v<R>)
        body(type<std::decay_t<A>>::get(mote_argument(call, I))...);
      else
        type<std::decay_t<R>>::put(mote_result(call), body(type<std::decay_t<A>>::get(mote_argument(call, I))...));
    }
  };
  template <class R, class... A> static typed<R, A...> shape(R (F::*)(A...) const) { return {}; }
  template <class R, class... A> static typed<R, A...> shape(R (F::*)(A...)) { return {}; }

  static void answer(mote_call *call) {
    try {
      decltype(shape(&F::operator()))::call(static_cast<function *>(mote_context(call))->body_, call);
    } catch (const error &e) {
      mote_fail(call, e.code().c_str(), "%s", e.what());
    } catch (const std::exception &e) {
      mote_fail(call, "failed", "%s", e.what());
    } catch (...) {
      mote_fail(call, "failed", "an exception that is no std::exception");
    }
  }

  F body_;
  std::string signature_;
};

/* Calls a function of the host. Throws mote::error if it fails. */
template <class R = void, class... A> R call(const char *name, const A &...arguments) {
  static_assert(!std::is_same_v<R, std::string_view> && !std::is_same_v<R, mote_value>, "a view would not last");
  struct ended {
    mote_host_call *call;
    ~ended() { mote_end(call); }
  } host{mote_host(name, sizeof...(A))};
  (type<std::decay_t<const A &>>::put(mote_arguments(host.call), arguments), ...);
  if (!mote_invoke(host.call)) {
    mote_text code = mote_error_code(host.call), message = mote_error_message(host.call);
    throw error({code.data, code.size}, {message.data, message.size});
  }
  if constexpr (!std::is_void_v<R>)
    return type<R>::get(mote_reply(host.call));
}

/* mote_on_restore for anything that can be called; it must not throw. */
inline void on_restore(std::function<void()> callback) {
  auto call = [](void *function) noexcept { (*static_cast<std::function<void()> *>(function))(); };
  mote_on_restore(call, new std::function<void()>(std::move(callback))); // for as long as the program lives
}

} // namespace mote
#endif
