package dev.mote.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CookiesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a=b                                  | a=b; Path=/fn/f
          a=b; Path=/                          | a=b; Path=/fn/f
          a=b; Path=/fn/f                      | a=b; Path=/fn/f
          a=b; Path=/fn/f/cart; Secure         | a=b; Secure; Path=/fn/f/cart
          a=b; Path=/fn/fg                     | a=b; Path=/fn/f
          a=b; Path=/fn/other/x                | a=b; Path=/fn/f
          a=b; Path=/fn/f; path = /fn/g        | a=b; Path=/fn/f
          a=b; Path=/fn/f/x; PATH              | a=b; Path=/fn/f
          a=b; DOMAIN=localhost; HttpOnly      | a=b; HttpOnly; Path=/fn/f
          Path=/; Max-Age=1                    | Path=/; Max-Age=1; Path=/fn/f
          Domain=x                             | Domain=x; Path=/fn/f
          a=b;;Expires=Wed, 09 Jun 2027 1:0:0  | a=b;;Expires=Wed, 09 Jun 2027 1:0:0; Path=/fn/f
          ;                                    | ;; Path=/fn/f
          """)
  void aCookieOfAPathIsSentToNothingElse(String said, String told) {
    assertThat(Cookies.confined(said, "/fn/f")).isEqualTo(told);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a=b                              | a=b
          a=b; Path=/; Domain=example.org  | a=b; Path=/
          a=b; Path=/cart; SameSite=Lax    | a=b; SameSite=Lax; Path=/cart
          a=b; Path=nothing                | a=b
          a=b; Domain                      | a=b
          """)
  void aCookieOfAHostIsSentToNoOtherHost(String said, String told) {
    assertThat(Cookies.confined(said, "")).isEqualTo(told);
  }
}
