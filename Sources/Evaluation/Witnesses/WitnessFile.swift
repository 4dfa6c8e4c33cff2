public import Attacks
internal import Autodiff
internal import Checkpoints
internal import Configurations

/// The adversarial images of an evaluation, with all that is needed to check them again: a
/// safetensors file.
///
/// Its tensors have a row a witness: `images` `[K, H, W, C]` (float32), and `[K]` int32 each
/// `examples` (places in the data set), `labels`, `predictions`, `radii` and `checkpoints` (places
/// in the lists of the metadata).
public struct WitnessFile: Hashable, Sendable {
  /// A claim: this checkpoint sees another class than the true one in this image.
  public struct Claim: Hashable, Sendable {
    public var example: Int
    public var label: Int32
    public var prediction: Int32
    public var epsilon: Double
    /// The place of the checkpoint in ``WitnessFile/checkpoints``.
    public var checkpoint: Int
    /// `[H, W, C]`
    public var image: [Float]
  }

  public struct Source: Hashable, Sendable {
    public var path: String
    /// The SHA-256 of the checkpoint's file.
    public var digest: String
  }

  public let claims: [Claim]
  public let checkpoints: [Source]
  public let norm: Norm
  /// `[H, W, C]`
  public let imageShape: [Int]
  /// The data set's name, the number of its test images that were used, and their digest.
  public let dataset: (name: String, count: Int, digest: String)

  public static func == (left: WitnessFile, right: WitnessFile) -> Bool {
    left.encoded() == right.encoded()
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(claims) }

  private static let format = "defend witnesses 1"

  /// The witnesses of an evaluation that kept its outcomes.
  ///
  /// - Parameter digests: the SHA-256 of each checkpoint's file, by its path.
  public init(_ result: EvaluationResult, digests: [String: String], imageShape: [Int]) {
    let report = result.report
    checkpoints = report.checkpoints.map {
      Source(path: $0.path, digest: digests[$0.path] ?? "")
    }
    norm = Norm(rawValue: report.threat.norm) ?? .linf
    dataset = (report.dataset.name, report.dataset.count, report.dataset.digest)
    self.imageShape = imageShape
    let claimed = result.outcomes.filter { $0.witness != nil }
    claims = zip(claimed, result.witnesses).map { outcome, image in
      Claim(
        example: outcome.index, label: Int32(outcome.label),
        prediction: Int32(outcome.witness!.prediction), epsilon: outcome.epsilon,
        checkpoint: report.checkpoints.firstIndex { $0.path == outcome.checkpoint }!,
        image: image)
    }
  }

  /// The bytes of the file: the same for the same content.
  public func encoded() -> [UInt8] {
    let radii = epsilons
    func column(_ name: String, _ value: (Claim) -> Int) -> NamedTensor {
      NamedTensor(
        name: name, value: Tensor(claims.map { Int32(value($0)) }, shape: [claims.count]))
    }
    let metadata: [String: JSONValue] = [
      "checkpoints": .array(
        checkpoints.map {
          .object(["path": .string($0.path), "digest": .string($0.digest)])
        }),
      "dataset": .object([
        "name": .string(dataset.name), "count": .integer(dataset.count),
        "digest": .string(dataset.digest),
      ]),
      "epsilons": .array(radii.map { .number($0) }), "norm": .string(norm.rawValue),
      "format": .string(Self.format),
    ]
    return SafetensorsFile(
      tensors: [
        NamedTensor(
          name: "images",
          value: Tensor(claims.flatMap(\.image), shape: [claims.count] + imageShape)),
        column("examples", \.example), column("labels") { Int($0.label) },
        column("predictions") { Int($0.prediction) },
        column("radii") { radii.firstIndex(of: $0.epsilon)! },
        column("checkpoints", \.checkpoint),
      ], metadata: ["witnesses": JSONValue.object(metadata).text]
    ).encoded()
  }

