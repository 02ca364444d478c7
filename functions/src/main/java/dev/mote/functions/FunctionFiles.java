package dev.mote.functions;

import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Which language a function is in, and which of its files is loaded, as its settings say or its
/// files show.
///
/// @param main from the function's folder
public record FunctionFiles(Language language, String main) {
  /// @param names at the top of the function's folder
  /// @param packageFile its `package.json`, read only if it matters
  /// @throws FunctionException if they show none; the message says what is looked for
  static FunctionFiles find(
      FunctionSettings settings, List<String> names, Supplier<PackageFile> packageFile) {
    Language said = settings.language() == null ? null : Language.of(settings.language());
    String main = settings.main();
    if (main != null) {
      return new FunctionFiles(said == null ? byFile(main, packageFile) : said, main);
    }
    for (Language language : said == null ? List.of(Language.values()) : List.of(said)) {
      String found = main(language, said != null, names, packageFile);
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

  /// JavaScript that needs packages is for Node.js. Those also say themselves which file is loaded.
  private static @Nullable String main(
      Language language, boolean isSaid, List<String> names, Supplier<PackageFile> packageFile) {
    if (language == Language.NODE && packageFile.get().hasMainAmong(names)) {
      return packageFile.get().main();
    }
    String usual = language.main(names);
    boolean isForNode =
        language == Language.JAVASCRIPT
            && !isSaid
            && usual != null
            && packageFile.get().hasDependencies();
    return isForNode ? null : usual;
  }

  private static Language byFile(String main, Supplier<PackageFile> packageFile) {
    @Nullable Language found = Language.byExtension(main);
    if (found == Language.JAVASCRIPT && packageFile.get().hasDependencies()) {
      return Language.NODE;
    }
    return Objects.requireNonNullElse(found, Language.PROGRAM);
  }
}
