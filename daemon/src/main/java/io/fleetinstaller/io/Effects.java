package io.fleetinstaller.io;

/**
 * The doors through which every change to a host goes, so that whoever holds them can see, name and
 * disturb each.
 *
 * @param disk what is durable when its method returns
 * @param scratch what counts for nothing yet
 * @param programs the words to the init system and its like
 */
public record Effects(Disk disk, Scratch scratch, Programs programs) {

  /** The ones that do what they are told. */
  public static Effects real() {
    return new Effects(new DurableDisk(), new FileScratch(), new ChildPrograms());
  }
}
