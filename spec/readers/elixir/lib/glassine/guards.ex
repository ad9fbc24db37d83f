defmodule Glassine.Guards do
  @moduledoc """
  Guards that ask an enveloped term what it says, without taking anything apart.

  They are in `Glassine` as well; this module is for `import Glassine.Guards`.
  """

  @tag :"$glassine"
  @first_prefix <<0x9E, 1, 0xC1, 0xDE>>
  # What comes after every binary that begins so: binaries are ordered byte by byte. This is how a
  # guard asks what a binary begins with, and makes no part of it.
  @after_first <<0x9E, 1, 0xC1, 0xDF>>
  @other_prefixes for version <- [2, 3, 4, 6, 7, 8], do: <<0x9E, version, 0xC1, 0xDE>>
  # The usual two: sampled, and sampled of a random trace.
  @sampled @first_prefix <> <<1, 3>>
  @after_sampled @first_prefix <> <<1, 4>>
  @random @first_prefix <> <<3, 3>>
  @after_random @first_prefix <> <<3, 4>>
  # Nor can a guard look at a bit, but it can ask a map for a byte.
  @odd Map.new(1..255//2, &{<<&1>>, []})
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
                  is_binary(elem(term, 1)) and
                  ((elem(term, 1) >= @first_prefix and elem(term, 1) < @after_first) or
                     (byte_size(elem(term, 1)) >= 4 and
                        binary_part(elem(term, 1), 0, 4) in @other_prefixes))

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
                  ((elem(term, 1) >= @sampled and elem(term, 1) < @after_sampled) or
                     (elem(term, 1) >= @random and elem(term, 1) < @after_random) or
                     (is_map_key(@odd, binary_part(elem(term, 1), 4, 1)) and
                        (binary_part(elem(term, 1), 5, 1) == <<3>> or
                           (elem(term, 1) >= @after_first and
                              binary_part(elem(term, 1), 5, 1) in @decided))))
end
