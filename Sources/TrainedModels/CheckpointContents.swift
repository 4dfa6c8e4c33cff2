package import Autodiff
package import Checkpoints
package import Configurations
package import Networks

/// What a checkpoint's file says, its metadata understood, before its parameters are looked at.
package struct CheckpointContents: Sendable {
  package let path: String
  package let checkpoint: Checkpoint
  package let model: Model
  package let record: TrainingRecord
  package let history: JSONValue
  package let seed: Int

  /// Trusts nothing in the bytes.
  package init(decoding bytes: [UInt8], path: String) throws(LoadingError) {
    self.path = path
    do throws(CheckpointError) {
      checkpoint = try Checkpoint(decoding: bytes)
    } catch {
      throw .checkpoint(.inFile(path: path, error))
    }
    let metadata = checkpoint.metadata
    let specification: ModelSpecification
    do throws(ConfigurationError) {
      specification = try ModelSpecification(Self.object(metadata.model, "model specification"))
      record = try TrainingRecord(Self.object(metadata.training, "training record"))
      history = try JSONValue(parsing: Array(metadata.history.utf8), source: "history")
    } catch {
      throw .record(path: path, error)
    }
    do throws(ModelError) {
      model = try Model(specification)
    } catch {
      throw .model(source: "'\(path)'", error)
    }
    guard let seed = Int(exactly: metadata.seed) else {
      throw .record(
        path: path, .invalid(place: "seed", "\(metadata.seed) is larger than any seed"))
    }
    self.seed = seed
  }

  /// The values of the model's parameters, in its order.
  ///
  /// - Throws: ``LoadingError/checkpoint(_:)`` for a parameter that is not as the model expects it.
  package func parameters(allowsNonFinite: Bool) throws(LoadingError) -> [Tensor] {
    do throws(CheckpointError) {
      return try checkpoint.validate(
        expected: model.parameters.map { ($0.name, $0.shape) }, allowsNonFinite: allowsNonFinite)
    } catch {
      throw .checkpoint(.inFile(path: path, error))
    }
  }

  private static func object(
    _ text: String, _ source: String
  ) throws(ConfigurationError) -> ConfigurationObject {
    try ConfigurationObject(JSONValue(parsing: Array(text.utf8), source: source), place: source)
  }
}
