/// The two halves of a data set, as its makers divided it.
public struct DatasetPair: Sendable {
  public let training: Dataset
  public let test: Dataset

  /// - Precondition: Images of the same shape and the same classes.
  public init(training: Dataset, test: Dataset) {
    precondition(
      training.imageShape == test.imageShape && training.classNames == test.classNames,
      "DatasetPair: images \(training.imageShape) of \(training.classCount) classes for training, "
        + "\(test.imageShape) of \(test.classCount) for the test")
    self.training = training
    self.test = test
  }
}
