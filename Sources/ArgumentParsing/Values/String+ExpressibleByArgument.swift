extension String: ExpressibleByArgument {
  public static var argumentFormat: ArgumentFormat<String> { .lossless }
}
