public import Datasets
public import Networks

extension Model {
  /// - Throws: ``Networks/ModelError`` when the model does not take the images of a data set, or
  ///   tells another number of classes apart.
  public func check(fits dataset: Dataset) throws(ModelError) {
    guard specification.input == dataset.imageShape else {
      throw .inputMismatch(
        model: name, input: specification.input, dataset: dataset.name, images: dataset.imageShape)
    }
    guard classCount == dataset.classCount else {
      throw .classMismatch(
        model: name, classes: classCount, dataset: dataset.name,
        datasetClasses: dataset.classCount)
    }
  }
}
