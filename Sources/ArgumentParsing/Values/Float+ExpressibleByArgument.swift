extension Float: ExpressibleByArgument {
  public static var argumentFormat: ArgumentFormat<Float> { .finite }
}