  private var epsilons: [Double] {
    claims.map(\.epsilon).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// Reads a file and trusts nothing in it.
  ///
  /// - Throws: ``Checkpoints/CheckpointError`` for a file that is no safetensors file, or a
  ///   ``WitnessError``.
  public init(contentsOf path: String) throws {
    let file = try SafetensorsFile(contentsOf: path)
    guard let text = file.metadata["witnesses"] else { throw WitnessError.notWitnesses(path) }
    do throws(ConfigurationError) {
      var object = try ConfigurationObject(
        JSONValue(parsing: Array(text.utf8), source: "metadata"), place: "metadata")
      let format = try object.required("format", object.string("format"))
      guard format == Self.format else {
        throw .invalid(place: "format", "this is no file of the kind '\(Self.format)'")
      }
      norm = try object.required(
        "norm", object.choice("norm", among: Norm.allCases) { $0.rawValue })
      let epsilons = try object.required("epsilons", object.value("epsilons"))
      var data = try object.required("dataset", object.object("dataset"))
      dataset = (
        try data.required("name", data.string("name")),
        try data.required("count", data.integer("count", in: 1...Int.max)),
        try data.required("digest", data.string("digest"))
      )
      try data.finish()
      var sources: [Source] = []
      for var entry in try object.required("checkpoints", object.objects("checkpoints")) {
        sources.append(
          Source(
            path: try entry.required("path", entry.string("path")),
            digest: try entry.required("digest", entry.string("digest"))))
        try entry.finish()
      }
      checkpoints = sources
      try object.finish()
      let rows = try Rows(file)
      imageShape = rows.imageShape
      claims = try rows.claims(
        epsilons: Self.numbers(epsilons), checkpoints: sources.count, norm: norm)
    } catch {
      throw WitnessError.damaged(path, "\(error)")
    }
  }

  private static func numbers(_ value: JSONValue) throws(ConfigurationError) -> [Double] {
    guard case .array(let elements) = value else {
      throw .wrongType(place: "epsilons", expected: "a list", found: "something else")
    }
    var numbers: [Double] = []
    for element in elements {
      switch element {
      case .integer(let number): numbers.append(Double(number))
      case .number(let number): numbers.append(number)
      default: throw .wrongType(place: "epsilons", expected: "numbers", found: "something else")
      }
    }
    return numbers
  }

  /// The tensors, checked against each other.
  private struct Rows {
    let images: [Float]
    let imageShape: [Int]
    let columns: [String: [Int32]]
    let count: Int

    init(_ file: SafetensorsFile) throws(ConfigurationError) {
      guard let images = file["images"], images.elementType == .float32, images.shape.count == 4
      else { throw .invalid(place: "images", "there are no images [K, H, W, C]") }
      count = images.shape[0]
      imageShape = Array(images.shape[1...])
      self.images = images.floats
      var columns: [String: [Int32]] = [:]
      for name in ["examples", "labels", "predictions", "radii", "checkpoints"] {
        guard let column = file[name], column.elementType == .int32, column.shape == [count]
        else { throw .invalid(place: name, "\(count) numbers are needed") }
        columns[name] = column.integers
      }
      self.columns = columns
    }

    func claims(
      epsilons: [Double], checkpoints: Int, norm: Norm
    ) throws(ConfigurationError) -> [Claim] {
      let size = imageShape.reduce(1, *)
      var claims: [Claim] = []
      for row in 0..<count {
        func value(_ name: String) -> Int { Int(columns[name]![row]) }
        guard epsilons.indices.contains(value("radii")),
          ThreatModel.allows(epsilon: epsilons[value("radii")], norm: norm),
          (0..<checkpoints).contains(value("checkpoints")), value("examples") >= 0,
          value("labels") >= 0
        else { throw .invalid(place: "witness \(row)", "it refers to what is not there") }
        claims.append(
          Claim(
            example: value("examples"), label: Int32(value("labels")),
            prediction: Int32(value("predictions")), epsilon: epsilons[value("radii")],
            checkpoint: value("checkpoints"),
            image: Array(images[row * size..<(row + 1) * size])))
      }
      return claims
    }
  }
}
