package io.fleetinstaller.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.TarEntry;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an entry of an archive may have that its table of contents does not say. */
final class ListedTest {
  private static final TarEntry.Owner NAMED = new TarEntry.Owner(7, 8, "daemon", "daemon");
  private static final TarEntry.Owner NUMBERS = new TarEntry.Owner(7, 8, "", "");
  private static final FileTime NO_TIME = FileTime.from(Instant.EPOCH);
  private static final FileTime LATER = FileTime.from(Instant.EPOCH.plusSeconds(1));

  @Test
  void a_table_of_ours_says_all_there_is_of_names_and_times() {
    assertThat(ours(NAMED, LATER, NAMED, LATER)).isEmpty();
    assertThat(ours(NUMBERS, LATER, NAMED, LATER)).isEqualTo("its owner");
    assertThat(ours(NAMED, LATER, NUMBERS, LATER)).isEqualTo("its owner");
    assertThat(ours(NAMED, LATER, NAMED, NO_TIME)).isEqualTo("its time of last change");
    assertThat(ours(NAMED, NO_TIME, NAMED, LATER)).isEqualTo("its time of last change");
  }

  @Test
  void a_table_of_others_says_nothing_of_names_and_need_not_say_the_time() {
    assertThat(others(NUMBERS, LATER, NAMED, LATER)).isEmpty();
    assertThat(others(NUMBERS, NO_TIME, NAMED, LATER)).isEmpty();
    assertThat(others(NUMBERS, LATER, NAMED, NO_TIME)).isEqualTo("its time of last change");
    assertThat(others(new TarEntry.Owner(9, 8, "", ""), LATER, NAMED, LATER))
        .isEqualTo("its owner");
  }

  private static String ours(
      TarEntry.Owner said, FileTime then, TarEntry.Owner found, FileTime now) {
    return Listed.difference(entry(said, then), entry(found, now), true).orElse("");
  }

  private static String others(
      TarEntry.Owner said, FileTime then, TarEntry.Owner found, FileTime now) {
    return Listed.difference(entry(said, then), entry(found, now), false).orElse("");
  }

  private static TarEntry entry(TarEntry.Owner owner, FileTime modified) {
    return new TarEntry(
        "folder/", TarEntry.Kind.DIRECTORY, 0755, owner, modified, 0, "", Map.of(), List.of());
  }
}
