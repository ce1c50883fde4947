package io.fleetinstaller.systemd;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.fleetinstaller.ArchitectureTest;
import io.fleetinstaller.ProductionCode;

/** The same rules, with this module's classes in sight. */
@AnalyzeClasses(packages = "io.fleetinstaller", importOptions = ProductionCode.class)
class SystemdArchitectureTest {
  @ArchTest static final ArchTests rules = ArchTests.in(ArchitectureTest.class);
}
