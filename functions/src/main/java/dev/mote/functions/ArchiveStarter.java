package dev.mote.functions;

import dev.mote.SandboxPool;

/// Starts the programs of functions from their archives.
///
/// @param usual what holds where a function says nothing
/// @param pool that the versions are called in
record ArchiveStarter(
    FunctionStore store, FunctionSettings usual, Runtimes runtimes, SandboxPool pool)
    implements Starter {
  @Override
  public FunctionVersion start(FunctionStore.Entry entry) {
    return FunctionVersion.start(
        entry.name(), store.archive(entry.digest()), entry.digest(), usual, runtimes, pool);
  }

  @Override
  public FunctionSettings settings(FunctionStore.Entry entry) {
    try (Bundle bundle = Bundle.open(store.archive(entry.digest()), usual)) {
      return bundle.settings();
    }
  }
}
