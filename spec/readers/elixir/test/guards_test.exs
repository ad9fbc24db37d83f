defmodule Glassine.GuardsTest do
  use ExUnit.Case, async: true

  alias Glassine.Test.Vectors

  import Glassine, only: [is_traced: 1, is_sampled: 1]

  doctest Glassine.Guards

  defp guarded(term) when is_sampled(term), do: :sampled
  defp guarded(term) when is_traced(term), do: :traced
  defp guarded(_term), do: :bare

  test "they say of every frame of the vectors what a reader says" do
    vectors =
      for path <- Vectors.paths(),
          %{"kind" => "read", "form" => "binary"} = vector <- Vectors.load(path),
          do: vector

    assert length(vectors) > 300

    for %{"reading" => reading, "message" => message} = vector <- vectors do
      bytes = Base.decode16!(message, case: :lower)
      envelope = binary_part(bytes, 0, reading["payload_offset"])

      expected =
        case reading do
          %{"verdict" => verdict} when verdict in ["bare", "damaged"] -> nil
          %{"sampled" => true} -> :sampled
          _unsampled -> :traced
        end

      if expected,
        do:
          assert(
            {vector["name"], guarded({:"$glassine", envelope, 1})} ==
              {vector["name"], expected}
          )

      # What is no frame is not said to be sampled because of what stands behind it.
      if reading["verdict"] == "bare", do: assert(guarded({:"$glassine", bytes, 1}) == :bare)
    end
  end

  test "other terms are bare" do
    marker = <<0x9E, 1, 0xC1, 0xDE, 0, 1, 0, 0>>

    for term <- [
          nil,
          :"$glassine",
          {},
          {:"$glassine", marker},
          {:"$glassine", marker, 1, 2},
          {:"$glassine", 1, 2},
          {:"$glassine", <<0x9E, 1, 0xC1>>, 2},
          {:"$glassine", <<0x9E, 5, 0xC1, 0xDE, 0::32>>, 2},
          {:"$glassine", <<1::1>>, 2},
          {:glassine, marker, 2},
          %{a: 1},
          marker
        ] do
      assert guarded(term) == :bare
    end

    assert guarded({:"$glassine", marker, 2}) == :traced
  end
end
