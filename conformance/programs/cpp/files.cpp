// std::filesystem and fstream on a tree of its own.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

namespace fs = std::filesystem;

static std::string contents(const fs::path &path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

int main() {
  fs::path root = "/tmp/mote-case";
  std::cout << fs::create_directories(root / "a/b/c") << fs::create_directories(root / "a/b/c") << '\n';
  fs::current_path(root);
  std::ofstream("a/one.txt") << "one\n" << 1 << '\n';
  std::ofstream("a/b/two.txt") << std::string(10000, '2');
  fs::create_symlink("one.txt", "a/link");
  fs::copy_file("a/one.txt", "a/b/c/copy.txt");
  std::vector<std::string> names;
  for (auto &entry : fs::recursive_directory_iterator(root)) {
    names.push_back(fs::relative(entry.path(), root).string() + (entry.is_symlink() ? "@" : entry.is_directory() ? "/" : ""));
  }
  std::ranges::sort(names);
  for (auto &name : names) std::cout << name << '\n';
  std::cout << fs::file_size("a/b/two.txt") << ' ' << fs::read_symlink("a/link") << ' ' << contents("a/b/c/copy.txt");
  fs::rename("a/b", "moved");
  std::cout << fs::exists("a/b") << fs::exists("moved/two.txt") << '\n';
  fs::resize_file("moved/two.txt", 5);
  std::cout << contents("moved/two.txt") << '\n';
  std::cout << fs::canonical("a/link") << ' ' << fs::weakly_canonical("a/../nothing/x") << '\n';
  fs::permissions("a/one.txt", fs::perms::owner_read);
  std::cout << std::oct << static_cast<int>(fs::status("a/one.txt").permissions()) << std::dec << '\n';
  std::error_code error;
  fs::remove("moved", error);
  std::cout << error.message() << '\n';
  std::cout << fs::remove_all(root) << ' ' << fs::exists(root) << '\n';
  try {
    std::cout << fs::file_size("/tmp/mote-case/none");
  } catch (const fs::filesystem_error &e) {
    std::cout << e.code().value() << '\n';
  }
  std::fstream out("/tmp/none/none");
  std::cout << out.is_open() << '\n';
  return 0;
}
