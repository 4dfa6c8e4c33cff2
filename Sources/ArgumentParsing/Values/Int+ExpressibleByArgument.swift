extension Int: ExpressibleByArgument {
  public static var argumentFormat: ArgumentFormat<Int> { .lossless }
}
