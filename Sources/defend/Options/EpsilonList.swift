internal import ArgumentParsing
internal import Attacks

/// ε on the command line: a number in 0…1, or a fraction such as `8/255`; a list of them is joined
/// by commas.
struct EpsilonList: ExpressibleByArgument {
  let values: [Double]

  func threats(_ norm: Norm) -> [ThreatModel] {
    values.map { ThreatModel(epsilon: $0, norm: norm) }
  }

  static var argumentFormat: ArgumentFormat<EpsilonList> {
    ArgumentFormat(
      write: { $0.values.map(EpsilonFormat.text).joined(separator: ",") },
      read: { text throws(ValidationError) in EpsilonList(values: try values(text)) })
  }

  private static func values(_ text: String) throws(ValidationError) -> [Double] {
    var values: [Double] = []
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    for part in parts {
      let value: Double
      do throws(ValidationError) {
        value = try EpsilonFormat.value(String(part))
      } catch {
        throw parts.count == 1 ? error : ValidationError("'\(part)' is \(error.message)")
      }
      if values.contains(value) { throw ValidationError("ε \(part) is given twice") }
      values.append(value)
    }
    return values
  }
}

enum EpsilonFormat {
  static func value(_ text: String) throws(ValidationError) -> Double {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) }
    let value: Double? =
      switch parts.count {
      case 1: parts[0]
      case 2: parts[0].flatMap { top in parts[1].map { top / $0 } }
      default: nil
      }
    guard let value, (0...limit).contains(value) else {
      throw ValidationError("not a number of at least 0, such as 0.1 or 8/255")
    }
    return value
  }

  /// No image is further from another in L2.
  private static let limit = 10_000.0

  /// - Throws: a `ValidationError` for a radius that the norm does not know.
  static func check(_ values: [Double], norm: Norm) throws(ValidationError) {
    for value in values where !ThreatModel.allows(epsilon: value, norm: norm) {
      throw ValidationError(
        "--eps \(text(value)) is beyond the range of pixels; in the norm \(norm.rawValue) it is "
          + "between 0 and 1, such as 0.1 or 8/255")
    }
  }

  static func text(_ value: Double) -> String { "\(value)" }
}

extension ArgumentFormat<Double> {
  /// A number in 0…1, or a fraction such as `8/255`.
  static let epsilon = ArgumentFormat(write: EpsilonFormat.text) { text throws(ValidationError) in
    try EpsilonFormat.value(text)
  }
}
