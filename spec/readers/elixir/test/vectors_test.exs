defmodule Glassine.VectorsTest do
  # Every vector beside the specification, one test for each file. None is left out: a file of a
  # kind that is not known fails.
  use ExUnit.Case, async: true

  alias Glassine.Test.Vectors

  test "there are vectors" do
    assert length(Vectors.paths()) >= 13
  end

  for path <- Vectors.paths() do
    @path path
    @external_resource path
    test Path.basename(path) do
      document = Vectors.load(@path)

      wrong =
        for vector <- document["vectors"],
            {key, expected, actual} <- Vectors.run(document["kind"], vector),
            expected != actual do
          "#{vector["name"]}: #{key}: expected #{inspect(expected)}, actual #{inspect(actual)}"
        end

      assert document["vectors"] != []
      assert wrong == []
    end
  end

  test "a vector that is wrong is noticed" do
    vector = %{"recipients" => 100, "one_in" => 11}
    assert [{"one_in", 11, 10}] = Vectors.run("rate", vector)
  end
end
