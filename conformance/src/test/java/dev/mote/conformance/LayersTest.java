package dev.mote.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A layer knows only the one below it. The module descriptors say so too; this test also holds
/// where code runs on the class path, and against a descriptor that was widened in passing.
class LayersTest {
  private static final List<String> LAYERS =
      List.of("dev.mote.cli", "dev.mote", "dev.mote.linux", "dev.mote.machine");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(LAYERS); // with what is below them, such as dev.mote.values

  @ParameterizedTest
  @CsvSource({
    "dev.mote.cli, dev.mote",
    "dev.mote, dev.mote.linux",
    "dev.mote.linux, dev.mote.machine",
    "dev.mote.machine, dev.mote.machine"
  })
  void aLayerKnowsOnlyTheOneBelow(String layer, String below) {
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAPackage(layer)
        .should()
        .dependOnClassesThat(inAnotherLayerThan(layer, below))
        .check(CLASSES);
  }

  @Test
  void valuesStandBesideTheLowerLayers() {
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAPackage("dev.mote.values")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(LAYERS.toArray(String[]::new))
        .check(CLASSES);
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAnyPackage("dev.mote.linux", "dev.mote.machine")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.mote.values")
        .check(CLASSES);
  }

  @Test
  void theStoreKnowsTheSandboxAndOnlyTheCommandTheStore() {
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAPackage("dev.mote.store")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.mote.cli", "dev.mote.linux", "dev.mote.machine", "dev.mote.values")
        .check(CLASSES);
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAnyPackage("dev.mote", "dev.mote.linux", "dev.mote.machine", "dev.mote.values")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.mote.store")
        .check(CLASSES);
  }

  @Test
  void treesKnowWhatATreeIsAndNothingElseOfMote() {
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAPackage("dev.mote.trees")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are of Mote, and neither a tree's nor JSON",
                used ->
                    used.getPackageName().startsWith("dev.mote")
                        && !List.of("dev.mote.trees", "dev.mote.json")
                            .contains(used.getPackageName())
                        && !used.getName().startsWith("dev.mote.linux.TreeNode")))
        .check(CLASSES);
    ArchRuleDefinition.noClasses()
        .that()
        .resideInAnyPackage("dev.mote", "dev.mote.linux", "dev.mote.machine", "dev.mote.values")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.mote.trees", "dev.mote.json")
        .check(CLASSES);
  }

  @Test
  void everyLayerWasFound() {
    assertThat(CLASSES)
        .extracting(JavaClass::getPackageName)
        .containsAll(LAYERS)
        .contains("dev.mote.values", "dev.mote.store", "dev.mote.trees", "dev.mote.json");
  }

  private static DescribedPredicate<JavaClass> inAnotherLayerThan(String layer, String below) {
    return DescribedPredicate.describe(
        "are in a layer other than " + layer + " and " + below,
        used -> {
          String name = used.getPackageName();
          return LAYERS.contains(name) && !name.equals(layer) && !name.equals(below);
        });
  }
}
