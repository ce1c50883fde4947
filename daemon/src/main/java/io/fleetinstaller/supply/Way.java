package io.fleetinstaller.supply;

import io.fleetinstaller.slots.Delivery;
import io.fleetinstaller.slots.Inventory;
import io.fleetinstaller.slots.Stock;
import java.util.Optional;

/**
 * One way to get all that a release needs. What it costs is counted while its delivery is staged,
 * every time that it is.
 *
 * @param name for people, e.g. {@code by ranges}
 * @param estimate what it will cost, known before its first byte
 * @param rest the same way to what is still missing
 */
public record Way(String name, Cost estimate, Delivery delivery, Bill bill, Rest rest) {

  /** Makes a way out of what there is now. */
  @FunctionalInterface
  public interface Rest {
    Optional<Way> of(Inventory inventory, Stock stock);
  }

  /**
   * Its bytes were not what they should be: whoever sent parts of layers is asked last when the
   * same parts are asked for again.
   */
  public void distrust() {
    bill.wrong();
  }

  /** Its bytes were what they should be. */
  public void trust() {
    bill.right();
  }

  /** It is gone once more, from its beginning. */
  public void again() {
    bill.again();
  }

  /** What it really cost so far. */
  public Cost cost() {
    return bill.total();
  }
}
