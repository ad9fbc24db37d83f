defmodule Glassine.VectorsTest do
  # Every vector beside the specification, one test for each file. None is left out: one of a kind
  # that is not known fails.
  use ExUnit.Case, async: true

  alias Glassine.Test.Vectors

  test "there are vectors" do
    assert length(Vectors.paths()) >= 13
  end

  for path <- Vectors.paths() do
    @path path
    @external_resource path
    test Path.basename(path) do
      vectors = Vectors.load(@path)
      assert vectors != []

      assert for(
               vector <- vectors,
               difference <- Vectors.differences(vector),
               do: "#{vector["name"]}: #{difference}"
             ) == []
    end
  end

  test "a vector that is wrong is noticed, and so is a kind that is not known" do
    assert Vectors.differences(%{"kind" => "rate", "recipients" => 100, "one_in" => 11}) ==
             ["one_in: expected 11, answered 10"]

    assert [_] = Vectors.differences(%{"kind" => "not known"})
  end
end
