/// A model that cannot be built.
public enum ModelError: Error, Hashable, CustomStringConvertible {
  /// A layer that does not take what comes to it.
  case layer(String, String)
  /// The same, with the layer's place in the model.
  case layerAt(index: Int, type: String, reason: String)
  case doesNotEndInClasses(shape: [Int])
  case tooLarge(parameters: Int, limit: Int)
  case inputMismatch(model: String, input: [Int], dataset: String, images: [Int])
  case classMismatch(model: String, classes: Int, dataset: String, datasetClasses: Int)

  public var description: String {
    switch self {
    case .layer(let type, let reason): "the \(type) layer: \(reason)"
    case .layerAt(let index, let type, let reason): "layers[\(index)] (\(type)): \(reason)"
    case .doesNotEndInClasses(let shape):
      "the model ends in \(shape); its last layer must give one logit a class, such as "
        + #"{"type": "dense", "units": 10}"#
    case .tooLarge(let parameters, let limit):
      "the model has \(parameters) parameters; at most \(limit) are supported"
    case .inputMismatch(let model, let input, let dataset, let images):
      "the model '\(model)' takes images \(input), but those of '\(dataset)' are \(images)"
    case .classMismatch(let model, let classes, let dataset, let datasetClasses):
      "the model '\(model)' tells \(classes) classes apart, but '\(dataset)' has \(datasetClasses)"
    }
  }
}
