package io.fleetinstaller.packaging;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The people who sign what a guest follows, each with keys of their own, and the repository that
 * they make with the product. Of node-exporter the catalog knows {@code old} and {@code new} in
 * channel stable and {@code old} in channel edge, and Ada has asked for {@code old} in group prod.
 */
final class Fleet {
  static final String SECURE = "https://registry.bed:5449";

  /** For a daemon whose clock is so wrong that no certificate counts. */
  static final String PLAIN = "http://127.0.0.1:5450";

  private static final String TRUST_ROOT = "/etc/fleet-installer/trust/root.json";
  private static final String WORKSHOP = ". /usr/local/lib/bed/fleet\n";
  private static final int SECONDS_TO_FOLLOW = 60;

  private final Guest guest;

  Fleet(Guest guest) {
    this.guest = guest;
    guest.sh(WORKSHOP);
  }

  /** The repository, as it was at first. */
  void asAtFirst() {
    does("rm -rf repo evil; cp -a base repo");
  }

  /** Runs a script in the workshop of these people, which must succeed; its output. */
  String does(String script) {
    return guest.sh(WORKSHOP + script);
  }

  /** The same, and it may fail. */
  Guest.Result tries(String script) {
    return guest.run("bash", "-c", WORKSHOP + script);
  }

  /** Ada asks for a release in group prod. */
  void deploys(String release, String... lines) {
    String quoted = String.join("' '", lines);
    does(
        """
        repo deploy --group prod "$(wish %s '%s')"
        out ada
        """
            .formatted(release, quoted));
  }

  /** A host of group prod that trusts these people and follows their repository. */
  void isFollowedFrom(String url) {
    isFollowed("{url: \"%s\"}".formatted(url), "\"" + Rig.GOOD + "\"");
  }

  /** The same, with a section {@code source} and a list of registries. */
  void isFollowed(String source, String repositories) {
    guest.sh("install -D -m644 /srv/fleet/base/public/metadata/1.root.json " + TRUST_ROOT);
    guest.write(
        "/etc/fleet-installer/installer.yaml",
        """
        source: %s
        channels: [stable, edge]
        groups: [prod]
        host: {id: guest, tags: {env: prod}}
        poll: {interval: 1s, holdOff: 0s}
        report: {url: "%s/report"}
        disk: {reserve: 1MiB}
        registry: {repositories: [%s], authFile: /etc/fleet-installer/auth.json}
        network: {ca: /etc/bed/tls/ca.crt}
        """
            .formatted(source, SECURE, repositories));
  }

  /** Waits until {@code status --json} fulfils a condition of jq. */
  void sees(String condition) {
    assertThat(guest.within(SECONDS_TO_FOLLOW, status(condition)))
        .as("never saw %s in%n%s", condition, guest.run("fleet-installer", "status", "--json"))
        .isTrue();
  }

  private static String status(String condition) {
    return "curl -sf --unix-socket /run/fleet-installer/installer.sock http://local/v1/status"
        + " | jq -e '%s' > /dev/null".formatted(condition);
  }

  /** What {@code explain --json} says of node-exporter, through jq. */
  String explained(String filter) {
    return guest.sh("fleet-installer explain node-exporter --json | jq -r '%s'".formatted(filter));
  }
}
