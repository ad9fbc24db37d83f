defmodule Glassine.Guards do
  @moduledoc """
  Guards that ask an enveloped term what it says, without taking anything apart.

  They are in `Glassine` as well; this module is for `import Glassine.Guards`.
  """

  @tag :"$glassine"
  @version_1 <<0x9E, 1, 0xC1, 0xDE>>
  @others for version <- [2, 3, 4, 6, 7, 8], do: <<0x9E, version, 0xC1, 0xDE>>
  # A guard cannot look at a bit of a binary. It can ask a map for a byte.
  @sampled Map.new(1..255//2, &{<<&1>>, []})
  @decided for shape <- 1..15//2, do: <<shape>>

  @doc "The first element of every enveloped term."
  @spec tag() :: :"$glassine"
  def tag, do: @tag

  @doc """
  Whether a term is enveloped: `{:"$glassine", header_and_carrier, message}`, whose binary begins
  with the prefix of a possible version. Reads the first four bytes. Allowed in guards.

      iex> require Glassine.Guards
      iex> Glassine.Guards.is_traced({:"$glassine", <<0x9E, 1, 0xC1, 0xDE, 0::32>>, :hello})
      true
      iex> Glassine.Guards.is_traced(:hello)
      false
  """
  defguard is_traced(term)
           when is_tuple(term) and tuple_size(term) == 3 and elem(term, 0) == @tag and
                  is_binary(elem(term, 1)) and byte_size(elem(term, 1)) >= 4 and
                  (binary_part(elem(term, 1), 0, 4) == @version_1 or
                     binary_part(elem(term, 1), 0, 4) in @others)

  @doc """
  Whether a term is enveloped and its sender says that the trace is recorded (`R-READ-7`). Reads the
  first six bytes: a hint that saves work, which says nothing of a carrier. Allowed in guards.

      iex> require Glassine.Guards
      iex> marker = <<0x9E, 1, 0xC1, 0xDE, 0, 1, 0, 0>>
      iex> Glassine.Guards.is_sampled({:"$glassine", marker, :hello})
      false
  """
  defguard is_sampled(term)
           when is_traced(term) and byte_size(elem(term, 1)) >= 8 and
                  is_map_key(@sampled, binary_part(elem(term, 1), 4, 1)) and
                  (binary_part(elem(term, 1), 5, 1) == <<3>> or
                     (binary_part(elem(term, 1), 0, 4) != @version_1 and
                        binary_part(elem(term, 1), 5, 1) in @decided))
end
