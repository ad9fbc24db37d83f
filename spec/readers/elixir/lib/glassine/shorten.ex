defmodule Glassine.Shorten do
  @moduledoc """
  Drops fields, and members of lists, that a carrier has no room for (`R-LIMIT-2`).

      iex> fields = [{1, "congo=t61r"}, {2, "a=1,b=2,c=3"}]
      iex> Glassine.Shorten.shorten(fields, 24)
      [{1, "congo=t61r"}, {2, "a=1,b=2"}]
      iex> Glassine.Shorten.shorten(fields, 13)
      [{1, "congo=t61r"}]
  """

  alias Glassine.Field

  # What may go, first things first. Weight and thinning stay.
  @order [:baggage, :text_map, :unknown, :further, :tracestate]

  @doc """
  What is left of the fields, in their order, when they may take so many bytes of carrier. `room`
  does not count the ids: for a carrier of 16,384 bytes with a context it is 16,360. Bytes alone are
  counted, and no field is judged.
  """
  @spec shorten([Field.t()], room :: integer) :: [Field.t()]
  def shorten(fields, room) do
    excess = Enum.reduce(fields, -room, fn field, sum -> sum + size(field) end)
    if excess > 0, do: drop(@order, Enum.reverse(fields), excess), else: fields
  end

  defp drop(order, reversed, excess) when order == [] or excess <= 0 do
    Enum.reverse(reversed)
  end

  defp drop([kind | order], reversed, excess) do
    {left, excess} =
      Enum.flat_map_reduce(reversed, excess, fn field, excess ->
        if excess > 0 and kind(field) == kind do
          shorter = shortened(kind, field, excess)
          {shorter, excess - size(field) + Enum.sum(Enum.map(shorter, &size/1))}
        else
          {[field], excess}
        end
      end)

    drop(order, left, excess)
  end

  defp shortened(kind, {type, list}, excess) when kind in [:baggage, :tracestate] do
    case without_last_members(list, byte_size(list) - excess) do
      "" -> []
      members -> [{type, members}]
    end
  end

  defp shortened(_kind, _field, _excess), do: []

  # The text to the end of the last member that fits (R-SHORT-5).
  defp without_last_members(list, room), do: list |> last_end(0, 0, 0, room) |> first_bytes(list)

  defp first_bytes(count, list), do: binary_part(list, 0, count)

  # `kept` is the end of the last member that fits, `stop` that of the member at hand, or 0.
  defp last_end(<<?,, rest::binary>>, at, kept, stop, room) do
    last_end(rest, at + 1, longer(kept, stop, room), 0, room)
  end

  defp last_end(<<char, rest::binary>>, at, kept, stop, room) when char in ~c" \t" do
    last_end(rest, at + 1, kept, stop, room)
  end

  defp last_end(<<_char, rest::binary>>, at, kept, _stop, room) do
    last_end(rest, at + 1, kept, at + 1, room)
  end

  defp last_end("", _at, kept, stop, room), do: longer(kept, stop, room)

  defp longer(kept, stop, room), do: if(stop in 1..room//1, do: stop, else: kept)

  defp kind({1, _}), do: :tracestate
  defp kind({2, _}), do: :baggage
  defp kind({3, _}), do: :text_map
  defp kind({5, _}), do: :further
  defp kind({type, _}) when type in [4, 6], do: :stays
  defp kind(_field), do: :unknown

  defp size({_type, value}), do: 3 + byte_size(value)
end
