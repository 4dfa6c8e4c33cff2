internal import Attacks
public import Autodiff
public import Datasets

/// Checks claimed adversarial images again, without attacking: inside the ball, inside the range of
/// pixels, and misclassified by a model that is right about the original.
public struct WitnessCheck: Sendable {
  /// The claims about one checkpoint at one radius.
  public struct Entry: Hashable, Sendable {
    public let epsilon: Double
    public let claims: Int
    /// Of a model that is wrong about the original, too, or of another class than that of the data.
    public let notClean: Int
    /// Outside the ball or the range of pixels, or not a number.
    public let notAllowed: Int
    /// Seen rightly, or as another wrong class than was claimed.
    public let notSeen: Int

    public var holding: Int { claims - notClean - notAllowed - notSeen }
  }

  public let entries: [Entry]
  public var holds: Bool { entries.allSatisfy { $0.holding == $0.claims } }

  /// - Parameters:
  ///   - dataset: the images that the witnesses were made from.
  ///   - digest: the SHA-256 of the subject's file.
  /// - Throws: ``WitnessError`` where the images or the checkpoint are others.
  public init(
    _ file: WitnessFile, on subject: EvaluationSubject, digest: String, dataset: Dataset,
    device: Device
  ) throws(WitnessError) {
    let found = dataset.digest()
    guard found == file.dataset.digest, dataset.imageShape == file.imageShape else {
      throw .otherImages(
        dataset: dataset.name, expected: file.dataset.digest, found: found)
    }
    let places = file.checkpoints.indices.filter { file.checkpoints[$0].digest == digest }
    guard !places.isEmpty else {
      throw .otherCheckpoint(path: subject.path, known: file.checkpoints.map(\.path))
    }
    let claims = file.claims.filter { places.contains($0.checkpoint) }
    let trial = Trial(
      AttackedModel(
        model: subject.model, variables: subject.variables, capacity: 256, device: device),
      on: dataset)
    let epsilons = claims.map(\.epsilon).reduce(into: [Double]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    entries = epsilons.map { epsilon in
      let own = claims.filter { $0.epsilon == epsilon }
      var (notClean, notAllowed, notSeen) = (0, 0, 0)
      for first in stride(from: 0, to: own.count, by: trial.capacity) {
        let batch = own[first..<min(first + trial.capacity, own.count)]
        for (claim, verdict) in zip(batch, trial.verdicts(on: batch, norm: file.norm)) {
          let isInData = dataset.labels.indices.contains(claim.example)
          if !isInData || dataset.labels[claim.example] != claim.label
            || trial.answers.predictions[claim.example] != claim.label
          {
            notClean += 1
          } else if !verdict.isAllowed {
            notAllowed += 1
          } else if verdict.prediction != claim.prediction || verdict.prediction == claim.label {
            notSeen += 1
          }
        }
      }
      return Entry(
        epsilon: epsilon, claims: own.count, notClean: notClean, notAllowed: notAllowed,
        notSeen: notSeen)
    }
  }
}

extension Trial {
  fileprivate func verdicts(
    on claims: ArraySlice<WitnessFile.Claim>, norm: Norm
  ) -> [Verifier.Verdict] {
    let tasks = claims.map { claim in
      // A place outside the data is counted as such; its image is compared with any.
      AttackRunner.Task(
        example: min(claim.example, dataset.count - 1), label: claim.label,
        epsilon: Float(claim.epsilon))
    }
    return claims.flatMap(\.image).withUnsafeBufferPointer {
      verifier.verdicts(
        on: $0, of: tasks[...], dataset: dataset,
        threat: ThreatModel(epsilon: claims.first!.epsilon, norm: norm))
    }
  }
}
