defmodule Glassine.Shorten do
  @moduledoc """
  Drops fields, and members of lists, that a carrier has no room for (section 11, `R-LIMIT-2`).

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
  does not count the ids: for a carrier of 16,384 bytes with a context it is 16,360.
  """
  @spec shorten([Field.t()], room :: non_neg_integer) :: [Field.t()]
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

  # The longest part that ends in front of a comma and fits.
  defp without_last_members(_list, room) when room < 0, do: ""

  defp without_last_members(list, room) do
    scope = {0, min(byte_size(list), room + 1)}

    case :binary.matches(list, ",", scope: scope) do
      [] -> ""
      commas -> trim(binary_part(list, 0, commas |> List.last() |> elem(0)))
    end
  end

  defp trim(list) do
    case list do
      "" -> ""
      list -> if :binary.last(list) in ' \t,', do: trim(chop(list)), else: list
    end
  end

  defp chop(list), do: binary_part(list, 0, byte_size(list) - 1)

  defp kind({1, _}), do: :tracestate
  defp kind({2, _}), do: :baggage
  defp kind({3, _}), do: :text_map
  defp kind({5, _}), do: :further
  defp kind({type, _}) when type in [4, 6], do: :stays
  defp kind(_field), do: :unknown

  defp size({_type, value}), do: 3 + byte_size(value)
end
