/// What is known of a data set beside its files.
struct DatasetDescription {
  let name: String
  let classNames: [String]
  let origin: String

  /// The data sets whose classes have names; others are read just as well, their classes are
  /// numbered.
  static let known = [
    DatasetDescription(
      name: "mnist", classNames: numbered(10),
      origin: "MNIST, 70,000 handwritten digits (LeCun, Cortes and Burges)"),
    DatasetDescription(
      name: "fashion-mnist",
      classNames: [
        "T-shirt/top", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle boot",
      ],
      origin: "Fashion-MNIST, 70,000 articles of clothing (Xiao, Rasul and Vollgraf, 2017)"),
    DatasetDescription(
      name: "kmnist",
      classNames: ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
      origin: "Kuzushiji-MNIST, 70,000 cursive Japanese characters (Clanuwat et al., 2018)"),
  ]

  static func of(_ name: String) -> DatasetDescription? { known.first { $0.name == name } }

  static func numbered(_ classCount: Int) -> [String] {
    (0..<classCount).map(String.init)
  }
}
