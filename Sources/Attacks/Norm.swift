/// What measures a perturbation.
public enum Norm: String, Hashable, Sendable, CaseIterable, Codable {
  /// The largest change of a pixel.
  case linf
  /// The Euclidean length of the change.
  case l2
}
