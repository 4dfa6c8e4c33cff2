/// A trainable tensor: its name, its shape and how it begins.
public struct Parameter: Hashable, Sendable {
  public enum Initialization: Hashable, Sendable {
    case zeros
    /// Uniform within ±√(6 / (fanIn + fanOut)) (Glorot & Bengio 2010, section 4.2.1).
    case glorotUniform(fanIn: Int, fanOut: Int)
  }

  public var name: String
  public let shape: [Int]
  public let initialization: Initialization

  public init(_ name: String, shape: [Int], _ initialization: Initialization) {
    self.name = name
    self.shape = shape
    self.initialization = initialization
  }

  public var count: Int { shape.reduce(1, *) }
}
