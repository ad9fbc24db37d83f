defmodule Glassine.Hash do
  @moduledoc false
  # XXH64, as the xxHash specification 0.1.1 has it; Erlang has none of its own.

  import Bitwise

  @mask 0xFFFFFFFFFFFFFFFF
  @p1 0x9E3779B185EBCA87
  @p2 0xC2B2AE3D27D4EB4F
  @p3 0x165667B19E3779F9
  @p4 0x85EBCA77C2B2AE63
  @p5 0x27D4EB2F165667C5

  @spec xxh64(binary, non_neg_integer) :: non_neg_integer
  def xxh64(data, seed) when byte_size(data) >= 32 do
    stripes(
      data,
      seed + @p1 + @p2 &&& @mask,
      seed + @p2 &&& @mask,
      seed,
      seed - @p1 &&& @mask,
      byte_size(data)
    )
  end

  def xxh64(data, seed), do: tail(data, seed + @p5 + byte_size(data) &&& @mask)

  defp stripes(
         <<a::64-little, b::64-little, c::64-little, d::64-little, rest::binary>>,
         l1,
         l2,
         l3,
         l4,
         size
       ) do
    stripes(rest, round(l1, a), round(l2, b), round(l3, c), round(l4, d), size)
  end

  defp stripes(rest, l1, l2, l3, l4, size) do
    hash = rotate(l1, 1) + rotate(l2, 7) + rotate(l3, 12) + rotate(l4, 18) &&& @mask
    hash = hash |> merge(l1) |> merge(l2) |> merge(l3) |> merge(l4)
    tail(rest, hash + size &&& @mask)
  end

  defp merge(hash, lane), do: bxor(hash, round(0, lane)) * @p1 + @p4 &&& @mask

  defp round(lane, word), do: rotate(lane + word * @p2 &&& @mask, 31) * @p1 &&& @mask

  defp tail(<<word::64-little, rest::binary>>, hash) do
    tail(rest, rotate(bxor(hash, round(0, word)), 27) * @p1 + @p4 &&& @mask)
  end

  defp tail(<<word::32-little, rest::binary>>, hash) do
    tail(rest, rotate(bxor(hash, word * @p1 &&& @mask), 23) * @p2 + @p3 &&& @mask)
  end

  defp tail(<<byte, rest::binary>>, hash) do
    tail(rest, rotate(bxor(hash, byte * @p5 &&& @mask), 11) * @p1 &&& @mask)
  end

  defp tail("", hash) do
    hash = bxor(hash, hash >>> 33) * @p2 &&& @mask
    hash = bxor(hash, hash >>> 29) * @p3 &&& @mask
    bxor(hash, hash >>> 32)
  end

  defp rotate(word, bits), do: (word <<< bits ||| word >>> (64 - bits)) &&& @mask
end
