package dev.mote.functions;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Which language a function is in, and which of its files is loaded, as its settings say or its
/// files show.
///
/// @param main from the function's folder
public record FunctionFiles(Language language, String main) {
  /// @param names at the top of the function's folder
  /// @throws FunctionException if they show none; the message says what is looked for
  public static FunctionFiles find(FunctionSettings settings, List<String> names) {
    Language said = settings.language() == null ? null : Language.of(settings.language());
    String main = settings.main();
    if (main != null) {
      return new FunctionFiles(said == null ? byFile(main) : said, main);
    }
    for (Language language : said == null ? List.of(Language.values()) : List.of(said)) {
      String found = language.main(names);
      if (found != null) {
        return new FunctionFiles(language, found);
      }
    }
    throw new FunctionException(
        said == null
            ? "no function was found here: there should be one of "
                + Language.allMains()
                + ", or a function.toml that names the file by main"
            : "a function in %s needs one of %s, or main in function.toml"
                .formatted(said.word(), said.mains()));
  }

  private static Language byFile(String main) {
    @Nullable Language found = Language.byExtension(main);
    return Objects.requireNonNullElse(found, Language.PROGRAM);
  }
}
