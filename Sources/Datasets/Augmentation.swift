/// Random changes of training images that leave their class as it is.
public struct Augmentation: Hashable, Sendable {
  /// The most pixels that an image moves in each direction; 0 leaves it in place. What moves in is
  /// black, as in a random crop of an image padded with `shift` zeros.
  public let shift: Int
  /// Whether every other image, on average, is mirrored left to right.
  public let flips: Bool

  public static let none = Augmentation()

  /// What shifts may be.
  public static let shifts = 0...1024

  /// - Precondition: `shift` is in ``shifts``.
  public init(shift: Int = 0, flips: Bool = false) {
    precondition(Self.shifts.contains(shift), "Augmentation: a shift of \(shift)")
    self.shift = shift
    self.flips = flips
  }
}
