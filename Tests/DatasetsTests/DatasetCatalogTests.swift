import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct DatasetCatalogTests {
  let directory: TemporaryDirectory
  /// A catalog that finds what is in `directory`.
  let catalog: DatasetCatalog

  init() throws {
    directory = try TemporaryDirectory()
    catalog = DatasetCatalog(dataDirectory: directory.path, environment: [:])
  }

  @Test(arguments: DatasetCatalog.bundledNames)
  func everyBundledDatasetKeepsTheContract(name: String) throws {
    let pair = try catalog.load(name)
    for part in [pair.training, pair.test] {
      #expect(part.name == name)
      #expect(part.count > 0 && part.classSizes.allSatisfy { $0 > 0 })
      #expect(!part.origin.isEmpty)
    }
    #expect(!pair.training.lineage.overlaps(with: pair.test.lineage))
  }

  @Test(arguments: ["", ".gz"], ["-", "."])
  func theUsualFileNamesAreFound(suffix: String, separator: String) throws {
    try directory.writeDataset("mine") { name, bytes in
      (
        name.replacing("-idx", with: "\(separator)idx") + suffix,
        suffix.isEmpty ? bytes : IDXFixture.gzipped(bytes)
      )
    }
    let pair = try catalog.load("mine")
    #expect(pair.training.imageShape == [3, 2, 1] && pair.training.part == .training)
    #expect(pair.training.images == Array(0..<36))
    #expect(pair.training.labels == [0, 1, 2, 2, 1, 0])
    #expect(pair.training.classNames == ["0", "1", "2"])
    #expect(pair.training.lineage.description == "mine/split:train")
    #expect(pair.test.images == Array(100..<118) && pair.test.labels == [2, 0, 1])
    #expect(pair.test.part == .test && pair.test.lineage.description == "mine/split:test")
  }

  @Test func theTestPartAloneIsTheSame() throws {
    try directory.writeDataset("mine")
    let whole = try catalog.load("mine").test
    // What is behind the header of the training images is not read.
    try directory.writeDataset("mine") {
      ($0, $0 == "train-images-idx3-ubyte" ? Array($1[..<20]) : $1)
    }
    #expect(throws: DatasetError.self) { try catalog.load("mine") }
    let test = try catalog.loadTest("mine")
    #expect(test.images == whole.images && test.labels == whole.labels)
    #expect(test.classNames == whole.classNames && test.lineage == whole.lineage)
    let bundled = DatasetCatalog.bundledNames[0]
    #expect(try catalog.loadTest(bundled).images == catalog.load(bundled).test.images)
  }

  @Test func colourImagesAreFound() throws {
    try directory.writeDataset("colours") { name, bytes in
      guard name.contains("images") else { return (name, bytes) }
      let count: UInt32 = name.hasPrefix("train") ? 6 : 3
      let elements = [UInt8](repeating: 9, count: Int(count) * 12)
      return (
        name.replacing("idx3", with: "idx4"),
        IDXFixture.file(magic: 0x0804, shape: [count, 2, 2, 3], elements: elements)
      )
    }
    #expect(try catalog.load("colours").training.imageShape == [2, 2, 3])
  }

  @Test func knownDatasetsHaveNamedClasses() throws {
    try directory.writeDataset("fashion-mnist")
    #expect(try catalog.load("fashion-mnist").test.classNames[9] == "ankle boot")
    #expect(DatasetDescription.known.allSatisfy { $0.classNames.count == 10 })
  }

  @Test func theFirstDirectoryWithTheNameIsTaken() throws {
    let home = try TemporaryDirectory()
    try home.writeDataset(".cache/defend/mine")
    try home.writeDataset(".cache/defend/other")
    try directory.writeDataset("mine") { $0.hasPrefix("t10k-images") ? nil : ($0, $1) }
    let catalog = DatasetCatalog(
      environment: ["HOME": home.path, "DEFEND_DATA": directory.path + "/"])
    #expect(
      catalog.searchedDirectories
        == [directory.path, home.path + "/.cache/defend", "/usr/share/datasets"])
    #expect(throws: DatasetError.self) { try catalog.load("mine") }
    #expect(try catalog.load("other").training.count == 6)
    #expect(catalog.names().starts(with: DatasetCatalog.bundledNames))
    #expect(Set(catalog.names()).isSuperset(of: ["mine", "other"]))
  }

  @Test func emptySettingsAreNone() {
    #expect(
      DatasetCatalog(environment: ["HOME": "", "DEFEND_DATA": ""]).searchedDirectories
        == ["/usr/share/datasets"])
    #expect(DatasetCatalog(dataDirectory: "", environment: [:]).searchedDirectories == ["."])
  }

  /// A directory named outright may be the data set itself, but under no other name than its own.
  @Test func theNamedDirectoryMayBeTheDataset() throws {
    try directory.writeDataset("mine")
    let catalog = DatasetCatalog(dataDirectory: directory.path + "/mine/", environment: [:])
    #expect(catalog.names() == DatasetCatalog.bundledNames + ["mine"])
    #expect(try catalog.load("mine").training.count == 6)
    #expect(throws: DatasetError.self) { try catalog.load("mnist") }
  }

  @Test func anUnknownNameSaysWhatThereIs() throws {
    try directory.writeDataset("weather")
    try directory.write([], to: "no-dataset/readme.txt")
    let error = DatasetError.unknownName(
      "wether", nearest: "weather", known: ["mnist-5k", "weather"], searched: [directory.path])
    #expect(throws: error) { try catalog.load("wether") }
    #expect(throws: error) { try catalog.loadTest("wether") }
  }

  @Test(arguments: [
    "", ".", "..", "../x", "/etc", "a/b", "~", "-x", "a\nb", "ä", "a b", "a\u{301}",
  ])
  func aPathIsNoName(name: String) {
    #expect(throws: DatasetError.invalidName(name)) { try catalog.load(name) }
  }

  @Test(arguments: [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
  ])
  func aMissingFileIsNamed(file: String) throws {
    try directory.writeDataset("mine") { $0 == file ? nil : ($0, $1) }
    let path = directory.path + "/mine"
    #expect(throws: DatasetError.missingFile(directory: path, file: file)) {
      try catalog.load("mine")
    }
  }

  @Test func aDamagedFileIsNamed() throws {
    try directory.writeDataset("mine") {
      ($0, $0 == "t10k-labels-idx1-ubyte" ? Array($1.dropLast()) : $1)
    }
    let path = directory.path + "/mine/t10k-labels-idx1-ubyte"
    #expect(
      throws: DatasetError.invalidFile(path: path, defect: .cutOff(expected: 3, found: 2))
    ) { try catalog.load("mine") }
  }

  /// The memory of a process refuses to be read at its start, even to root.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/mem")))
  func anUnreadableFileIsNamed() throws {
    try directory.writeDataset("mine")
    let path = directory.path + "/mine/train-labels-idx1-ubyte"
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/proc/self/mem")
    let error = #expect(throws: DatasetError.self) { try catalog.load("mine") }
    #expect(error == .unreadableFile(path: path, reason: "Input/output error"))
  }

  @Test func countsThatDifferAreNamed() throws {
    try directory.writeDataset("mine") {
      // The images are damaged, too, but are not even read.
      $0 == "train-images-idx3-ubyte" ? ($0, Array(IDXFixture.images(count: 7)[..<30])) : ($0, $1)
    }
    let path = directory.path + "/mine"
    let error = DatasetError.countMismatch(
      images: path + "/train-images-idx3-ubyte", imageCount: 7,
      labels: path + "/train-labels-idx1-ubyte", labelCount: 6)
    #expect(throws: error) { try catalog.load("mine") }
  }

  @Test(arguments: [
    ("mine", "t10k-labels-idx1-ubyte", [2, 3, 0], 1, 3),
    ("mnist", "train-labels-idx1-ubyte", [0, 1, 2, 2, 1, 10], 5, 10),
  ])
  func aLabelOfNoClassIsNamed(
    name: String, file: String, labels: [UInt8], example: Int, classCount: Int
  ) throws {
    try directory.writeDataset(name) { ($0, $0 == file ? IDXFixture.labels(labels) : $1) }
    let error = DatasetError.labelOutOfRange(
      path: "\(directory.path)/\(name)/\(file)", example: example, label: Int(labels[example]),
      classCount: classCount)
    #expect(throws: error) { try catalog.load(name) }
  }

  @Test func imagesOfTwoShapesAreRefused() throws {
    let other = IDXFixture.file(
      magic: 0x0803, shape: [3, 2, 2], elements: [UInt8](repeating: 0, count: 12))
    try directory.writeDataset("mine") { ($0, $0.hasPrefix("t10k-images") ? other : $1) }
    let error = DatasetError.imageShapeMismatch(
      training: [3, 2, 1], test: [2, 2, 1], directory: directory.path + "/mine")
    #expect(throws: error) { try catalog.load("mine") }
  }
}
