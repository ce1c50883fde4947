package io.fleetinstaller.repo;

import io.fleetinstaller.release.Fault;
import io.fleetinstaller.release.Fault.Refused;
import io.fleetinstaller.release.ReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Makes the two sheets that are signed without people: snapshot and timestamp. */
record Online(Workplace place, RootStatement root) {

  Sheet snapshot(SortedMap<RoleName, MetaFile> roles) throws Fault {
    return signed(RoleName.SNAPSHOT, new SnapshotStatement(place.next(RoleName.SNAPSHOT), roles));
  }

  Sheet timestamp(Sheet snapshot) throws Fault {
    return signed(
        RoleName.TIMESTAMP,
        new TimestampStatement(place.next(RoleName.TIMESTAMP), MetaFile.of(snapshot)));
  }

  /** True if the keys are here to sign this role. */
  boolean able(RoleName role) throws Fault {
    int here = 0;
    for (PublicPart key : root.grant(role).keys().values()) {
      here += place.keyring().holds(key) ? 1 : 0;
    }
    return here >= root.grant(role).threshold();
  }

  private Sheet signed(RoleName role, Statement statement) throws Fault {
    Grant grant = root.grant(role);
    Sheet sheet = Sheet.unsigned(statement);
    for (PublicPart key : grant.keys().values()) {
      Optional<SigningKey> here = place.keyring().signing(key);
      if (here.isPresent()) {
        sheet = sheet.with(key, here.get().sign(sheet.payload()));
      }
    }
    if (!sheet.satisfies(grant)) {
      throw new Refused(
          ReasonCode.FORBIDDEN,
          "cannot sign %s: the private half of %s is not in %s"
              .formatted(role, names(sheet.missing(grant)), place.keyring()));
    }
    return sheet;
  }

  private String names(List<PublicPart> keys) throws Fault {
    List<String> names = new ArrayList<>();
    for (PublicPart key : keys) {
      names.add(place.keyring().name(key));
    }
    return String.join(", ", names);
  }
}
