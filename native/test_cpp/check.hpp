// A failed CHECK prints where and what, and makes the program end with 1.
#pragma once
#include <cstdio>
#include <cstdlib>

namespace mld::test {

inline int& failures() {
  static int count = 0;
  return count;
}

/// What `main` returns.
inline int finish() {
  if (failures() > 0) std::fprintf(stderr, "%d check(s) failed\n", failures());
  return failures() > 0 ? 1 : 0;
}

}  // namespace mld::test

#define CHECK(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) {                                                                  \
      std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", __FILE__, __LINE__, #condition); \
      ++mld::test::failures();                                                           \
    }                                                                                    \
  } while (false)

// For use in functions that return void, where going on would read what is not there.
#define REQUIRE(condition)                                                                 \
  do {                                                                                     \
    if (!(condition)) {                                                                    \
      std::fprintf(stderr, "%s:%d: REQUIRE failed: %s\n", __FILE__, __LINE__, #condition); \
      ++mld::test::failures();                                                             \
      return;                                                                              \
    }                                                                                      \
  } while (false)
