package io.fleetinstaller.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.io.Tree;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyTest {
  private static final byte[] MESSAGE = "what was signed".getBytes(StandardCharsets.UTF_8);
  private static final TestKey ED25519 = TestKey.ed25519();
  private static final TestKey ECDSA = TestKey.ecdsa();
  private static final TestKey RSA = TestKey.rsa(2048);

  static Stream<TestKey> usable() {
    return Stream.of(
        ED25519,
        ECDSA,
        ECDSA.as("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", TestKey.pem(ECDSA.pair())),
        ECDSA.as("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", point(ECDSA)),
        RSA);
  }

  @ParameterizedTest
  @MethodSource("usable")
  void a_key_verifies_what_it_signed_and_nothing_else(TestKey pair) {
    Key key = Key.parse(pair.published()).orElseThrow();
    byte[] signature = pair.sign(MESSAGE);
    byte[] broken = signature.clone();
    broken[broken.length / 2] ^= 1;

    assertThat(key.verifies(signature, MESSAGE)).isTrue();
    assertThat(key.verifies(signature, "another".getBytes(StandardCharsets.UTF_8))).isFalse();
    assertThat(key.verifies(broken, MESSAGE)).isFalse();
    assertThat(key.verifies(new byte[0], MESSAGE)).isFalse();
  }

  static Stream<Tree.Members> unusable() {
    String ed25519 = TestKey.rawEd25519(ED25519.pair());
    String rsa = TestKey.pem(RSA.pair());
    String ecdsa = TestKey.pem(ECDSA.pair());
    String point = point(ECDSA);
    return Stream.of(
        TestKey.published("ed25519", "ed25519", ed25519.substring(2)),
        TestKey.published("ed25519", "ed25519", ed25519 + "00"),
        TestKey.published("ed25519", "ed25519", "zz" + ed25519.substring(2)),
        TestKey.published("ed25519", "ed25519", rsa),
        TestKey.published("rsa", "ed25519", ed25519),
        TestKey.published("ed25519", "rsassa-pss-sha256", rsa),
        TestKey.published("rsa", "rsa-pkcs1v15-sha256", rsa),
        TestKey.published("ecdsa", "ecdsa-sha2-nistp384", ecdsa),
        TestKey.published("ecdsa", "ecdsa-sha2-nistp256", rsa),
        TestKey.published("rsa", "rsassa-pss-sha256", ecdsa),
        TestKey.published("ecdsa", "ecdsa-sha2-nistp256", point.substring(2)),
        TestKey.published("ecdsa", "ecdsa-sha2-nistp256", "02" + point.substring(2, 66)),
        TestKey.published("ecdsa", "ecdsa-sha2-nistp256", "05" + point.substring(2)),
        TestKey.published("ecdsa", "ecdsa-sha2-nistp256", p384()),
        TestKey.published("rsa", "rsassa-pss-sha256", TestKey.pem(TestKey.rsa(1024).pair())),
        TestKey.published("rsa", "rsassa-pss-sha256", "-----BEGIN PUBLIC KEY-----\nAAAA"),
        TestKey.published("rsa", "rsassa-pss-sha256", rsa.replace("MII", "!!!")),
        Trees.with(ED25519.published(), "keytype", null),
        Trees.with(ED25519.published(), "scheme", null),
        Trees.with(ED25519.published(), "scheme", 1),
        Trees.with(ED25519.published(), "keyval", "x"),
        Trees.with(ED25519.published(), "keyval", Trees.object("public", 1)));
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void a_key_of_another_kind_or_form_is_no_key(Tree.Members published) {
    assertThat(Key.parse(published)).isEmpty();
  }

  @Test
  void a_key_is_itself_in_whatever_form_it_is_published() {
    Key pem = Key.parse(ECDSA.published()).orElseThrow();
    Key hex =
        Key.parse(TestKey.published("ecdsa", "ecdsa-sha2-nistp256", point(ECDSA))).orElseThrow();
    Key other = Key.parse(TestKey.ecdsa().published()).orElseThrow();

    assertThat(hex).isEqualTo(pem);
    assertThat(hex.identity()).isEqualTo(pem.identity()).hasSize(64);
    assertThat(other.identity()).isNotEqualTo(pem.identity());
  }

  @Test
  void the_largest_rsa_key_has_8192_bits() {
    Tree.Members larger =
        TestKey.published("rsa", "rsassa-pss-sha256", rsaPem(BigInteger.ONE.shiftLeft(8192)));
    Tree.Members largest =
        TestKey.published(
            "rsa",
            "rsassa-pss-sha256",
            rsaPem(BigInteger.ONE.shiftLeft(8192).subtract(BigInteger.ONE)));

    assertThat(Key.parse(larger)).isEmpty();
    assertThat(Key.parse(largest)).isPresent();
  }

  @Test
  void an_id_is_the_hash_of_the_whole_published_object() {
    Tree.Members published =
        Trees.object(
            "keytype",
            "ed25519",
            "scheme",
            "ed25519",
            "keyid_hash_algorithms",
            java.util.List.of("sha256", "sha512"),
            "keyval",
            Trees.object(
                "public", "91d413c791907aae0be739d94a1e5e59c5d5ba65a8bbc1fb2153a5680f2d5958"));

    assertThat(Key.id(published))
        .isEqualTo("620dacb7dc843acc731e4483c24ceb4121f4de5545f92d15dc2b13299b660e01");
  }

  private static String rsaPem(BigInteger modulus) {
    try {
      var key =
          java.security.KeyFactory.getInstance("RSA")
              .generatePublic(
                  new java.security.spec.RSAPublicKeySpec(modulus, BigInteger.valueOf(65537)));
      return "-----BEGIN PUBLIC KEY-----\n"
          + java.util.Base64.getEncoder().encodeToString(key.getEncoded())
          + "\n-----END PUBLIC KEY-----";
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String p384() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp384r1"));
      return TestKey.pem(generator.generateKeyPair());
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String point(TestKey key) {
    var point = ((ECPublicKey) key.pair().getPublic()).getW();
    return "04" + hex(point.getAffineX()) + hex(point.getAffineY());
  }

  private static String hex(BigInteger number) {
    byte[] raw = new byte[32];
    byte[] bytes = number.toByteArray();
    int from = Math.max(0, bytes.length - 32);
    System.arraycopy(bytes, from, raw, 32 - (bytes.length - from), bytes.length - from);
    return HexFormat.of().formatHex(raw);
  }
}
