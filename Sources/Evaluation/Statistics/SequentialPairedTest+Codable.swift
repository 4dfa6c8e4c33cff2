extension SequentialPairedTest: Codable {
  private enum CodingKeys: String, CodingKey {
    case count, onlyBaselineCorrect, onlyCandidateCorrect, alpha
    case differencePoints, intervalPoints, pValue
  }

  /// The counts and the level; what follows from them is computed again.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let count = try container.decode(Int.self, forKey: .count)
    let baseline = try container.decode(Int.self, forKey: .onlyBaselineCorrect)
    let candidate = try container.decode(Int.self, forKey: .onlyCandidateCorrect)
    let alpha = try container.decode(Double.self, forKey: .alpha)
    guard min(baseline, candidate) >= 0, max(baseline, candidate) <= count,
      baseline <= count - candidate, 0 < alpha, alpha < 1
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .count, in: container,
        debugDescription: "The counts do not fit together, or the level is not between 0 and 1.")
    }
    self.init(
      count: count, onlyBaselineCorrect: baseline, onlyCandidateCorrect: candidate, alpha: alpha)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(count, forKey: .count)
    try container.encode(onlyBaselineCorrect, forKey: .onlyBaselineCorrect)
    try container.encode(onlyCandidateCorrect, forKey: .onlyCandidateCorrect)
    try container.encode(alpha, forKey: .alpha)
    try container.encode(differencePoints, forKey: .differencePoints)
    try container.encode(intervalPoints, forKey: .intervalPoints)
    try container.encode(pValue, forKey: .pValue)
  }
}
