package io.fleetinstaller;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * The architecture of the README as rules. Public, so that the other modules hold their own classes
 * to the same ones.
 */
@AnalyzeClasses(packages = "io.fleetinstaller", importOptions = ProductionCode.class)
public class ArchitectureTest {
  private static final String[] NOUNS = {"java..", "org.jspecify..", "io.fleetinstaller.release.."};

  private static final List<Door> DOORS =
      List.of(
          new Door(List.of("com.fasterxml.jackson", "org.yaml"), "io", 4),
          new Door(List.of("okhttp3", "okio"), "http", 2),
          new Door(List.of("org.apache.commons.compress"), "io", 0),
          new Door(List.of("com.github.luben.zstd"), "io", 2),
          new Door(List.of("picocli"), "cli", Integer.MAX_VALUE),
          new Door(List.of("ch.qos.logback"), "", 1));

  /** Calls that ask the machine for the time or for luck, which tests could then not decide. */
  private static final Set<String> UNDECIDABLE =
      Set.of(
          "java.lang.System.currentTimeMillis()",
          "java.lang.System.nanoTime()",
          "java.lang.Math.random()",
          "java.util.UUID.randomUUID()",
          "java.util.concurrent.ThreadLocalRandom.current()");

  @ArchTest
  static final ArchRule packages_have_no_cycles =
      slices().matching("io.fleetinstaller.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

  @ArchTest
  static final ArchRule release_knows_the_jdk_only =
      classes()
          .that()
          .resideInAPackage("io.fleetinstaller.release..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(NOUNS)
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule upgrade_knows_release_and_io_only =
      classes()
          .that()
          .resideInAPackage("io.fleetinstaller.upgrade..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              Stream.concat(
                      Stream.of(NOUNS),
                      Stream.of(
                          "io.fleetinstaller.upgrade..", "io.fleetinstaller.io..", "org.slf4j.."))
                  .toArray(String[]::new))
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule time_and_chance_come_in_from_outside =
      noClasses()
          .that(DescribedPredicate.not(assembling()))
          .should()
          .callCodeUnitWhere(undecidable())
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule names_say_the_thing =
      noClasses()
          .should()
          .haveNameMatching(".*(Impl|Manager|Helper|Utils?)")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule statics_hold_no_state =
      fields().that().areStatic().should().beFinal().allowEmptyShould(true);

  @ArchTest
  static final ArchRule every_package_is_null_marked =
      classes().should(liveInANullMarkedPackage()).allowEmptyShould(true);

  @ArchTest
  static void each_library_enters_through_its_door(JavaClasses all) {
    assertThat(DOORS).flatExtracting(door -> door.broken(all)).isEmpty();
  }

  private static DescribedPredicate<JavaClass> assembling() {
    return nameMatching("io\\.fleetinstaller\\.(io\\.SystemTime|[a-z]+\\.Main)(\\$.*)?")
        .as("the clock's door and the composition roots")
        .forSubtype();
  }

  private static DescribedPredicate<JavaCall<?>> undecidable() {
    return target(
        DescribedPredicate.describe(
            "asks for the time or for luck",
            (AccessTarget.CodeUnitCallTarget called) ->
                UNDECIDABLE.contains(called.getFullName())
                    || asksTheClock(called)
                    || sleeps(called)
                    || makesLuck(called)));
  }

  private static boolean asksTheClock(AccessTarget.CodeUnitCallTarget called) {
    boolean ambient = called.getName().equals("now") && called.getRawParameterTypes().isEmpty();
    boolean system = called.getName().startsWith("system") || called.getName().startsWith("tick");
    return called.getOwner().getPackageName().equals("java.time")
        && (ambient || (system && called.getOwner().getSimpleName().equals("Clock")));
  }

  private static boolean sleeps(AccessTarget.CodeUnitCallTarget called) {
    return called
            .getFullName()
            .matches("java\\.(lang\\.Thread|util\\.concurrent\\.TimeUnit)\\.sleep\\(.*")
        || called.getFullName().matches(".*\\.LockSupport\\.park(Nanos|Until)\\(.*");
  }

  private static boolean makesLuck(AccessTarget.CodeUnitCallTarget called) {
    return (called.getName().equals("<init>")
            && assignableTo(java.util.Random.class).test(called.getOwner()))
        || called.getFullName().startsWith("java.util.random.RandomGenerator.getDefault(")
        || called.getFullName().startsWith("java.util.random.RandomGenerator.of(");
  }

  private static ArchCondition<JavaClass> liveInANullMarkedPackage() {
    return new ArchCondition<>("live in a package with a @NullMarked package-info") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
          events.add(
              SimpleConditionEvent.violated(type, type.getPackageName() + " is not @NullMarked"));
        }
      }
    };
  }
}
