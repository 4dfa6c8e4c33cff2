extension UInt64: ExpressibleByArgument {
  public static var argumentFormat: ArgumentFormat<UInt64> { .lossless }
}
