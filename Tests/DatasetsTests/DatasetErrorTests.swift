import Datasets
import Testing

@Suite struct DatasetErrorTests {
  static let messages: [(DatasetError, String)] = [
    (
      .unknownName(
        "mnits", nearest: "mnist-5k", known: ["mnist-5k", "b"], searched: ["/x", "/y"]),
      "no data set 'mnits'; did you mean 'mnist-5k'? Known: mnist-5k, b; others are directories of "
        + "IDX files, looked for in /x, /y"
    ),
    (
      .unknownName("cifar", nearest: nil, known: ["mnist-5k"], searched: ["/x"]),
      "no data set 'cifar'. Known: mnist-5k; others are directories of IDX files, looked for in /x"
    ),
    (
      .invalidName("../a\nb"),
      #""../a\nb" is no name of a data set: letters, digits, '-', '_' and '.' only "#
        + "(give the directory that holds it on its own)"
    ),
    (
      .missingFile(directory: "/x/mine", file: "t10k-labels-idx1-ubyte"),
      "'/x/mine' has no file t10k-labels-idx1-ubyte[.gz]: a data set has images and labels, train "
        + "and t10k"
    ),
    (.unreadableFile(path: "/x", reason: "Not allowed"), "cannot read '/x': Not allowed"),
    (
      .countMismatch(images: "/i", imageCount: 7, labels: "/l", labelCount: 6),
      "'/i' has 7 images, but '/l' has 6 labels: they do not belong together"
    ),
    (
      .labelOutOfRange(path: "/l", example: 5, label: 10, classCount: 10),
      "'/l' gives example 5 the label 10, but the 10 classes are 0 to 9"
    ),
    (
      .imageShapeMismatch(training: [3, 2, 1], test: [2, 2, 1], directory: "/x"),
      "'/x' has training images of shape [3, 2, 1] and test images of shape [2, 2, 1]: they do not "
        + "belong together"
    ),
    (
      .invalidValidationCount(10, available: 10),
      "cannot take 10 of 10 training examples for validation: give 0 to 9"
    ),
  ]

  static let defects: [(IDXDefect, String)] = [
    (
      .damagedGzip(reason: "incorrect data check"), "the gzip file is damaged: incorrect data check"
    ),
    (.headerCutOff(byteCount: 7), "it holds 7 bytes, too few for the header of an IDX file"),
    (
      .wrongMagic(found: 0x801, expected: [0x803, 0x804]),
      "it begins with 0x00000801, an IDX file of this kind with 0x00000803 or 0x00000804"
    ),
    (.emptyAxis(shape: [0, 28]), "its header gives the shape [0, 28], which holds nothing"),
    (
      .tooLarge(shape: [9, 9], limit: 80),
      "its header gives the shape [9, 9], more than the 80 bytes it can hold"
    ),
    (
      .cutOff(expected: 9, found: 8),
      "it is cut off: its header promises 9 bytes of data, it holds 8"
    ),
    (
      .trailingBytes(expected: 9),
      "more follows after the 9 bytes of data that its header promises"
    ),
  ]

  @Test(arguments: messages)
  func everyErrorIsOneClearLine(error: DatasetError, message: String) {
    #expect(error.description == message)
  }

  @Test(arguments: defects)
  func everyDefectNamesItsFile(defect: IDXDefect, message: String) {
    let error = DatasetError.invalidFile(path: "/x/f.gz", defect: defect)
    #expect(error.description == "'/x/f.gz' is no usable IDX file: \(message)")
  }
}
