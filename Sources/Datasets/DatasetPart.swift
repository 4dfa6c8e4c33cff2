/// What a set of examples is for.
public enum DatasetPart: String, Hashable, Sendable, Codable, CaseIterable {
  /// Examples that parameters are fitted to.
  case training
  /// Examples of the training set that are kept from fitting, for choices such as the best epoch.
  case validation
  /// Examples that only the final evaluation sees.
  case test
}
