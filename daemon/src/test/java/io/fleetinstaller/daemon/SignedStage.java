package io.fleetinstaller.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetinstaller.release.Release;
import io.fleetinstaller.repo.Publisher;
import java.nio.file.Path;

/** A stage that follows a signed repository with two releases of the agent. */
final class SignedStage {
  final Stage stage;
  final Publisher publisher;
  final Path site;
  final Release one;
  final Release two;

  SignedStage(Path folder) throws Exception {
    stage = new Stage(folder);
    publisher = new Publisher(folder.resolve("repo"), stage.time);
    site = folder.resolve("site");
    one = stage.release("1");
    two = stage.release("2");
    publisher.add(stage.layout(), one);
    publisher.add(stage.layout(), two);
    stage.follow(site, publisher.root(), "");
  }

  void installed() throws Exception {
    deploy(one, "");
    stage.start().poll();
    assertThat(stage.current()).isEqualTo("1");
  }

  void deploy(Release release, String more) throws Exception {
    publisher.deploy(release, more);
    publisher.publish();
    Publisher.copy(publisher.site(), site);
  }

  String code() throws Exception {
    return stage.explain().object("outlook").object("reason").text("code");
  }
}
