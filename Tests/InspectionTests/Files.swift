import Autodiff
import Checkpoints

/// Files to look at.
enum Files {
  static let model = """
    {"name": "small", "input": [6, 6, 1], "layers": [
      {"type": "convolution", "filters": 3, "kernel": 3, "padding": 1, "activation": "relu"},
      {"type": "max-pool", "window": 2}, {"type": "flatten"}, {"type": "dense", "units": 2}]}
    """

  static let training = """
    {"epoch": 2, "initialDigest": "00ff", "recipe": {"model": "small.json", "dataset": "dots",
      "epochs": 3, "batchSize": 8, "seed": 5, "schedule": "constant",
      "adversarial": {"ratio": 0.5, "epsilon": 0.1, "attack": {"type": "pgd", "steps": 7}},
      "optimizer": {"type": "sgd", "learningRate": 0.01, "momentum": 0.9}, "isBalanced": true},
     "trainedOn": [
       {"name": "dots", "part": "training", "count": 1200, "digest": "ab12", "lineage": "dots/a:b"},
       {"name": "old", "part": "training", "count": 7, "digest": "cd34", "lineage": "old"}]}
    """

  /// With all that a training may write, and things that none writes yet.
  static let history = """
    [{"epoch": 1, "trainingLoss": 1.25, "learningRate": 0.01, "epsilon": 0.05,
      "validation": {"loss": 0.75, "cleanAccuracy": 0.5, "adversarialAccuracy": 0.25,
        "robustAccuracy": 0.125}},
     {"epoch": 2, "trainingLoss": 0.5, "learningRate": 0.01, "epsilon": 0.1, "note": "halved",
      "validation": {"loss": 0.3125, "cleanAccuracy": 0.875, "adversarialAccuracy": 0.75,
        "robustAccuracy": 0.5},
      "events": [
        {"kind": "alarm", "step": 120, "message": "accuracy under FGSM rises while that under PGD \
    falls: the model overfits to single steps, as catastrophic overfitting does", "ratio": 0.5},
        {"kind": "rollback", "step": 150, "message": "back to step 100"}]},
     {"epoch": 3, "trainingLoss": 0.375, "learningRate": 0.01, "epsilon": 0.1,
      "gradientNorms": [0.000123, 4], "validation": {"loss": 0.5, "cleanAccuracy": 0.75,
        "adversarialAccuracy": 0.625, "robustAccuracy": 0.375}}]
    """

  static let tensors = [
    tensor("layers.0.weights", [3, 3, 1, 3]), tensor("layers.0.biases", [3]),
    tensor("layers.3.weights", [27, 2]), tensor("layers.3.biases", [2]),
  ]

  static func tensor(_ name: String, _ shape: [Int]) -> NamedTensor {
    let values = (0..<shape.reduce(1, *)).map { Float($0 * 7 % 11 - 5) / 8 }
    return NamedTensor(name: name, value: Tensor(values, shape: shape))
  }

  /// The bytes of a checkpoint.
  static func checkpoint(
    history: String = history, tensors: [NamedTensor] = tensors, others: [String: String] = [:]
  ) -> [UInt8] {
    let file = Checkpoint(
      parameters: tensors,
      metadata: CheckpointMetadata(
        model: model, training: training, history: history, datasetName: "old",
        datasetDigest: "cd34", seed: 5, generator: "defend 0.0.0"))
    guard let read = try? SafetensorsFile(decoding: file.encoded()) else { return [] }
    return SafetensorsFile(
      tensors: read.tensors, metadata: read.metadata.merging(others) { $1 }
    ).encoded()
  }

  /// The bytes of a file with one-dimensional tensors of any element type.
  static func foreign(
    _ tensors: [(name: String, type: String, count: Int, bytes: [UInt8])], metadata: String = "{}"
  ) -> [UInt8] {
    var data: [UInt8] = []
    let entries = tensors.map { name, type, count, bytes in
      data += bytes
      return """
        "\(name)":{"dtype":"\(type)","shape":[\(count)],\
        "data_offsets":[\(data.count - bytes.count),\(data.count)]}
        """
    }
    let header = Array("{\"__metadata__\":\(metadata),\(entries.joined(separator: ","))}".utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    return length + header + data
  }
}
