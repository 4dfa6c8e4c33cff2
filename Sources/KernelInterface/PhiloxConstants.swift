/// The constants of Philox-4×32 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
/// as 1, 2, 3", SC 2011, section 3.3 and table 2).
public enum PhiloxConstants {
  public static let rounds = 10
  /// Of the first and of the third word.
  @inlinable public static var multipliers: SIMD2<UInt32> { SIMD2(0xD251_1F53, 0xCD9E_8D57) }
  /// What is added to the key after every round.
  @inlinable public static var keySteps: SIMD2<UInt32> { SIMD2(0x9E37_79B9, 0xBB67_AE85) }
}
