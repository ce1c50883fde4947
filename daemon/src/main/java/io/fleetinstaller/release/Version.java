package io.fleetinstaller.release;

import java.util.regex.Pattern;

/**
 * What people call a release. It is for people and for order, never for identity. Order is Debian's
 * (deb-version(7)) without epochs: runs of digits compare as numbers, {@code ~} sorts before
 * everything, even the end.
 */
public record Version(String value) implements Comparable<Version> {
  private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._+~-]{1,64}");

  public Version {
    if (!LEGAL.matcher(value).matches() || value.startsWith(".") || value.startsWith("-")) {
      throw new IllegalArgumentException(
          "'%s' is not a version; use 1 to 64 of A-Z a-z 0-9 . _ + ~ - and do not begin with . or -"
              .formatted(value));
    }
  }

  @Override
  public int compareTo(Version other) {
    int here = 0;
    int there = 0;
    while (here < value.length() || there < other.value.length()) {
      int digitsHere = wordEnd(value, here);
      int digitsThere = wordEnd(other.value, there);
      int byWord =
          compareWords(
              value.substring(here, digitsHere), other.value.substring(there, digitsThere));
      if (byWord != 0) {
        return byWord;
      }
      here = numberEnd(value, digitsHere);
      there = numberEnd(other.value, digitsThere);
      int byNumber =
          compareNumbers(
              value.substring(digitsHere, here), other.value.substring(digitsThere, there));
      if (byNumber != 0) {
        return byNumber;
      }
    }
    // 1.0 and 1.00 sort alike; the text decides, so that order agrees with equals.
    return value.compareTo(other.value);
  }

  private static int wordEnd(String text, int from) {
    int end = from;
    while (end < text.length() && !isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static int numberEnd(String text, int from) {
    int end = from;
    while (end < text.length() && isDigit(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static int compareWords(String one, String two) {
    for (int i = 0; i < Math.max(one.length(), two.length()); i++) {
      int difference = weight(one, i) - weight(two, i);
      if (difference != 0) {
        return difference;
      }
    }
    return 0;
  }

  private static int weight(String word, int index) {
    if (index >= word.length()) {
      return 0;
    }
    char letter = word.charAt(index);
    if (letter == '~') {
      return -1;
    }
    return Character.isLetter(letter) ? letter : letter + 256;
  }

  private static int compareNumbers(String one, String two) {
    String plainOne = one.replaceFirst("^0+", "");
    String plainTwo = two.replaceFirst("^0+", "");
    return plainOne.length() != plainTwo.length()
        ? plainOne.length() - plainTwo.length()
        : plainOne.compareTo(plainTwo);
  }

  private static boolean isDigit(char letter) {
    return letter >= '0' && letter <= '9';
  }

  @Override
  public String toString() {
    return value;
  }
}
