defmodule Glassine.DoctestTest do
  use ExUnit.Case, async: true

  @modules [
    Glassine,
    Glassine.Context,
    Glassine.FanOut,
    Glassine.Field,
    Glassine.Frame,
    Glassine.Guards,
    Glassine.Members,
    Glassine.Reading,
    Glassine.Share,
    Glassine.Shorten,
    Glassine.Text,
    Glassine.Traceparent
  ]

  for module <- @modules, do: doctest(module)

  test "every module that has an example is among them" do
    with_examples =
      for file <- Path.wildcard("lib/**/*.ex"), text = File.read!(file), text =~ "iex>" do
        [_, name] = Regex.run(~r/defmodule ([\w.]+)/, text)
        Module.concat([name])
      end

    assert Enum.sort(with_examples) == Enum.sort(@modules)
  end
end
