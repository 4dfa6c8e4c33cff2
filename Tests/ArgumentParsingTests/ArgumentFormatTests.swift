internal import Testing

@testable internal import ArgumentParsing

@Suite struct ArgumentFormatTests {
  @Test(arguments: [("1", 1), ("64", 64), ("+7", 7)])
  func integers(_ text: String, _ value: Int) throws {
    #expect(try ArgumentFormat<Int>.range(1...64).read(text) == value)
    #expect(try ArgumentFormat<Int>.range(1...).read(text) == value)
    #expect(try ArgumentFormat<Int>.standard.read(text) == value)
  }

  @Test(arguments: ["0", "65", "1.5", "one", "", " 1", "99999999999999999999"])
  func noIntegers(_ text: String) {
    let error = ValidationError("not an integer between 1 and 64")
    #expect(throws: error) { try ArgumentFormat<Int>.range(1...64).read(text) }
  }

  @Test(arguments: [("0", 0), ("1", 1), ("0.25", 0.25), ("1e-3", 0.001), ("-0", 0)])
  func numbers(_ text: String, _ value: Double) throws {
    #expect(try ArgumentFormat<Double>.range(0...1).read(text) == value)
    #expect(try ArgumentFormat<Double>.range(0...).read(text) == value)
    #expect(try ArgumentFormat<Float>.standard.read(text) == Float(value))
  }

  @Test(arguments: ["-0.1", "nan", "inf", "-inf", "1e999", "x", "", "0,5"])
  func noNumbers(_ text: String) {
    #expect(throws: ValidationError("not a number between 0 and 1.5")) {
      try ArgumentFormat<Double>.range(0...1.5).read(text)
    }
    #expect(throws: ValidationError("not a number of at least 0")) {
      try ArgumentFormat<Float>.range(0...).read(text)
    }
  }

  @Test func standardNumbersAreFinite() throws {
    #expect(try ArgumentFormat<Double>.standard.read("nan") == nil)
    #expect(try ArgumentFormat<Float>.standard.read("inf") == nil)
    #expect(try ArgumentFormat<Double>.standard.read("-2.5") == -2.5)
  }

  @Test func closedLists() throws {
    let media = ArgumentFormat.oneOf(["oil", "ink"])
    #expect(media.values == ["oil", "ink"])
    #expect(try media.read("ink") == "ink")
    #expect(try media.read("Ink") == nil)
    #expect(ArgumentFormat<Colour>.standard.values == Colour.allCases.map(\.rawValue))
    for colour in Colour.allCases {
      let format = ArgumentFormat<Colour>.standard
      #expect(try format.read(format.write(colour)) == colour)
    }
  }

  @Test func typeWithItsOwnFormat() throws {
    let frame = try #require(try Frame.parsed(["3x4", "--inner", "1x2"], as: Frame.self))
    #expect(frame.outer == Size(width: 3, height: 4))
    #expect(frame.inner == Size(width: 1, height: 2))
    #expect(frame.holes == [Size(width: 1, height: 1)])
    #expect(Frame.helpMessage().contains("A hole. (default: 1x1)"))
    let error = try #require(throws: UsageError.self) { try Frame.parse(["3"]) }
    #expect(error.description == "The value '3' is invalid for '<outer>': not a size")
  }

  @Test func sharedOptionsAreValidated() throws {
    let error = try #require(throws: UsageError.self) {
      try Frame.parse(["3x4", "--left", "--right"])
    }
    #expect(error.description == "A frame hangs on one side.")
    #expect(try #require(try Frame.parsed(["3x4", "--left"], as: Frame.self)).side.isLeft)
  }
}

struct Size: ExpressibleByArgument, Equatable {
  let width: Int
  let height: Int

  static let argumentFormat = ArgumentFormat<Size>(
    write: { "\($0.width)x\($0.height)" },
    read: { text throws(ValidationError) in
      let sides = text.split(separator: "x").compactMap { Int($0) }
      guard sides.count == 2 else { throw ValidationError("not a size") }
      return Size(width: sides[0], height: sides[1])
    })
}

private struct Side: ParsableArguments {
  @Flag("left") var isLeft: Bool
  @Flag("right") var isRight: Bool

  static let arguments = ArgumentSet<Self>(\.$isLeft, \.$isRight)

  func validate() throws(ValidationError) {
    if isLeft && isRight { throw ValidationError("A frame hangs on one side.") }
  }
}

private struct Frame: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "frame")

  @Argument("outer") var outer: Size
  @Option("inner") var inner: Size?
  @Option("hole", help: "A hole.") var holes = [Size(width: 1, height: 1)]
  @OptionGroup var side: Side

  static let arguments = ArgumentSet<Self>(\.$outer, \.$inner, \.$holes, \.$side)

  func run() {}
}
